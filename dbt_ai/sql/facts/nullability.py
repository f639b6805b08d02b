"""Whether an expression can be NULL, and if so in which ways."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlglot import exp

from dbt_ai.sql.facts.conditions import not_null_unless_true, not_null_where_true
from dbt_ai.sql.facts.inline import inline_sql, plain_ref
from dbt_ai.sql.facts.rows import Rows, unwrap
from dbt_ai.sql.facts.types import family, type_of
from dbt_ai.sql.values import Nullability, NullCause, NullReason

NEVER = Nullability(never=True)
_NOTHING: frozenset[str] = frozenset()

# Not NULL when no operand is NULL. What can be NULL for an odd value (EXTRACT from an infinite date, a cast of
# JSON null, SPLIT_PART, REGEXP_EXTRACT in some dialects) must not be here.
_TOTAL = (
    exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE,
    exp.Like, exp.ILike, exp.Between, exp.DPipe, exp.Concat, exp.Lower, exp.Upper, exp.Trim, exp.Abs, exp.Round,
    exp.Floor, exp.Ceil, exp.Length, exp.MD5, exp.Greatest, exp.Least, exp.TimestampTrunc, exp.DateTrunc, exp.Interval,
)  # fmt: skip
_NOT_NULL = (
    exp.Literal, exp.Boolean, exp.Is, exp.Exists, exp.NullSafeEQ, exp.NullSafeNEQ, exp.CurrentDate,
    exp.CurrentTimestamp, exp.RowNumber, exp.Rank, exp.DenseRank, exp.Count,
)  # fmt: skip
# NULL only over no rows, or over nothing but NULL.
_NULL_OVER_NULLS = (exp.Sum, exp.Min, exp.Max, exp.Avg, exp.AnyValue, exp.LogicalOr, exp.LogicalAnd)
_NO_VALUES = (exp.Var, exp.DataType, exp.Identifier)
_DIVISIONS = (exp.Div, exp.IntDiv, exp.Mod)
_LENIENT_CASTS = {"mysql", "doris", "starrocks", "singlestore", "hive", "spark", "spark2", "databricks"}
_JSON = {"json", "jsonb", "variant", "object", "super", "array", "map", "struct"}


def nullability_of(expression: exp.Expr, rows: Rows, assumed: frozenset[str] = _NOTHING) -> Nullability:
    """Whether `expression` can be NULL in a row of `rows`; `assumed` are elements known not to be NULL there.

    `never` is claimed only where it follows; a way that is not understood is told as NullCause.UNKNOWN.
    """
    expression = unwrap(expression)
    if rows.grouping_sets and not isinstance(expression, exp.Count):
        return _unknown(expression, rows)  # in a total any group key, even a literal, is NULL
    if isinstance(expression, exp.Column):
        return _column(expression, rows, assumed)
    if isinstance(expression, exp.Literal) and not expression.this and rows.query.dialect == "oracle":
        return _unknown(expression, rows)  # '' is NULL there
    if isinstance(expression, _NOT_NULL):
        return NEVER
    known = assumed | rows.not_null
    if any(element.startswith("\0") for element in known) and rows.element(expression) in known:
        return NEVER
    for kind, rule in _RULES:
        if isinstance(expression, kind):
            return rule(expression, rows, assumed)
    return _unknown(expression, rows)


def _column(column: exp.Column, rows: Rows, assumed: frozenset[str]) -> Nullability:
    facts = rows.column_facts(column)
    if facts is None:
        return _unknown(column, rows)
    element = rows.element(column)
    optional = rows.optional.get(rows.table_of(column), ())
    if element in assumed or (element in rows.not_null and not optional):
        return NEVER
    present = not optional or any(rows.alias_of(known) == rows.table_of(column) for known in assumed)
    inner = NEVER if element in rows.not_null else facts.nullability
    if present:
        return inner
    return Nullability(False, _distinct((*optional, *_ways(inner, column, rows))), inner.relies_on)


def _all_of(operands: Iterable[exp.Expr], rows: Rows, assumed: frozenset[str]) -> Nullability:
    return combine(nullability_of(operand, rows, assumed) for operand in operands)


def combine(parts: Iterable[Nullability]) -> Nullability:
    """NULL where one of `parts` is."""
    found = tuple(parts)
    reasons = _distinct(reason for part in found for reason in part.reasons)
    relies_on = tuple(dict.fromkeys(ref for part in found for ref in part.relies_on))
    if any(not part.never and not part.reasons for part in found):
        return Nullability(False, (), relies_on)
    return Nullability(all(part.never for part in found), reasons, relies_on)


def _operands(expression: exp.Expr) -> list[exp.Expr]:
    return [part for part in expression.iter_expressions() if not isinstance(part, _NO_VALUES)]


def _total(expression: exp.Expr, rows: Rows, assumed: frozenset[str]) -> Nullability:
    return _all_of(_operands(expression), rows, assumed)


def _null(expression: exp.Expr, rows: Rows, assumed: frozenset[str]) -> Nullability:
    return Nullability(False, (NullReason(NullCause.EXPRESSION, "NULL"),))


def _division(expression: exp.Expr, rows: Rows, assumed: frozenset[str]) -> Nullability:
    operands = _all_of((expression.this, expression.expression), rows, assumed)
    if _never_zero(expression.expression, rows):
        return operands
    # Whether a zero divisor gives NULL, infinity or an error differs by warehouse, by version and by setting.
    return combine((operands, _unknown(expression, rows)))


def _never_zero(divisor: exp.Expr, rows: Rows) -> bool:
    divisor = unwrap(divisor)
    if isinstance(divisor, exp.Literal):
        return not divisor.is_string and float(divisor.this) != 0
    if isinstance(divisor, exp.Cast) and not isinstance(divisor, exp.TryCast):
        # A cast to a whole number could round to zero.
        return isinstance(unwrap(divisor.this), (exp.Count, exp.Literal)) and _never_zero(divisor.this, rows)
    if isinstance(divisor, exp.Mul):
        parts = (unwrap(divisor.left), unwrap(divisor.right))
        whole = all(isinstance(part, exp.Count) or (part.is_number and abs(float(part.name)) >= 1) for part in parts)
        return whole and all(_never_zero(part, rows) for part in parts)
    if isinstance(divisor, exp.Nullif):
        zero = unwrap(divisor.expression)
        return isinstance(zero, exp.Literal) and not zero.is_string and float(zero.this) == 0
    if isinstance(divisor, exp.Count):
        return bool(rows.group) and not rows.grouping_sets and isinstance(divisor.this, exp.Star)
    return False


def _cast(expression: exp.Expr, rows: Rows, assumed: frozenset[str]) -> Nullability:
    inner = nullability_of(expression.this, rows, assumed)
    source = unwrap(expression.this)
    plain = isinstance(source, (exp.Column, exp.Literal, exp.Cast, exp.Coalesce, exp.Case, exp.AggFunc, *_TOTAL))
    if plain and family(type_of(source, rows)) not in _JSON and rows.query.dialect not in _LENIENT_CASTS:
        return inner
    return combine((inner, _unknown(expression, rows)))  # the cast of a JSON null is NULL


def _try_cast(expression: exp.Expr, rows: Rows, assumed: frozenset[str]) -> Nullability:
    reason = NullReason(NullCause.EXPRESSION, inline_sql(expression, rows))
    return combine((nullability_of(expression.this, rows, assumed), Nullability(False, (reason,))))


def _coalesce(expression: exp.Expr, rows: Rows, assumed: frozenset[str]) -> Nullability:
    parts = [nullability_of(value, rows, assumed) for value in (expression.this, *expression.expressions)]
    never = next((part for part in parts if part.never), None)
    if never is not None:
        return Nullability(True, (), never.relies_on)
    if rows.either_side is not None:
        sides = [(rows.table_of(v), rows.column_facts(v)) for v in _plain_values(expression)]
        never_there = {alias: facts.nullability for alias, facts in sides if facts and facts.nullability.never}
        if all(alias in never_there for alias in rows.either_side):
            return combine(never_there[alias] for alias in rows.either_side)
    return Nullability(False, (NullReason(NullCause.EXPRESSION, inline_sql(expression, rows)),))


def _plain_values(coalesce: exp.Expr) -> list[exp.Column]:
    values = [unwrap(value) for value in (coalesce.this, *coalesce.expressions)]
    return [value for value in values if isinstance(value, exp.Column)]


def _nullif(expression: exp.Expr, rows: Rows, assumed: frozenset[str]) -> Nullability:
    reason = NullReason(NullCause.NULLIF, inline_sql(expression, rows))
    return combine((nullability_of(expression.this, rows, assumed), Nullability(False, (reason,))))


def _case(expression: exp.Expr, rows: Rows, assumed: frozenset[str]) -> Nullability:
    operand = expression.args.get("this") if isinstance(expression, exp.Case) else None
    branches = expression.args["ifs"] if isinstance(expression, exp.Case) else [expression]
    default = expression.args.get("default" if isinstance(expression, exp.Case) else "false")
    parts: list[Nullability] = []
    passed = assumed
    for branch in branches:
        condition, value = branch.this, branch.args["true"]
        if operand is None:
            parts.append(_branch(value, condition, rows, passed | not_null_where_true(condition, rows)))
            passed = passed | not_null_unless_true(condition, rows)
        else:
            parts.append(_branch(value, condition, rows, passed))
    if default is None or isinstance(unwrap(default), exp.Null):
        sql = " OR ".join(_condition_sql(operand, branch.this, rows) for branch in branches)
        parts.append(Nullability(False, (NullReason(NullCause.CASE_WITHOUT_ELSE, sql),)))
    else:
        parts.append(nullability_of(default, rows, passed))
    return combine(parts)


def _branch(value: exp.Expr, condition: exp.Expr, rows: Rows, assumed: frozenset[str]) -> Nullability:
    if isinstance(unwrap(value), exp.Null):
        return Nullability(False, (NullReason(NullCause.EXPRESSION, inline_sql(condition, rows)),))
    return nullability_of(value, rows, assumed)


def _condition_sql(operand: exp.Expr | None, condition: exp.Expr, rows: Rows) -> str:
    sql = inline_sql(condition, rows)
    if operand is not None:
        return f"{inline_sql(operand, rows)} = {sql}"
    return f"({sql})" if isinstance(condition, exp.Connector) else sql


def _in(expression: exp.Expr, rows: Rows, assumed: frozenset[str]) -> Nullability:
    if expression.args.get("query") or expression.args.get("unnest") or expression.args.get("field"):
        return _unknown(expression, rows)
    return _all_of((expression.this, *expression.expressions), rows, assumed)


def _aggregate(expression: exp.Expr, rows: Rows, assumed: frozenset[str]) -> Nullability:
    argument = unwrap(expression.this)
    if isinstance(argument, exp.Distinct):
        argument = argument.expressions[0] if len(argument.expressions) == 1 else argument
    never_empty = bool(rows.group) and not rows.grouping_sets
    inner = nullability_of(argument, rows, assumed)
    if inner.never and never_empty:
        return inner
    reason = NullReason(NullCause.EMPTY_AGGREGATE, inline_sql(argument, rows), source=plain_ref(argument, rows))
    return Nullability(False, (reason,), inner.relies_on)


def _count_if(expression: exp.Expr, rows: Rows, assumed: frozenset[str]) -> Nullability:
    # 0 over no rows in most warehouses, NULL in DuckDB 2.
    if rows.group and not rows.grouping_sets and nullability_of(expression.this, rows, assumed).never:
        return NEVER
    return _unknown(expression, rows)


def _filtered(expression: exp.Expr, rows: Rows, assumed: frozenset[str]) -> Nullability:
    if isinstance(unwrap(expression.this), exp.Count):
        return NEVER
    condition = expression.expression.this
    return Nullability(False, (NullReason(NullCause.EMPTY_AGGREGATE, inline_sql(condition, rows)),))


def _window(expression: exp.Expr, rows: Rows, assumed: frozenset[str]) -> Nullability:
    seen = rows.before_qualify or rows
    function = unwrap(expression.this)
    while isinstance(function, (exp.IgnoreNulls, exp.RespectNulls)):
        function = unwrap(function.this)
    if isinstance(function, (exp.RowNumber, exp.Rank, exp.DenseRank, exp.Count)):
        return NEVER
    if isinstance(function, exp.Filter):
        return NEVER if isinstance(function.this, exp.Count) else _unknown(expression, rows)
    if isinstance(function, (exp.Lag, exp.Lead)):
        edge = NullReason(NullCause.WINDOW_EDGE, inline_sql(expression, rows))
        default = function.args.get("default")
        at_edge = nullability_of(default, seen) if default is not None else Nullability(False, (edge,))
        return combine((nullability_of(function.this, seen), at_edge))
    if isinstance(function, (exp.FirstValue, exp.LastValue, *_NULL_OVER_NULLS)) and _frame_has_current_row(expression):
        inner = nullability_of(function.this, seen)
        if inner.never:
            return inner
        reason = NullReason(NullCause.WINDOW_EDGE, inline_sql(expression, rows))
        return Nullability(False, (reason,), inner.relies_on)
    return _unknown(expression, rows)


def _frame_has_current_row(window: exp.Expr) -> bool:
    spec = window.args.get("spec")
    if spec is None:
        return not window.args.get("alias")
    start, end = spec.args.get("start"), spec.args.get("end")
    starts = start == "CURRENT ROW" or spec.args.get("start_side") == "PRECEDING"
    ends = end in (None, "CURRENT ROW") or spec.args.get("end_side") == "FOLLOWING"
    return starts and ends and not spec.args.get("exclude")


def _wrapped(expression: exp.Expr, rows: Rows, assumed: frozenset[str]) -> Nullability:
    return nullability_of(expression.this, rows, assumed)


def _unknown(expression: exp.Expr, rows: Rows, assumed: frozenset[str] = _NOTHING) -> Nullability:
    return Nullability(False, (NullReason(NullCause.UNKNOWN, inline_sql(expression, rows)),))


def _ways(inner: Nullability, column: exp.Expr, rows: Rows) -> tuple[NullReason, ...]:
    if inner.never or inner.reasons:
        return inner.reasons
    return _unknown(column, rows).reasons


def _distinct(reasons: Iterable[NullReason]) -> tuple[NullReason, ...]:
    return tuple(dict.fromkeys(reasons))


_Rule = Callable[[exp.Expr, Rows, frozenset[str]], Nullability]

# The first rule that fits decides: a TRY_CAST is a Cast to sqlglot, a Count an AggFunc.
_RULES: tuple[tuple[type[exp.Expr] | tuple[type[exp.Expr], ...], _Rule], ...] = (
    (exp.Null, _null),
    (exp.TryCast, _try_cast),
    (exp.Cast, _cast),
    (exp.Coalesce, _coalesce),
    (exp.Nullif, _nullif),
    ((exp.Case, exp.If), _case),
    (exp.In, _in),
    (_DIVISIONS, _division),
    (exp.Window, _window),
    (exp.Filter, _filtered),
    (exp.IgnoreNulls, _wrapped),
    (exp.CountIf, _count_if),
    (_NULL_OVER_NULLS, _aggregate),
    (_TOTAL, _total),
)
