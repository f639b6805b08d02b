"""Errors as data has them, one file each: what is written into a copy of a relation to see which tests notice."""

from __future__ import annotations

from collections.abc import Sequence

from dbt_ai.checks.data_tests.faults.duplicates import duplicates
from dbt_ai.checks.data_tests.faults.late_rows import late_rows
from dbt_ai.checks.data_tests.faults.nulls import nulls
from dbt_ai.checks.data_tests.faults.orphans import orphans
from dbt_ai.checks.data_tests.faults.shifted_dates import shifted_dates
from dbt_ai.checks.data_tests.faults.swapped_columns import swapped_columns
from dbt_ai.checks.data_tests.faults.truncated_strings import truncated_strings
from dbt_ai.checks.data_tests.faults.values import ROW, Fault, FaultKind, FaultyColumn
from dbt_ai.checks.data_tests.faults.wrong_sign import wrong_sign
from dbt_ai.checks.data_tests.faults.wrong_unit import wrong_unit

__all__ = ["KINDS", "ROW", "Fault", "FaultyColumn", "faults_of"]

KINDS: tuple[FaultKind, ...] = (
    nulls,
    duplicates,
    orphans,
    late_rows,
    wrong_unit,
    wrong_sign,
    shifted_dates,
    truncated_strings,
    swapped_columns,
)


def faults_of(columns: Sequence[FaultyColumn]) -> tuple[Fault, ...]:
    """Every fault of a relation with these columns."""
    return tuple(fault for kind in KINDS for fault in kind(columns))
