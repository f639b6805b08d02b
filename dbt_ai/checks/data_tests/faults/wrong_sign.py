"""Numbers with the sign turned around."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dbt_ai.checks.data_tests.faults.values import NUMBERS, Fault, FaultyColumn, replaced


def wrong_sign(columns: Sequence[FaultyColumn]) -> Iterable[Fault]:
    """One fault a number that is no key."""
    for column in columns:
        if column.family in NUMBERS and not column.joined and not column.type.upper().startswith("U"):
            yield replaced("wrong sign", {column: f"-{column.sql}"})
