"""Numbers in another unit: a hundred times as much."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dbt_ai.checks.data_tests.faults.values import NUMBERS, Fault, FaultyColumn, replaced


def wrong_unit(columns: Sequence[FaultyColumn]) -> Iterable[Fault]:
    """One fault a number that is no key; in all rows."""
    for column in columns:
        if column.family in NUMBERS and not column.joined:
            yield replaced("wrong unit", {column: f"TRY_CAST({column.sql} * 100 AS {column.type})"}, None)
