"""dbt_utils.expression_is_true: a row for which a condition is false; one for which it is NULL passes."""

from __future__ import annotations

from dbt_ai.checks.data_tests.values import DataCheck, UnknownKind


def expression_is_true(check: DataCheck, tested: str) -> str:
    """The rows for which the condition, behind the column where there is one, is false."""
    expression = check.argument("expression")
    if not isinstance(expression, str):
        raise UnknownKind("expression_is_true needs an expression")
    return f"SELECT * FROM {tested} WHERE NOT ({f'{check.column} ' if check.column else ''}{expression})"
