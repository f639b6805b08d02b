"""accepted_values: a value that the list leaves out; NULL passes."""

from __future__ import annotations

from dbt_ai.checks.data_tests.kinds.writing import value_list
from dbt_ai.checks.data_tests.values import DataCheck, UnknownKind


def accepted_values(check: DataCheck, tested: str) -> str:
    """Each value that is not listed, with the number of its rows."""
    values = check.argument("values")
    if not isinstance(values, list | tuple) or not values:
        raise UnknownKind("accepted_values needs a list of values")
    column, listed = check.of_column, value_list(values, quote=bool(check.argument("quote", True)))
    return (
        f"SELECT * FROM (SELECT {column} AS found, COUNT(*) AS row_count FROM {tested} GROUP BY {column}) AS counted "
        f"WHERE found NOT IN ({listed})"
    )
