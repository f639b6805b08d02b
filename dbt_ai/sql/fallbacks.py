"""What is done to a query where sqlglot alone does not get through: name what is likely, rewrite what has no scope.

Marks in the `meta` of a node tell later steps what it is: every name set by a fallback is a guess.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

GUESS = "dbt_ai_guess"
WRITTEN = "dbt_ai_written"
PIVOT = "dbt_ai_pivot"


def is_guess(node: exp.Expr) -> bool:
    """Whether the table of this column was put there by a fallback."""
    return bool(node.meta_get(GUESS))


def mark_written_coalesce(tree: exp.Expr) -> bool:
    """Tell the COALESCE calls of the author from those that sqlglot makes of a column of JOIN USING.

    Returns whether there is such a join.
    """
    joins_using = any(join.args.get("using") or join.method == "NATURAL" for join in tree.find_all(exp.Join))
    if joins_using:
        for call in tree.find_all(exp.Coalesce):
            call.meta[WRITTEN] = True
    return joins_using


def is_using_column(node: exp.Expr) -> bool:
    """Whether this COALESCE is sqlglot's spelling of a column of JOIN USING; only asked where there is such a join."""
    arguments = [node.this, *node.expressions] if isinstance(node, exp.Coalesce) else []
    return (
        len(arguments) > 1
        and not node.meta_get(WRITTEN)
        and all(isinstance(argument, exp.Column) and argument.name == arguments[0].name for argument in arguments)
    )


def select_from_pivot_statements(tree: exp.Expr) -> exp.Expr:
    """DuckDB's PIVOT statement (`PIVOT t ON y USING SUM(x) GROUP BY z`) as a SELECT of the columns that it keeps.

    The columns it makes depend on the data; `pivoted_columns` names what they are made of.
    """
    for pivot in list(tree.find_all(exp.Pivot)):
        if pivot.this is None or pivot.unpivot:
            continue
        group = pivot.args.get("group")
        read = [column for part in (*pivot.expressions, *pivot.args.get("using", ())) for column in _columns(part)]
        kept: list[exp.Expr] = (
            list(group.expressions) if group else [exp.Star(except_=[column.this.copy() for column in read])]
        )
        select = exp.Select(expressions=kept).from_(pivot.this, copy=False)
        if group:
            select.set("group", group.copy())
        select.meta[PIVOT] = tuple(column.name for part in pivot.args.get("using", ()) for column in _columns(part))
        if pivot is tree:
            return select
        pivot.replace(select)
    return tree


def pivoted_columns(select: exp.Expr) -> tuple[str, ...]:
    """The columns that a PIVOT statement aggregates; empty for any other SELECT."""
    return tuple(select.meta_get(PIVOT) or ())


def _columns(part: exp.Expr) -> list[exp.Column]:
    return [column for column in part.find_all(exp.Column) if not column.is_star]


def write_out_using(tree: exp.Expr) -> None:
    """Replace each `JOIN b USING (k)` by `ON a.k = b.k`, taking the first source of the FROM clause as the left side,
    and name the unqualified uses of `k` in the same SELECT so."""
    for select in tree.find_all(exp.Select):
        source = select.args.get("from_")
        joins = select.args.get("joins") or []
        if source is None or not any(join.args.get("using") for join in joins):
            continue
        left = source.alias_or_name
        keys: set[str] = set()
        for join in joins:
            using = join.args.get("using")
            if not using:
                continue
            names = [identifier.name for identifier in using]
            keys.update(names)
            conditions = [_guessed(name, left).eq(_guessed(name, join.alias_or_name)) for name in names]
            join.set("using", None)
            join.set("on", exp.and_(*conditions, copy=False))
        for column in select.find_all(exp.Column):
            if not column.table and column.name in keys and column.find_ancestor(exp.Select) is select:
                _name(column, left)


def name_lone_sources(tree: exp.Expr, is_known: Callable[[exp.Expr], bool]) -> None:
    """Name the one source of a SELECT before its unqualified columns, where it is part of an expression (a scalar
    subquery, IN, EXISTS) and not all its columns are known (`is_known`): there sqlglot refuses to choose between it
    and the outer query."""
    for select in tree.find_all(exp.Select):
        if select.args.get("joins") or select.args.get("laterals") or not _in_expression(select):
            continue
        source = select.args.get("from_")
        if source is None or not source.alias_or_name or is_known(source.this):
            continue
        for column in select.find_all(exp.Column):
            if not column.table and not column.is_star and column.find_ancestor(exp.Select) is select:
                _name(column, source.alias_or_name)


def _in_expression(select: exp.Select) -> bool:
    parent = select.parent
    while isinstance(parent, (exp.Subquery, exp.SetOperation)):
        parent = parent.parent
    return parent is not None and not isinstance(parent, (exp.From, exp.Join, exp.CTE, exp.Lateral))


def _guessed(name: str, table: str) -> exp.Column:
    column = exp.column(name, table=table)
    column.meta[GUESS] = True
    return column


def _name(column: exp.Column, table: str) -> None:
    column.set("table", exp.to_identifier(table))
    column.meta[GUESS] = True
