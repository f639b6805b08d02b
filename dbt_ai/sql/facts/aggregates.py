"""The aggregate that defines a column, and whether a join repeats what it adds up."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from dbt_ai.sql.facts.domains import literal_text
from dbt_ai.sql.facts.inline import inline_sql, own_columns, plain_ref, ref_of
from dbt_ai.sql.facts.rows import Rows, Source, unwrap, worst
from dbt_ai.sql.values import Aggregate, ColumnKind

_INSIDE_ANOTHER = (exp.Subquery, exp.Select, exp.SetOperation)


def aggregates_in(expression: exp.Expr) -> Iterator[exp.Expr]:
    """The aggregate functions that make `expression` one value a group; those of a window are none of them.

    >>> from sqlglot import parse_one
    >>> e = parse_one("SUM(a) / COUNT(*) + SUM(MAX(b)) OVER () + (SELECT MIN(c) FROM t)")
    >>> sorted(a.sql() for a in aggregates_in(e))
    ['COUNT(*)', 'MAX(b)', 'SUM(a)']
    """
    if isinstance(expression, exp.Window):
        function = expression.this
        while isinstance(function, (exp.IgnoreNulls, exp.RespectNulls, exp.Filter)):
            function = function.this
        around = (part for part in expression.iter_expressions() if part is not expression.this)
        for part in (*function.iter_expressions(), *around):
            yield from aggregates_in(part)
    elif isinstance(expression, (exp.AggFunc, exp.Filter)):
        yield expression
    elif not isinstance(expression, _INSIDE_ANOTHER):
        for part in expression.iter_expressions():
            yield from aggregates_in(part)


def is_aggregate(expression: exp.Expr) -> bool:
    """Whether `expression` is one aggregate function, with or without FILTER."""
    while isinstance(expression, (exp.Filter, exp.IgnoreNulls, exp.RespectNulls)):
        expression = expression.this
    return isinstance(expression, exp.AggFunc)


def aggregate_of(expression: exp.Expr, rows: Rows) -> Aggregate | None:
    """What `expression`, one aggregate function over `rows`, computes; None where its form is not understood."""
    condition: exp.Expr | None = None
    if isinstance(expression, exp.Filter):
        condition, expression = expression.expression.this, expression.this
    while isinstance(expression, (exp.IgnoreNulls, exp.RespectNulls)):
        expression = expression.this
    if not isinstance(expression, exp.AggFunc):
        return None
    argument: exp.Expr | None = unwrap(expression.this) if isinstance(expression.this, exp.Expr) else None
    distinct = isinstance(argument, exp.Distinct)
    if isinstance(argument, exp.Distinct):
        argument = unwrap(argument.expressions[0]) if len(argument.expressions) == 1 else argument
    otherwise: str | None = None
    if isinstance(expression, exp.CountIf):
        condition = expression.this
    elif condition is None and argument is not None:
        condition, argument, otherwise = _conditional(argument, rows)
    repeated = _repeated(argument, rows)
    source = _grouped_source(argument, rows)
    groups = [source.column(name) for name in source.facts.grouped_by] if source else []
    made = rows.column_facts(argument) if isinstance(argument, exp.Column) else None
    return Aggregate(
        function=expression.sql_name().lower(),
        argument_sql="*" if argument is None or isinstance(argument, exp.Star) else inline_sql(argument, rows),
        argument=plain_ref(argument, rows),
        distinct=distinct,
        condition_sql=inline_sql(condition, rows) if condition is not None else None,
        else_sql=otherwise,
        rows_of=_rows_of(argument, repeated, rows),
        group_by=tuple(plain_ref(key, rows) for key in rows.group or ()),
        group_by_sql=tuple(inline_sql(key, rows) for key in rows.group or ()),
        filters_sql=tuple(filter_.sql for filter_ in rows.filters),
        fans_out=repeated,
        inner=made.aggregate if made is not None and made.kind is ColumnKind.AGGREGATED and source else None,
        groups_by=tuple(ref_of(column) if column else None for column in groups),
        groups_by_sql=tuple(column.sql if column else "" for column in groups),
    )


def _grouped_source(argument: exp.Expr | None, rows: Rows) -> Source | None:
    """The source whose groups are aggregated again, where the argument is from it, or there is no other."""
    aliases = _aliases(argument, rows)
    if len(aliases) == 1:
        source = rows.sources.get(aliases.pop())
    else:
        source = next(iter(rows.sources.values())) if len(rows.sources) == 1 else None
    return source if source is not None and source.result.grouped and source.facts.grouped_by else None


def repeated_in_rows(expression: exp.Expr, rows: Rows) -> bool | None:
    """Whether joins, here or on the way here, can repeat the value that `expression` has for one source row."""
    found: list[bool | None] = []
    for column in own_columns(expression):
        facts = rows.column_facts(column)
        found += [rows.repeated.get(rows.table_of(column)), facts.repeated if facts else None]
    return worst(found)


def _conditional(argument: exp.Expr, rows: Rows) -> tuple[exp.Expr | None, exp.Expr, str | None]:
    """CASE WHEN c THEN x [ELSE 0 or NULL] END as (c, x, else); anything else as (None, itself, None)."""
    if isinstance(argument, exp.Case) and argument.args.get("this") is None and len(argument.args["ifs"]) == 1:
        branch, default = argument.args["ifs"][0], argument.args.get("default")
    elif isinstance(argument, exp.If):
        branch, default = argument, argument.args.get("false")
    else:
        return None, argument, None
    if default is None or isinstance(unwrap(default), exp.Null):
        return branch.this, unwrap(branch.args["true"]), None
    text = literal_text(default)
    if text is not None and not text.strip("0."):
        return branch.this, unwrap(branch.args["true"]), text
    return None, argument, None


def _aliases(argument: exp.Expr | None, rows: Rows) -> set[str]:
    return rows.aliases_in(argument) if argument is not None else set()


def _repeated(argument: exp.Expr | None, rows: Rows) -> bool | None:
    if argument is not None and _aliases(argument, rows):
        return repeated_in_rows(argument, rows)
    return False if rows.repeated and all(value is False for value in rows.repeated.values()) else None


def _rows_of(argument: exp.Expr | None, repeated: bool | None, rows: Rows) -> tuple[str, ...]:
    """The relations whose rows are aggregated; none where those rows are groups or not known."""
    aliases = _aliases(argument, rows)
    if len(aliases) == 1 and repeated is False:
        source = rows.sources.get(aliases.pop())
        if source is not None and source.facts.rows_of is not None:
            return (source.facts.rows_of,)
    if rows.rows_of is not None:
        return (rows.rows_of,)
    if any(source.result.grouped or not source.result.known for source in rows.sources.values()):
        return ()
    return tuple(dict.fromkeys(key for source in rows.sources.values() for key in source.facts.base_relations))
