"""A singular test: a SELECT of its own, with {model} where it reads the relation, and {other} for another one."""

from __future__ import annotations

from dbt_ai.checks.data_tests.values import DataCheck, UnknownKind


def singular(check: DataCheck, tested: str) -> str:
    """The rows that the SELECT finds."""
    sql = check.argument("sql")
    if not isinstance(sql, str) or "{model}" not in sql:
        raise UnknownKind("a singular test needs SQL that reads {model}")
    if "{other}" in sql and check.references is None:
        raise UnknownKind("a singular test that reads {other} needs the other relation")
    return sql.replace("{model}", tested).replace("{other}", check.references or "")
