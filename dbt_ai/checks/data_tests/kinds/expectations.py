"""Tests of dbt_expectations that say what a test of dbt or of dbt_utils says, in other words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from dbt_ai.checks.data_tests.kinds.accepted_range import accepted_range
from dbt_ai.checks.data_tests.kinds.accepted_values import accepted_values
from dbt_ai.checks.data_tests.kinds.expression_is_true import expression_is_true
from dbt_ai.checks.data_tests.kinds.not_null import not_null
from dbt_ai.checks.data_tests.kinds.unique import unique
from dbt_ai.checks.data_tests.kinds.unique_combination import unique_combination
from dbt_ai.checks.data_tests.values import DataCheck, UnknownKind

Kind = Callable[[DataCheck, str], str]


def _in_other_words(kind: Kind, arguments: Callable[[DataCheck], Mapping[str, Any]]) -> Kind:
    """`kind` with the arguments that `arguments` makes, on the rows that `row_condition` leaves."""

    def failing(check: DataCheck, tested: str) -> str:
        condition = check.argument("row_condition")
        rows = f"(SELECT * FROM {tested} WHERE {condition}) AS chosen" if condition else tested
        return kind(replace(check, arguments=arguments(check)), rows)

    return failing


def _range(check: DataCheck) -> Mapping[str, Any]:
    bounds = {name: check.argument(name) for name in ("min_value", "max_value")}
    return {**bounds, "inclusive": not check.argument("strictly", False)}


def _combination(check: DataCheck) -> Mapping[str, Any]:
    if check.argument("ignore_row_if", "all_values_are_missing") != "all_values_are_missing":
        raise UnknownKind("of ignore_row_if only the default is known here")
    return {"combination_of_columns": list(check.columns("column_list"))}


def _pair(check: DataCheck) -> Mapping[str, Any]:
    first, second = check.argument("column_A"), check.argument("column_B")
    if not isinstance(first, str) or not isinstance(second, str):
        raise UnknownKind(f"{check.kind} needs column_A and column_B")
    return {"expression": f"{first} >{'=' if check.argument('or_equal') else ''} {second}"}


def _combination_of_values(check: DataCheck, tested: str) -> str:
    columns = check.columns("combination_of_columns")
    filled = " OR ".join(f"{column} IS NOT NULL" for column in columns)
    return unique_combination(check, f"(SELECT * FROM {tested} WHERE {filled}) AS filled")


KINDS: Mapping[str, Kind] = {
    "expect_column_values_to_be_unique": _in_other_words(unique, lambda check: {}),
    "expect_column_values_to_not_be_null": _in_other_words(not_null, lambda check: {}),
    "expect_column_values_to_be_in_set": _in_other_words(
        accepted_values,
        lambda check: {"values": check.argument("value_set"), "quote": check.argument("quote_values", True)},
    ),
    "expect_column_values_to_be_between": _in_other_words(accepted_range, _range),
    "expect_column_pair_values_A_to_be_greater_than_B": _in_other_words(expression_is_true, _pair),
    "expect_compound_columns_to_be_unique": _in_other_words(_combination_of_values, _combination),
    "expression_is_true": _in_other_words(
        expression_is_true, lambda check: {"expression": check.argument("expression")}
    ),
}
