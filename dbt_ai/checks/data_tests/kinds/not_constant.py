"""dbt_utils.not_constant: all rows, or all of a group, have the same value."""

from __future__ import annotations

from dbt_ai.checks.data_tests.kinds.writing import value_list
from dbt_ai.checks.data_tests.values import DataCheck


def not_constant(check: DataCheck, tested: str) -> str:
    """The number of different values where it is 1, for each group where there are some."""
    groups = value_list(check.columns("group_by_columns"), quote=False) if check.argument("group_by_columns") else ""
    selected, grouped = (f"{groups}, ", f" GROUP BY {groups}") if groups else ("", "")
    counted = f"COUNT(DISTINCT {check.of_column})"
    return f"SELECT {selected}{counted} AS different_values FROM {tested}{grouped} HAVING {counted} = 1"
