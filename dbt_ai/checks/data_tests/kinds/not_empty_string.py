"""dbt_utils.not_empty_string: a text of no characters, or of spaces alone."""

from __future__ import annotations

from dbt_ai.checks.data_tests.values import DataCheck


def not_empty_string(check: DataCheck, tested: str) -> str:
    """The rows whose text is empty."""
    text = f"TRIM({check.of_column})" if check.argument("trim_whitespace", True) else check.of_column
    return f"SELECT * FROM {tested} WHERE {text} = ''"
