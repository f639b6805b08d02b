"""Rows that are not there yet: the newest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dbt_ai.checks.data_tests.faults.values import EVERY, ROW, Fault, FaultyColumn


def late_rows(columns: Sequence[FaultyColumn]) -> Iterable[Fault]:
    """One fault of whole rows."""
    latest = f"{ROW} > (SELECT COUNT(*) FROM {{table}}) * {EVERY - 1} / {EVERY}"
    yield Fault("late rows", (), f"SELECT * EXCLUDE ({ROW}) FROM {{table}} WHERE NOT ({latest})")
