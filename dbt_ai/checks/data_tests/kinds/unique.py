"""unique: a value that occurs more than once; NULLs do not count."""

from __future__ import annotations

from dbt_ai.checks.data_tests.values import DataCheck


def unique(check: DataCheck, tested: str) -> str:
    """Each value that is repeated, with the number of its rows."""
    column = check.of_column
    return (
        f"SELECT {column} AS repeated, COUNT(*) AS row_count FROM {tested} WHERE {column} IS NOT NULL "
        f"GROUP BY {column} HAVING COUNT(*) > 1"
    )
