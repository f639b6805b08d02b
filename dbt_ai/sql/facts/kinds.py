"""What the defining expression of a column is: passed through, computed, aggregated ..., and what it is made of."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from dbt_ai.sql.facts.aggregates import aggregate_of, is_aggregate
from dbt_ai.sql.facts.domains import literal_text
from dbt_ai.sql.facts.inline import inline_sql
from dbt_ai.sql.facts.rows import Rows, unwrap
from dbt_ai.sql.values import Aggregate, CaseBranch, ColumnFacts, ColumnKind, WindowFact

_PASSED = (ColumnKind.PASS_THROUGH, ColumnKind.RENAMED)


@dataclass(frozen=True)
class Shape:
    """What an expression is once its casts, its COALESCE with a literal, its rounding and its unit conversion are
    taken off: `core`, with what was taken off beside it. `changed` tells that more than casts was taken off."""

    core: exp.Expr
    default_sql: str | None = None
    factor: tuple[str, str] | None = None
    cast: bool = False
    changed: bool = False


@dataclass(frozen=True)
class Made:
    """How a column is made: the fields of ColumnFacts of the same names."""

    kind: ColumnKind
    aggregate: Aggregate | None = None
    window: WindowFact | None = None
    branches: tuple[CaseBranch, ...] = ()
    default_sql: str | None = None
    factor: tuple[str, str] | None = None


def made_of(expression: exp.Expr, rows: Rows) -> Made:
    """How `expression` is made.

    An aggregate inside casts, ROUND, COALESCE(..., literal) or a unit conversion is AGGREGATED, with `default_sql`
    and `factor` beside it; a column inside more than casts is COMPUTED. Two conversions one after the other, a
    ratio of aggregates and the like are COMPUTED and carry neither.
    """
    shape = shape_of(expression, rows)
    if shape is None:
        return Made(ColumnKind.COMPUTED)
    core = shape.core
    if isinstance(core, exp.Column):
        return _of_column(core, shape, rows)
    if is_aggregate(core):
        aggregate = aggregate_of(core, rows)
        return Made(ColumnKind.AGGREGATED, aggregate, default_sql=shape.default_sql, factor=shape.factor)
    if isinstance(core, exp.Window):
        return Made(
            ColumnKind.WINDOWED, window=window_of(core, rows), default_sql=shape.default_sql, factor=shape.factor
        )
    if isinstance(core, exp.Null) or literal_text(core) is not None:
        return Made(ColumnKind.COMPUTED if shape.changed else ColumnKind.LITERAL)
    if isinstance(core, (exp.Case, exp.If)) and shape.factor is None:
        return Made(ColumnKind.COMPUTED, branches=branches_of(core, rows), default_sql=shape.default_sql)
    return Made(ColumnKind.COMPUTED, default_sql=shape.default_sql)


def shape_of(expression: exp.Expr, rows: Rows) -> Shape | None:
    """The shape of `expression`; None where two conversions or defaults are stacked."""
    core, default, factor, cast, changed = unwrap(expression), None, None, False, False
    while True:
        if isinstance(core, (exp.Cast, exp.TryCast)) and literal_text(core) is None:
            core, cast = unwrap(core.this), True
        elif isinstance(core, exp.Round):
            core, changed = unwrap(core.this), True
        elif isinstance(core, exp.Coalesce) and len(core.expressions) == 1 and _constant(core.expressions[0]):
            if default is not None:
                return None
            default = rows.sql(core.expressions[0])
            core, changed = unwrap(core.this), True
        elif (conversion := _conversion(core)) is not None:
            inner, sign, number = conversion
            changed = True
            if float(number) != 1:
                if factor is not None or default is not None:
                    return None
                factor = (sign, number)
            core = unwrap(inner)
        else:
            return Shape(core, default, factor, cast, changed)


def window_of(window: exp.Window, rows: Rows) -> WindowFact | None:
    """The window function `window`; None for one that names a window defined elsewhere."""
    if window.args.get("alias"):
        return None
    function = window.this
    while isinstance(function, (exp.IgnoreNulls, exp.RespectNulls, exp.Filter)):
        function = function.this
    argument = function.this if isinstance(function.this, exp.Expr) else None
    order = window.args.get("order")
    return WindowFact(
        function=function.sql_name().lower() if isinstance(function, exp.Func) else function.key,
        argument_sql=inline_sql(argument, rows) if argument is not None else "",
        partition_by_sql=tuple(inline_sql(key, rows) for key in window.args.get("partition_by") or ()),
        order_by_sql=tuple(_order_sql(key, rows) for key in order.expressions) if order is not None else (),
    )


def branches_of(case: exp.Expr, rows: Rows) -> tuple[CaseBranch, ...]:
    """The branches of a CASE or IF, in order, ELSE last."""
    operand = case.args.get("this") if isinstance(case, exp.Case) else None
    found: list[CaseBranch] = []
    for branch in case.args["ifs"] if isinstance(case, exp.Case) else [case]:
        condition = inline_sql(branch.this, rows)
        if operand is not None:
            condition = f"{inline_sql(operand, rows)} = {condition}"
        found.append(CaseBranch(condition, inline_sql(branch.args["true"], rows)))
    default = case.args.get("default" if isinstance(case, exp.Case) else "false")
    if default is not None:
        found.append(CaseBranch(None, inline_sql(default, rows)))
    return tuple(found)


def _of_column(column: exp.Column, shape: Shape, rows: Rows) -> Made:
    facts = rows.column_facts(column)
    if facts is None:
        return Made(ColumnKind.COMPUTED)
    if facts.kind in _PASSED:
        kind = ColumnKind.COMPUTED if shape.changed else ColumnKind.CAST if shape.cast else ColumnKind.RENAMED
        return Made(kind, default_sql=shape.default_sql, factor=shape.factor)
    if facts.kind is ColumnKind.CAST and not shape.changed:
        return Made(ColumnKind.CAST)
    if (shape.factor and facts.factor) or (shape.default_sql and inner_default(column, facts, rows)):
        return Made(ColumnKind.COMPUTED)
    if facts.factor and shape.default_sql:
        return Made(ColumnKind.COMPUTED, default_sql=shape.default_sql)
    stays = not shape.changed or facts.kind in (ColumnKind.AGGREGATED, ColumnKind.WINDOWED)
    return Made(
        kind=facts.kind if stays else ColumnKind.COMPUTED,
        aggregate=facts.aggregate,
        window=facts.window,
        branches=() if shape.changed else facts.branches,
        default_sql=shape.default_sql or inner_default(column, facts, rows),
        factor=shape.factor or facts.factor,
    )


def inner_default(column: exp.Column, facts: ColumnFacts, rows: Rows) -> str | None:
    """The default of a column passed on: none any more where an outer join can leave the column NULL."""
    return None if rows.table_of(column) in rows.optional else facts.default_sql


def _constant(expression: exp.Expr) -> bool:
    return literal_text(expression) is not None or (
        isinstance(unwrap(expression), exp.Cast) and isinstance(unwrap(unwrap(expression).this), exp.Literal)
    )


def _conversion(expression: exp.Expr) -> tuple[exp.Expr, str, str] | None:
    """x / n, x * n and n * x as (x, sign, n)."""
    if isinstance(expression, exp.Div) and (number := _number(expression.right)):
        return expression.left, "/", number
    if isinstance(expression, exp.Mul):
        if number := _number(expression.right):
            return expression.left, "*", number
        if number := _number(expression.left):
            return expression.right, "*", number
    return None


def _number(expression: exp.Expr) -> str | None:
    expression = unwrap(expression)
    while isinstance(expression, exp.Cast):
        expression = unwrap(expression.this)
    if isinstance(expression, exp.Literal) and not expression.is_string and float(expression.this) != 0:
        return str(expression.this)
    return None


def _order_sql(key: exp.Expr, rows: Rows) -> str:
    if not isinstance(key, exp.Ordered):
        return inline_sql(key, rows)
    return inline_sql(key.this, rows) + (" DESC" if key.args.get("desc") else "")
