"""dbt_utils.not_null_proportion: the share of rows with a value is outside its bounds."""

from __future__ import annotations

from dbt_ai.checks.data_tests.kinds.writing import value_list
from dbt_ai.checks.data_tests.values import DataCheck, UnknownKind


def not_null_proportion(check: DataCheck, tested: str) -> str:
    """The share, for each group where there are some, that is too small or too large."""
    at_least, at_most = check.argument("at_least"), check.argument("at_most", 1)
    if at_least is None:
        raise UnknownKind("not_null_proportion needs at_least")
    groups = value_list(check.columns("group_by_columns"), quote=False) if check.argument("group_by_columns") else ""
    selected, grouped = (f"{groups}, ", f" GROUP BY {groups}") if groups else ("", "")
    return (
        f"SELECT * FROM (SELECT {selected}COUNT({check.of_column}) / COUNT(*) AS not_null_share FROM {tested}{grouped})"
        f" AS shares WHERE not_null_share < {at_least} OR not_null_share > {at_most}"
    )
