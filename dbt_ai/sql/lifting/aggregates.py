"""Aggregates: which functions are ones, which depend on the order of rows, and how that order is settled."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.lifting.values import Refused, words

_ORDERED = (
    exp.ArrayAgg,
    exp.ArrayConcatAgg,
    exp.GroupConcat,
    exp.First,
    exp.Last,
    exp.AnyValue,
    exp.ArgMax,
    exp.ArgMin,
    exp.Mode,
)
# Functions that sqlglot has no class for.
_ORDERED_BY_NAME = words("arbitrary arg_max_null arg_min_null arg_max_nulls_last arg_min_nulls_last argmax argmin")
_OTHERS_BY_NAME = words(
    """
    bit_and bit_or bit_xor bitstring_agg bool_and bool_or count_if countif decimal_average entropy favg fsum geomean
    geometric_mean histogram histogram_exact kahan_sum kurtosis kurtosis_pop mad mean product quantile quantile_cont
    quantile_disc regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy sem
    skewness sum_no_overflow sumkahan wavg weighted_avg
    """
)


def is_aggregate(node: exp.Expr) -> bool:
    """Whether `node` calls an aggregate. One that neither sqlglot nor the lists above know is no danger: DuckDB itself
    refuses the sort key of a row where it stands."""
    if isinstance(node, exp.Anonymous):
        return node.name.casefold() in _ORDERED_BY_NAME | _OTHERS_BY_NAME
    return isinstance(node, exp.AggFunc)


def depends_on_order(node: exp.Expr) -> bool:
    """Whether `node` calls an aggregate whose result depends on the order of its rows."""
    if isinstance(node, exp.Anonymous):
        return node.name.casefold() in _ORDERED_BY_NAME
    return isinstance(node, _ORDERED)


def is_called_as_window(node: exp.Expr) -> bool:
    """Whether an aggregate has an OVER."""
    while isinstance(node.parent, (exp.Filter, exp.IgnoreNulls, exp.RespectNulls, exp.WithinGroup)):
        node = node.parent
    return isinstance(node.parent, exp.Window) and node.arg_key == "this"


def order_values(node: exp.Expr, before: list[exp.Expr], downwards: bool) -> bool:
    """Sort the rows that an aggregate (or first_value and the like) sees by `before`, by what it sorts them by itself,
    and last by what it chooses from. Returns whether that last key was needed. Raises Refused where it is not enough.

    >>> call = exp.ArgMax(this=exp.column("x"), expression=exp.column("y"))
    >>> order_values(call, [], downwards=True)
    True
    >>> print(call.sql("duckdb"))
    ARG_MAX(x, y ORDER BY x DESC NULLS FIRST)
    """
    if node.args.get("count") is not None or len(node.expressions) > 2:  # the n best
        raise Refused("order-dependent", node.sql("duckdb"))
    listed = isinstance(node, exp.Anonymous)
    name = "this"
    if isinstance(node, (exp.ArgMax, exp.ArgMin, exp.NthValue)):
        name = "offset" if isinstance(node, exp.NthValue) else "expression"
    last = node.expressions[-1] if listed else node.args.get(name)
    if last is None:
        raise Refused("order-dependent", node.sql("duckdb"))
    own = last.expressions if isinstance(last, exp.Order) else []
    plain = last.this if isinstance(last, exp.Order) else last
    if isinstance(plain, exp.Distinct):
        chosen = list(plain.expressions)
        if any(not isinstance(key, exp.Ordered) or key.this not in chosen for key in [*before, *own]):
            raise Refused("order-dependent", node.sql("duckdb"))
    elif name != "this" or (listed and len(node.expressions) > 1):
        chosen = [node.expressions[0] if listed else node.this]
    else:
        chosen = [plain]
    keys = [key.copy() for key in [*before, *own]]
    sorted_by = [key.this for key in keys if isinstance(key, exp.Ordered)]
    ends = [exp.Ordered(this=value.copy(), desc=downwards, nulls_first=downwards) for value in chosen]
    ends = [end for end in ends if end.this not in sorted_by and end.find(exp.Column, exp.Subquery)]
    if not keys and not ends:  # all it can choose from is one constant
        return False
    order = exp.Order(this=plain.copy(), expressions=[*keys, *ends])
    if listed:
        node.set("expressions", [*node.expressions[:-1], order])
    else:
        node.set(name, order)
    return bool(ends)
