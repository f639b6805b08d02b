"""What changes spare the warehouse on today's data: both queries are run there and counted."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dbt_ai.checks.sandbox import Sandbox, execute, only_select
from dbt_ai.errors import DbtAiError, WarehouseError
from dbt_ai.project.values import Project
from dbt_ai.tasks.data import open_data
from dbt_ai.tasks.refactoring.trying import Refactored, Tried

_SECONDS = 5.0  # for one query
_BUDGET = 30.0  # for all of a run


def with_rows(project: Project, refactored: Mapping[str, Refactored]) -> Mapping[str, Refactored]:
    """What was made of models, with the rows that each change spares the warehouse among its gains. Where they cannot
    be counted nothing is said of them."""
    queries = [sql for each in refactored.values() for one in each.tried for sql in one.queries or ()]
    if not queries:
        return refactored
    try:
        with open_data(project) as (sandbox, _):
            read = rows_read(sandbox, queries) if sandbox is not None else {}
    except WarehouseError:
        return refactored

    def counted(one: Tried) -> Tried:
        old, new = (read.get(sql) for sql in one.queries or ("", ""))
        less = old - new if old is not None and new is not None else 0
        return replace(one, gains=(*one.gains, f"{less:,} rows read")) if less > 0 else one

    return {u: replace(each, tried=tuple(counted(one) for one in each.tried)) for u, each in refactored.items()}


def rows_spared(project: Project, left: str, right: str) -> int | None:
    """How many rows fewer the query `right` reads than `left` on the data that is there; None where nobody can tell."""
    try:
        with open_data(project) as (sandbox, _):
            read = rows_read(sandbox, (left, right)) if sandbox is not None else {}
    except WarehouseError:
        return None
    return read[left] - read[right] if left in read and right in read else None


def rows_read(sandbox: Sandbox, queries: Sequence[str]) -> Mapping[str, int]:
    """How many rows each query reads from tables on the data of `sandbox`, by its SQL. Those that fail, or for which
    there is no time, are left out."""
    found: dict[str, int] = {}
    give_up = time.monotonic() + _BUDGET
    for sql in dict.fromkeys(queries):
        left = give_up - time.monotonic()
        if left <= 0:
            break
        try:
            only_select(sql)
            rows = execute(sandbox.connection, f"explain (analyze, format json) {sql}", min(left, _SECONDS))
            read = _scanned(json.loads(rows[0][1]))
        except (DbtAiError, ValueError, LookupError):
            continue
        if read is not None:
            found[sql] = read
    return found


def _scanned(profile: Mapping[str, Any]) -> int | None:
    """The rows that a query has read, as versions of DuckDB tell it."""
    query = profile.get("query")
    told = query.get("total_rows_scanned") if isinstance(query, dict) else profile.get("cumulative_rows_scanned")
    return told if isinstance(told, int) else None
