"""Texts that were cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dbt_ai.checks.data_tests.faults.values import Fault, FaultyColumn, replaced


def truncated_strings(columns: Sequence[FaultyColumn]) -> Iterable[Fault]:
    """One fault a text: its last character is gone."""
    for column in columns:
        if column.family == "text":
            yield replaced("truncated strings", {column: f"LEFT({column.sql}, LENGTH({column.sql}) - 1)"})
