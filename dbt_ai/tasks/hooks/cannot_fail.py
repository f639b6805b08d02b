"""Data tests that no row could make fail, as the test and the SQL show."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from dbt_ai.edits.data_tests import Identity
from dbt_ai.project.files.jinja import named_in
from dbt_ai.sql.values import ColumnFacts, ColumnKind, QueryFacts
from dbt_ai.tasks.hooks.placed import arguments_of

_ALWAYS = re.compile(r"\s*(?:true|(\d+)\s*=\s*\1)\s*", re.IGNORECASE)
_NEVER = re.compile(r"\s*(?:false|1\s*=\s*0|0\s*=\s*1)\s*", re.IGNORECASE)


def cannot_fail(test: Identity, item: Any, stem: str, facts: Callable[[], QueryFacts | None]) -> str | None:
    """Why the test of the model can fail for no row, None where it can, as far as is known. `facts` are asked for what
    the SQL says only where the test could be one."""
    where = _where(item)
    if where is not None and _NEVER.fullmatch(where):
        return "its `where` leaves out all rows"
    bare = test.name.rpartition(".")[2]
    given = arguments_of(test)
    if bare == "relationships":
        to = next(named_in(str(given.get("to"))), None)
        if (
            to is not None
            and to.kind == "ref"
            and to.name == stem
            and str(given.get("field")).casefold() == test.column
        ):
            return "it compares the column with itself"
    if bare == "expression_is_true" and test.column is None and _ALWAYS.fullmatch(str(given.get("expression"))):
        return "its expression reads no column"
    if test.column is None or bare not in ("not_null", "accepted_range"):
        return None
    known = facts()
    column = known.column(test.column) if known is not None else None
    if column is None:
        return None
    if (
        bare == "not_null"
        and column.kind is ColumnKind.LITERAL
        and column.sql.upper() != "NULL"
        and column.nullability.never
    ):
        return f"the SQL writes {column.sql} into each row"
    if bare == "not_null" and _counts(column) and column.nullability.never:
        return "a count always has a value"
    if bare == "accepted_range" and _counts(column) and "max_value" not in given and _is_low(given.get("min_value")):
        return "a count is never negative"
    return None


def _counts(column: ColumnFacts) -> bool:
    aggregate = column.aggregate
    return column.kind is ColumnKind.AGGREGATED and aggregate is not None and aggregate.function == "count"


def _is_low(value: Any) -> bool:
    try:
        return float(str(value)) <= 0
    except ValueError:
        return False


def _where(item: Any) -> str | None:
    for below in item.values() if isinstance(item, dict) else ():
        if isinstance(below, dict):
            config = below.get("config")
            found = below.get("where") or (config.get("where") if isinstance(config, dict) else None)
            if isinstance(found, str):
                return found
    return None
