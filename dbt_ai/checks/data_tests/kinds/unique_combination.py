"""dbt_utils.unique_combination_of_columns: values that occur together more than once; NULLs count as equal."""

from __future__ import annotations

from dbt_ai.checks.data_tests.kinds.writing import value_list
from dbt_ai.checks.data_tests.values import DataCheck
from dbt_ai.sql.names import quoted_columns


def unique_combination(check: DataCheck, tested: str) -> str:
    """Each combination that is repeated, with the number of its rows."""
    names = check.columns("combination_of_columns")
    columns = value_list(quoted_columns(names) if check.argument("quote_columns") else names, quote=False)
    return f"SELECT {columns}, COUNT(*) AS row_count FROM {tested} GROUP BY {columns} HAVING COUNT(*) > 1"
