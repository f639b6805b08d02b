"""What is done to a query when sqlglot cannot qualify it for want of the parents' columns: name what is likely.

Every name set here carries the mark `GUESS` in its `meta`, so that what rests on it can be told as a guess.
"""

from __future__ import annotations

from sqlglot import exp

GUESS = "dbt_ai_guess"


def is_guess(node: exp.Expression) -> bool:
    """Whether the table of this column was put there by a fallback."""
    return bool(node._meta and node._meta.get(GUESS))


def write_out_using(tree: exp.Expression) -> None:
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


def name_lone_sources(tree: exp.Expression) -> None:
    """Name the one source of a SELECT before its unqualified columns, where it is part of an expression (a scalar
    subquery, IN, EXISTS): there sqlglot refuses to choose between it and the outer query."""
    for select in tree.find_all(exp.Select):
        if select.args.get("joins") or select.args.get("laterals") or not _in_expression(select):
            continue
        source = select.args.get("from_")
        if source is None or not source.alias_or_name:
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
