"""The kinds of data tests, one file each: from a check and a relation to the SQL that selects the rows that fail.

Each says what dbt's own macro, or that of the package, says on DuckDB: how NULLs count, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dbt_ai.checks.data_tests.kinds import expectations
from dbt_ai.checks.data_tests.kinds.accepted_range import accepted_range
from dbt_ai.checks.data_tests.kinds.accepted_values import accepted_values
from dbt_ai.checks.data_tests.kinds.at_least_one import at_least_one
from dbt_ai.checks.data_tests.kinds.expression_is_true import expression_is_true
from dbt_ai.checks.data_tests.kinds.not_constant import not_constant
from dbt_ai.checks.data_tests.kinds.not_empty_string import not_empty_string
from dbt_ai.checks.data_tests.kinds.not_null import not_null
from dbt_ai.checks.data_tests.kinds.not_null_proportion import not_null_proportion
from dbt_ai.checks.data_tests.kinds.relationships import relationships
from dbt_ai.checks.data_tests.kinds.singular import singular
from dbt_ai.checks.data_tests.kinds.unique import unique
from dbt_ai.checks.data_tests.kinds.unique_combination import unique_combination
from dbt_ai.checks.data_tests.values import DataCheck, UnknownKind

Kind = Callable[[DataCheck, str], str]

_OF_UTILS: Mapping[str, Kind] = {
    "accepted_range": accepted_range,
    "at_least_one": at_least_one,
    "expression_is_true": expression_is_true,
    "not_constant": not_constant,
    "not_empty_string": not_empty_string,
    "not_null_proportion": not_null_proportion,
    "unique_combination_of_columns": unique_combination,
}
KINDS: Mapping[str, Kind] = {
    "unique": unique,
    "not_null": not_null,
    "accepted_values": accepted_values,
    "relationships": relationships,
    "singular": singular,
    **{f"dbt_utils.{name}": kind for name, kind in _OF_UTILS.items()},
    **{f"dbt_expectations.{name}": kind for name, kind in expectations.KINDS.items()},
}


def failing_rows(check: DataCheck, relation: str) -> str:
    """One SELECT of the rows of `relation` (as a FROM clause names it) for which `check` fails.

    Raises UnknownKind for a kind that is not in `KINDS`, and for arguments that it does not take.

    >>> failing_rows(DataCheck("not_null", "order_id", where="amount > 0"), "orders")
    'SELECT * FROM (SELECT * FROM orders WHERE amount > 0) AS tested WHERE order_id IS NULL'
    """
    kind = KINDS.get(check.kind)
    if kind is None:
        raise UnknownKind(f"the test {check.kind} is not known here")
    tested = f"(SELECT * FROM {relation} WHERE {check.where})" if check.where else relation
    return kind(check, f"{tested} AS tested")
