"""Where a node stands: in the text, and in words."""

from __future__ import annotations

from typing import TypeAlias

from sqlglot import exp

Span: TypeAlias = tuple[int, int]


def token_ranges(tree: exp.Expr) -> dict[int, Span]:
    """From the first to behind the last token under each node (by its id) whose place in the text sqlglot knows."""
    ranges: dict[int, Span] = {}
    for node in reversed(list(tree.walk())):
        meta = node._meta
        own = (meta["start"], meta["end"] + 1) if meta and "start" in meta else None
        found = _both(ranges.get(id(node)), own)
        if found:
            ranges[id(node)] = found
            if node is not tree and node.parent is not None:
                ranges[id(node.parent)] = _both(ranges.get(id(node.parent)), found) or found
    return ranges


def _both(one: Span | None, other: Span | None) -> Span | None:
    if one is None or other is None:
        return one or other
    return (min(one[0], other[0]), max(one[1], other[1]))


def place_of(node: exp.Expr) -> str:
    """The clause and the query that `node` stands in, for a sentence.

    >>> import sqlglot
    >>> tree = sqlglot.parse_one("with paid as (select a from t where a > 1) select a + 1 as b from paid")
    >>> place_of(tree.find(exp.GT)), place_of(tree.find(exp.Add))
    ('the filter of `paid`', 'the column `b` of the final query')
    """
    clause, place = "", node
    if isinstance(node, _FILTERS) and node.parent is not None:
        place = node.parent
    while place.parent is not None and not clause and not _is_named_query(place):
        clause = _clause(place)
        place = place.parent
    query = _query(place)
    return f"{clause} of {query}" if clause else query


def _clause(node: exp.Expr) -> str:
    parent = node.parent
    if isinstance(node, exp.Where) and isinstance(parent, exp.Query):
        return "the filter"
    if isinstance(node, exp.Having):
        return "the HAVING filter"
    if isinstance(node, exp.Qualify):
        return "the QUALIFY filter"
    if isinstance(node, exp.Group):
        return "the grouping"
    if isinstance(node, exp.Join) and node.alias_or_name:
        return f"the join with `{node.alias_or_name}`"
    if isinstance(node, (exp.From, exp.Join)):
        return "the sources"
    if isinstance(parent, exp.Select) and node.arg_key == "expressions":
        return f"the column `{node.alias_or_name}`" if node.alias_or_name else "a column"
    return ""


def _query(node: exp.Expr) -> str:
    inner = ""
    place: exp.Expr | None = node
    while place is not None:
        if _is_named_query(place):
            return f"{inner}`{place.alias}`"
        if isinstance(place, exp.Query) and not isinstance(place.parent, _PARTS):
            inner = "a subquery in "
        place = place.parent
    return f"{inner}the final query"


def _is_named_query(node: exp.Expr) -> bool:
    derived = isinstance(node, exp.Subquery) and isinstance(node.parent, (exp.From, exp.Join))
    return bool(node.alias) and (derived or isinstance(node, exp.CTE))


_FILTERS = (exp.Where, exp.Having, exp.Qualify)
_PARTS = (exp.CTE, exp.SetOperation, exp.Subquery, type(None))
