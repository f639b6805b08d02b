"""relationships: a value that the other relation does not have; NULL passes."""

from __future__ import annotations

from dbt_ai.checks.data_tests.values import DataCheck, UnknownKind


def relationships(check: DataCheck, tested: str) -> str:
    """The rows whose value has no row in the other relation."""
    field = check.argument("field")
    if check.references is None or not isinstance(field, str):
        raise UnknownKind("relationships needs the other relation and its field")
    return (
        f"SELECT * FROM {tested} WHERE {check.of_column} IS NOT NULL AND {check.of_column} NOT IN "
        f"(SELECT {field} FROM {check.references} WHERE {field} IS NOT NULL)"
    )
