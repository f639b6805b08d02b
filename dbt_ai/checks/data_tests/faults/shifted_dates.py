"""Moments that were read in another way: a month and a half too early."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dbt_ai.checks.data_tests.faults.values import MOMENTS, Fault, FaultyColumn, replaced


def shifted_dates(columns: Sequence[FaultyColumn]) -> Iterable[Fault]:
    """One fault a moment."""
    for column in columns:
        if column.family in MOMENTS:
            moved = f"CAST({column.sql} - INTERVAL 45 DAY AS {column.type})"
            yield replaced("shifted dates", {column: moved})
