"""dbt_utils.at_least_one: not one row, or not one in a group, has a value."""

from __future__ import annotations

from dbt_ai.checks.data_tests.kinds.writing import value_list
from dbt_ai.checks.data_tests.values import DataCheck


def at_least_one(check: DataCheck, tested: str) -> str:
    """The count of values where it is 0, for each group where there are some."""
    groups = value_list(check.columns("group_by_columns"), quote=False) if check.argument("group_by_columns") else ""
    selected, grouped = (f"{groups}, ", f" GROUP BY {groups}") if groups else ("", "")
    counted = f"COUNT({check.of_column})"
    return f"SELECT {selected}{counted} AS value_count FROM {tested}{grouped} HAVING {counted} = 0"
