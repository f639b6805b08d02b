"""Keys of rows that are not there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dbt_ai.checks.data_tests.faults.values import NUMBERS, Fault, FaultyColumn, replaced


def orphans(columns: Sequence[FaultyColumn]) -> Iterable[Fault]:
    """One fault a column that relations are joined by."""
    for column in columns:
        if column.joined and column.family in NUMBERS:
            yield replaced("orphans", {column: f"-1 - {column.sql}"})
        elif column.joined and column.family == "text":
            yield replaced("orphans", {column: f"'?' || {column.sql}"})
