"""Two columns of one type that changed places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from dbt_ai.checks.data_tests.faults.values import Fault, FaultyColumn, replaced


def swapped_columns(columns: Sequence[FaultyColumn]) -> Iterable[Fault]:
    """One fault for each column and the next one of its type; in all rows."""
    by_type: dict[str, list[FaultyColumn]] = {}
    for column in columns:
        by_type.setdefault(column.type, []).append(column)
    for alike in by_type.values():
        for one, other in pairwise(alike):
            yield replaced("swapped columns", {one: other.sql, other: one.sql}, None)
