"""What a condition says of the rows that meet it, in SQL's three-valued logic."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from dbt_ai.sql.facts.rows import Rows, unwrap

_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Like, exp.ILike)

# NULL whenever one of their operands is NULL, in every dialect.
STRICT = (
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Neg, exp.DPipe, exp.Not,
    exp.Lower, exp.Upper, exp.Abs, exp.Round, exp.Floor, exp.Ceil, exp.Length,
    *_COMPARISONS,
)  # fmt: skip

# NULL whenever their first operand is NULL.
STRICT_IN_FIRST = (
    exp.Cast, exp.TryCast, exp.Trim, exp.Substring, exp.Nullif, exp.MD5, exp.TimestampTrunc, exp.DateTrunc,
    exp.Between, exp.Extract, exp.Year, exp.Month, exp.Day,
)  # fmt: skip


def conjuncts(condition: exp.Expr | None) -> Iterator[exp.Expr]:
    """The conditions that all hold where `condition` holds.

    >>> from sqlglot import parse_one
    >>> [c.sql() for c in conjuncts(parse_one("a = 1 AND (b AND c OR d) AND (e AND f)"))]
    ['a = 1', 'b AND c OR d', 'e', 'f']
    """
    if condition is None:
        return
    condition = unwrap(condition)
    if isinstance(condition, exp.And):
        yield from conjuncts(condition.left)
        yield from conjuncts(condition.right)
    else:
        yield condition


def not_null_where_not_null(expression: exp.Expr, rows: Rows) -> frozenset[str]:
    """The elements that are not NULL wherever `expression` is not NULL; the expression is one of them."""
    expression = unwrap(expression)
    if isinstance(expression, exp.Column):
        return frozenset((rows.element(expression),))
    found: frozenset[str] = frozenset()
    if isinstance(expression, STRICT):
        for child in (expression.this, expression.args.get("expression")):
            if isinstance(child, exp.Expr):
                found |= not_null_where_not_null(child, rows)
    elif isinstance(expression, STRICT_IN_FIRST):
        found = not_null_where_not_null(expression.this, rows)
    if isinstance(expression, (exp.Func, exp.Window, exp.Filter)):
        found |= {rows.element(expression)}
    return found


def null_where_columns_are(expression: exp.Expr) -> bool:
    """Whether `expression` is NULL where all its columns are, as those of an outer join's missing row.

    Aggregates and windows count as such: what they say of the missing rows is that there are none.

    >>> from sqlglot import parse_one
    >>> [null_where_columns_are(parse_one(e)) for e in ("a + 1", "'yes'", "COALESCE(a, 0)", "COALESCE(a, b)")]
    [True, False, False, True]
    """
    expression = unwrap(expression)
    if isinstance(expression, (exp.Column, exp.Null, exp.AggFunc, exp.Filter, exp.Window)):
        return True
    if isinstance(expression, STRICT):
        operands = (expression.this, expression.args.get("expression"))
        return any(isinstance(operand, exp.Expr) and null_where_columns_are(operand) for operand in operands)
    if isinstance(expression, STRICT_IN_FIRST):
        return null_where_columns_are(expression.this)
    if isinstance(expression, exp.Coalesce):
        # With a default around it an aggregate is read as one: SUM(x), 0 where there are no rows.
        values = [expression.this, *expression.expressions]
        return all(null_where_columns_are(value) for value in values)
    return False


def not_null_where_true(condition: exp.Expr, rows: Rows) -> frozenset[str]:
    """The elements that are not NULL in every row for which `condition` is TRUE."""
    condition = unwrap(condition)
    if isinstance(condition, exp.And):
        return not_null_where_true(condition.left, rows) | not_null_where_true(condition.right, rows)
    if isinstance(condition, exp.Or):
        return not_null_where_true(condition.left, rows) & not_null_where_true(condition.right, rows)
    if isinstance(condition, exp.Not):
        return not_null_where_false(condition.this, rows)
    if isinstance(condition, exp.Is):
        other = unwrap(condition.expression)
        if isinstance(other, exp.Boolean):
            side = not_null_where_true if other.this else not_null_where_false
            return side(condition.this, rows)
        return frozenset()
    if isinstance(condition, exp.In):
        return not_null_where_not_null(condition.this, rows)
    return _not_null_where_either(condition, rows)


def not_null_where_false(condition: exp.Expr, rows: Rows) -> frozenset[str]:
    """The elements that are not NULL in every row for which `condition` is FALSE."""
    condition = unwrap(condition)
    if isinstance(condition, exp.And):
        return not_null_where_false(condition.left, rows) & not_null_where_false(condition.right, rows)
    if isinstance(condition, exp.Or):
        return not_null_where_false(condition.left, rows) | not_null_where_false(condition.right, rows)
    if isinstance(condition, exp.Not):
        return not_null_where_true(condition.this, rows)
    if isinstance(condition, exp.Is):
        is_null = isinstance(unwrap(condition.expression), exp.Null)
        return not_null_where_not_null(condition.this, rows) if is_null else frozenset()
    if isinstance(condition, exp.In):
        # x NOT IN (an empty subquery) is TRUE for a NULL x.
        in_list = condition.expressions and not condition.args.get("query")
        return not_null_where_not_null(condition.this, rows) if in_list else frozenset()
    return _not_null_where_either(condition, rows)


def not_null_unless_true(condition: exp.Expr, rows: Rows) -> frozenset[str]:
    """The elements that are not NULL in every row for which `condition` is FALSE or NULL."""
    condition = unwrap(condition)
    if isinstance(condition, exp.Or):
        return not_null_unless_true(condition.left, rows) | not_null_unless_true(condition.right, rows)
    if isinstance(condition, exp.And):
        return not_null_unless_true(condition.left, rows) & not_null_unless_true(condition.right, rows)
    if isinstance(condition, exp.Is) and isinstance(unwrap(condition.expression), exp.Null):
        return not_null_where_not_null(condition.this, rows)
    return frozenset()


def _not_null_where_either(condition: exp.Expr, rows: Rows) -> frozenset[str]:
    if isinstance(condition, exp.Between):
        # FALSE needs one bound only; `this` is needed both ways.
        return not_null_where_not_null(condition.this, rows)
    if isinstance(condition, (*_COMPARISONS, exp.Column, exp.Cast)):
        return not_null_where_not_null(condition, rows)
    return frozenset()
