"""Ties broken: where a query leaves the order of rows to chance and its result depends on it, a last sort key decides.

All ties are broken in one direction, upwards or downwards. A result that is the same both ways hardly depends on
them; one that differs is left open by the query itself.
"""

from __future__ import annotations

from collections.abc import Container
from functools import partial

from sqlglot import exp

from dbt_ai.sql.lifting.aggregates import depends_on_order, is_called_as_window, order_values
from dbt_ai.sql.lifting.asof import break_asof_ties
from dbt_ai.sql.lifting.row_keys import extend_order, is_all, named_row_key, own_nodes, row_key, sort_key, whole_row
from dbt_ai.sql.lifting.values import RESERVED, Refused
from dbt_ai.sql.lifting.windows import break_window_ties, is_window_call, write_out

_OF_ORDER = (exp.Window, exp.Limit, exp.Offset, exp.Fetch, exp.Array)


def break_ties(
    tree: exp.Query, downwards: bool, columns: Container[str] = (), *, outermost: bool = True
) -> tuple[exp.Query, tuple[str, ...]]:
    """`tree`, changed in place, with every tie broken; and the codes of what was left open, sorted.

    `columns` are the names that sources of the query have columns of, in lower case. `outermost` tells that the order
    of the rows of `tree` is seen. Raises Refused where no further sort key can settle it.

    >>> import sqlglot
    >>> tree = sqlglot.parse_one("SELECT x FROM t ORDER BY y LIMIT 1", dialect="duckdb")
    >>> tree, codes = break_ties(tree, downwards=False)
    >>> print(tree.sql("duckdb"), codes)
    SELECT x FROM t ORDER BY y, ROW(*COLUMNS(*)) ASC LIMIT 1 ('limit-ties',)
    """
    codes: set[str] = set()
    for node in reversed(list(tree.find_all(exp.Select, exp.SetOperation))):
        key = None
        if isinstance(node, exp.Select):
            key = row_key(node, downwards)
            codes |= _break_in_expressions(node, key, downwards, columns)
        code = _what_order_decides(node, outermost=outermost and node is tree)
        if code is None or key == []:  # a single row has no order
            continue
        if isinstance(node, exp.Select) and key is not None and not _tells_rows_by_output(node):
            if extend_order(node, [*key, *_window_keys(node, downwards)]):
                codes.add(code)
            continue
        codes.add(code)
        new = _order_outside(node, downwards)
        if node is tree:
            tree = new
        else:
            node.replace(new)
    return tree, tuple(sorted(codes))


def may_have_ties(tree: exp.Expr, *, outermost: bool = True) -> bool:
    """Whether there is anything that `break_ties` looks at: most queries have nothing."""
    return (outermost and tree.args.get("order") is not None) or any(
        isinstance(node, _OF_ORDER)
        or (isinstance(node, exp.Distinct) and node.args.get("on") is not None)
        or (isinstance(node, exp.Join) and node.method == "ASOF")
        or depends_on_order(node)
        for node in tree.walk()
    )


def _break_in_expressions(
    select: exp.Select, key: list[exp.Expr], downwards: bool, columns: Container[str]
) -> set[str]:
    codes = set()
    for node in list(own_nodes(select)):
        if isinstance(node, exp.Window) and is_window_call(node):
            in_qualify = isinstance(node.find_ancestor(exp.Qualify, exp.Select), exp.Qualify)
            named = partial(named_row_key, select, key, downwards, columns) if in_qualify else lambda: key
            if break_window_ties(node, select, named, downwards):
                codes.add("window-ties")
        elif depends_on_order(node) and not is_called_as_window(node):
            if order_values(node, [], downwards):
                codes.add("aggregate-order")
        elif isinstance(node, exp.Join) and node.method == "ASOF":
            break_asof_ties(node, downwards)
            codes.add("asof-ties")
        elif isinstance(node, exp.Array) and node.expressions and isinstance(node.expressions[0], exp.Query):
            inner = node.expressions[0].unnest()
            order = inner.args.get("order")
            if order is None or not any(is_all(term) for term in order.expressions):
                extend_order(inner, [sort_key(exp.Literal.number(1), downwards)])
                codes.add("array-order")
    return codes


def _window_keys(select: exp.Select, downwards: bool) -> list[exp.Expr]:
    """Window functions can tell rows apart that are equal in everything else."""
    keys: list[exp.Expr] = []
    for projection in select.expressions:
        key = projection.unalias().copy()
        windows = [node for node in own_nodes(key) if isinstance(node, exp.Window)]
        for window in windows:
            write_out(window, select)  # ORDER BY does not see the WINDOW clause
        if windows:
            keys.append(sort_key(key, downwards))
    return keys


def _what_order_decides(node: exp.Expr, outermost: bool) -> str | None:
    """The code of what the order of the rows of a query decides, where its own ORDER BY may leave it open."""
    order = node.args.get("order")
    on = _distinct_on(node)
    if order is not None and any(is_all(term) for term in order.expressions):
        if on:
            raise Refused("order-dependent", node.sql("duckdb"))
        return None
    if on:
        return "distinct-on-ties"
    if node.args.get("limit") or node.args.get("offset"):
        return "limit-ties"
    return "row-order" if outermost and order is not None else None


def _tells_rows_by_output(node: exp.Expr) -> bool:
    """Whether nothing but its own columns tells the rows of a SELECT apart when its LIMIT comes."""
    unnests = any(part.find(exp.Explode, exp.Unnest, exp.Inline) for part in node.expressions)
    if _distinct_on(node):
        if unnests:
            raise Refused("order-dependent", node.sql("duckdb"))
        return False
    return unnests or node.args.get("distinct") is not None


def _distinct_on(node: exp.Expr) -> bool:
    distinct = node.args.get("distinct")
    return isinstance(distinct, exp.Distinct) and distinct.args.get("on") is not None


def _order_outside(node: exp.Expr, downwards: bool) -> exp.Select:
    """The query in parentheses, sorted and cut outside of them, where only its own columns tell rows apart."""
    inner = node.copy()
    order = inner.args.get("order")
    cut = {name: inner.args[name] for name in ("limit", "offset") if inner.args.get(name)}
    for name in ("order", *cut):
        inner.set(name, None)
    keys = [_outside(term, node) for term in order.expressions] if order is not None else []
    alias = exp.TableAlias(this=exp.to_identifier(f"{RESERVED}_w"))
    outer = exp.Select(expressions=[exp.Star()]).from_(exp.Subquery(this=inner, alias=alias))
    outer.set("order", exp.Order(expressions=[*keys, sort_key(whole_row(), downwards)]))
    for name, value in cut.items():
        outer.set(name, value)
    return outer


def _outside(term: exp.Expr, node: exp.Expr) -> exp.Expr:
    """A term of ORDER BY by the query's own columns."""
    ordered = term.copy()
    key = ordered.this
    if isinstance(key, exp.Literal) and not key.is_string:
        return ordered
    projections = node.expressions if isinstance(node, exp.Select) else []
    if isinstance(key, exp.Column) and not key.table and (not projections or _has_name(projections, key.name)):
        return ordered
    for place, projection in enumerate(projections):
        if projection.is_star:
            break
        if projection.unalias() == key:
            ordered.set("this", exp.Literal.number(place + 1))
            return ordered
    raise Refused("order-dependent", node.sql("duckdb"))


def _has_name(projections: list[exp.Expr], name: str) -> bool:
    return any(part.is_star or part.alias_or_name.casefold() == name.casefold() for part in projections)
