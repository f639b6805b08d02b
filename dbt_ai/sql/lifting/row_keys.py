"""Sort keys that tell the rows of a SELECT apart."""

from __future__ import annotations

from collections.abc import Container, Iterator

from sqlglot import exp

from dbt_ai.sql.lifting.aggregates import is_aggregate, is_called_as_window
from dbt_ai.sql.lifting.values import RESERVED, Refused


def row_key(select: exp.Select, downwards: bool) -> list[exp.Expr]:
    """Sort keys that tell any two rows of `select` apart that differ at all, before its DISTINCT and its LIMIT; none
    where there is only one row.

    A group is told by its keys; any other row by the rows of the sources it is made of.
    """
    group = select.args.get("group")
    if group is None:
        if select.args.get("from_") is None or select.args.get("having") or aggregates(select):
            return []
        return [sort_key(whole_row(), downwards)]
    keys: list[exp.Expr] = []
    if group.args.get("all"):
        if any(projection.is_star for projection in select.expressions):
            raise Refused("order-dependent", select.sql("duckdb"))
        keys += [part.unalias() for part in select.expressions if not _is_aggregated(part)]
    for part in group.expressions:
        if isinstance(part, _SETS):
            inner = [_group_term(select, term) for term in _flat(part)]
            keys += [*inner, *(exp.Grouping(expressions=[term.copy()]) for term in inner)]
        else:
            keys.append(_group_term(select, part))
    varying = [key for key in keys if key.find(exp.Column, exp.Subquery, exp.Grouping)]  # a constant sorts nothing
    return [sort_key(key.copy(), downwards) for key in varying]


def named_row_key(select: exp.Select, key: list[exp.Expr], downwards: bool, columns: Container[str]) -> list[exp.Expr]:
    """`key` in the way that QUALIFY can have it, where DuckDB knows no `*`: each source by its name, as one value.

    Raises Refused where a source's name may be a column's, which it would be taken for.
    """
    if not key or select.args.get("group"):
        return key
    sources = [select.args["from_"].this]
    sources += [join.this for join in select.args.get("joins") or [] if join.kind not in ("SEMI", "ANTI")]
    sources += select.args.get("laterals") or []
    keys: list[exp.Expr] = []
    for place, source in enumerate(sources):
        pivots = source.args.get("pivots")
        holder = pivots[-1] if pivots else source
        if not holder.alias_or_name and isinstance(holder, (exp.Subquery, exp.Pivot)):
            holder.set("alias", exp.TableAlias(this=exp.to_identifier(f"{RESERVED}_s{place}")))
        name = holder.alias_or_name
        if not name or name.casefold() in columns:
            raise Refused("order-dependent", select.sql("duckdb"))
        keys.append(sort_key(exp.column(exp.to_identifier(name, quoted=True)), downwards))
    return keys


def aggregates(select: exp.Select) -> bool:
    """Whether there is an aggregate among the own expressions of a SELECT."""
    return any(is_aggregate(node) and not is_called_as_window(node) for node in own_nodes(select))


def own_nodes(tree: exp.Expr) -> Iterator[exp.Expr]:
    """The nodes that are not inside a query within `tree`; the inner queries themselves are among them."""
    yield from tree.walk(prune=lambda node: node is not tree and isinstance(node, exp.Query))


def sort_key(key: exp.Expr, downwards: bool) -> exp.Ordered:
    """`key` as a term of ORDER BY, so that the two directions are each other's exact reverse."""
    return exp.Ordered(this=key, desc=downwards, nulls_first=downwards)


def whole_row() -> exp.Expr:
    """All columns of all sources as one value."""
    return exp.Anonymous(this="ROW", expressions=[exp.Columns(this=exp.Star(), unpack=True)])


def is_all(term: exp.Expr) -> bool:
    """Whether a term of ORDER BY is ALL."""
    return isinstance(term, exp.Ordered) and isinstance(term.this, exp.Var) and term.this.name.upper() == "ALL"


def extend_order(node: exp.Expr, keys: list[exp.Expr]) -> bool:
    """Put `keys` behind the terms that `node` is ordered by already. Returns whether any was not among them."""
    order = node.args.get("order")
    before = order.expressions if order is not None else []
    sorted_by = [term.this for term in before if isinstance(term, exp.Ordered)]
    new = [key.copy() for key in keys if key.this not in sorted_by]
    if new:
        node.set("order", exp.Order(expressions=[*before, *new]))
    return bool(new)


def _is_aggregated(part: exp.Expr) -> bool:
    return any(is_aggregate(node) or isinstance(node, exp.Window) for node in own_nodes(part))


def _group_term(select: exp.Select, term: exp.Expr) -> exp.Expr:
    """A term of GROUP BY, which may be the number or the name of a projection, as what it stands for."""
    if isinstance(term, exp.Literal) and term.is_int:
        if any(projection.is_star for projection in select.expressions):
            raise Refused("order-dependent", select.sql("duckdb"))
        named: exp.Expr = select.expressions[int(term.name) - 1].unalias()
        return named
    if isinstance(term, exp.Column) and not term.table:
        for projection in select.expressions:
            if isinstance(projection, exp.Alias) and projection.alias == term.name:
                return term if isinstance(projection.this, exp.Column) else projection.this
    return term


def _flat(part: exp.Expr) -> Iterator[exp.Expr]:
    """The terms in ROLLUP, CUBE and GROUPING SETS, without their parentheses."""
    for inner in part.expressions:
        if isinstance(inner, (exp.Tuple, *_SETS)):
            yield from _flat(inner)
        else:
            yield inner.this if isinstance(inner, exp.Paren) else inner


_SETS = (exp.Rollup, exp.Cube, exp.GroupingSets)
