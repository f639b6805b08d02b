"""Rows whose floating point numbers are the same within a tolerance, and whose other values are the same.

Rows are compared as they occur, each with one of the other side: rounding would tell apart what lies on two sides of an
edge, however close it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import isfinite, isnan
from typing import Any

from dbt_ai.checks.lifted.answers import NOUGHT, canonical_value

LEAST, MOST = 1e-10, 0.1
"""Between what a tolerance may lie: eleven digits are compared without any."""
Row = Sequence[Any]


def close(one: float, other: float, tolerance: float) -> bool:
    """Whether two numbers differ by no more than `tolerance`, as a share of the larger one of them. What is smaller
    than 1e-9 is nought, as it is without a tolerance.

    >>> close(1000.0, 1000.5, 1e-3), close(1000.0, 1002.0, 1e-3), close(1e-12, -1e-13, 1e-3)
    (True, False, True)
    """
    if not isfinite(one) or not isfinite(other):
        return one == other or (isnan(one) and isnan(other))
    largest = max(abs(one), abs(other))
    return largest < NOUGHT or abs(one - other) <= tolerance * largest


def close_rows(ours: Sequence[Row], theirs: Sequence[Row], tolerance: float) -> bool:
    """Whether each row has one of the other side that is close to it, whatever their order.

    >>> close_rows([("a", 1.0), ("b", 2.0)], [("b", 2.000001), ("a", 0.999999)], 1e-3)
    True
    >>> close_rows([("a", 1.0), ("a", 1.0)], [("a", 1.0), ("b", 1.0)], 1e-3)
    False
    """
    if len(ours) != len(theirs):
        return False
    left, right = _by_other_values(ours), _by_other_values(theirs)
    return left.keys() == right.keys() and all(
        _matched(numbers, right[other_values], tolerance) for other_values, numbers in left.items()
    )


def close_in_order(ours: Sequence[Row], theirs: Sequence[Row], tolerance: float) -> bool:
    """Whether each row is close to the one in its place."""
    return len(ours) == len(theirs) and all(
        close_rows([mine], [other], tolerance) for mine, other in zip(ours, theirs, strict=True)
    )


Numbers = tuple[float, ...]


def _by_other_values(rows: Sequence[Row]) -> dict[str, list[Numbers]]:
    """The floating point numbers of the rows, by all other values of a row."""
    found: dict[str, list[Numbers]] = defaultdict(list)
    for row in rows:
        others = [None if isinstance(value, float) else (canonical_value(value),) for value in row]
        found[repr(others)].append(tuple(value for value in row if isinstance(value, float)))
    return found


def _matched(ours: Sequence[Numbers], theirs: Sequence[Numbers], tolerance: float) -> bool:
    """Whether the rows can be paired so that each pair is close: in their order, or else by looking for a pairing."""
    if len(ours) != len(theirs):
        return False

    def alike(one: Numbers, other: Numbers) -> bool:
        return all(close(mine, number, tolerance) for mine, number in zip(one, other, strict=True))

    left, right = (sorted(rows, key=_by_size) for rows in (ours, theirs))
    if all(map(alike, left, right)):
        return True
    if not left or len(left[0]) < 2:  # of single numbers no other pairing is better
        return False
    import networkx as nx

    graph: nx.Graph[tuple[str, int]] = nx.Graph()
    mine = [("ours", place) for place in range(len(left))]
    graph.add_nodes_from(mine)
    graph.add_edges_from(
        (("ours", one), ("theirs", other))
        for one, numbers in enumerate(left)
        for other, others in enumerate(right)
        if alike(numbers, others)
    )
    return len(nx.bipartite.hopcroft_karp_matching(graph, mine)) == 2 * len(left)


def _by_size(row: Numbers) -> list[tuple[bool, float]]:
    """By what rows are sorted: NaN, of which no number is larger or smaller, comes last."""
    return [(isnan(number), 0.0 if isnan(number) else number) for number in row]
