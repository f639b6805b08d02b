"""not_null: a row without a value."""

from __future__ import annotations

from dbt_ai.checks.data_tests.values import DataCheck


def not_null(check: DataCheck, tested: str) -> str:
    """The rows that have no value."""
    return f"SELECT * FROM {tested} WHERE {check.of_column} IS NULL"
