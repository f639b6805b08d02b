"""Rows that arrived twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dbt_ai.checks.data_tests.faults.values import ROW, SOME_ROWS, Fault, FaultyColumn


def duplicates(columns: Sequence[FaultyColumn]) -> Iterable[Fault]:
    """One fault of whole rows."""
    rows = f"SELECT * EXCLUDE ({ROW}) FROM {{table}}"
    yield Fault("duplicates", (), f"{rows} UNION ALL {rows} WHERE {SOME_ROWS}")
