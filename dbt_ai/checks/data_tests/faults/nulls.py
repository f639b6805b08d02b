"""Values that are missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dbt_ai.checks.data_tests.faults.values import Fault, FaultyColumn, replaced


def nulls(columns: Sequence[FaultyColumn]) -> Iterable[Fault]:
    """One fault a column."""
    for column in columns:
        yield replaced("nulls", {column: "NULL"})
