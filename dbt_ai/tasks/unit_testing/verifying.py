"""A unit test run as dbt runs it, before it is written: from its YAML values to the SQL of dbt's macros, on DuckDB."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from dbt_ai.checks.sandbox import execute, open_memory
from dbt_ai.errors import WarehouseError
from dbt_ai.sql.names import quoted
from dbt_ai.tasks.unit_testing.literals import rows_sql
from dbt_ai.tasks.unit_testing.rendering import with_ctes
from dbt_ai.tasks.unit_testing.values import Way

_SECONDS = 10.0


def passes(way: Way, item: Mapping[str, Any]) -> bool:
    """Whether the unit test `item` of a model passes, which runs as `way` says."""
    sql = with_ctes(way.sql.strip().rstrip(";"), fixtures(way, item["given"]))
    rows = item["expect"]["rows"]
    try:
        with open_memory(["unit_test"], threads=1) as sandbox:
            described = execute(sandbox.connection, f"DESCRIBE {sql}", _SECONDS)
            kinds = {str(name).casefold(): str(kind) for name, kind, *_ in described}
            names = list(rows[0]) if rows else [name for name, *_ in described]
            if any('"' in name for name in names):  # dbt does not escape it
                return False
            columns = [(name, kinds[name.casefold()]) for name in names]
            listed = ", ".join(f"CAST({quoted(name)} AS VARCHAR)" for name in names)
            actual, expected = (
                Counter(execute(sandbox.connection, f"SELECT {listed} FROM ({query}\n) AS t", _SECONDS))
                for query in (sql, rows_sql(columns, rows))
            )
    except (WarehouseError, KeyError):
        return False
    return actual == expected


def fixtures(way: Way, given: list[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """The CTEs that stand in the place of the inputs: (name, SQL)."""
    found = []
    for one in given:
        its = next(each for each in way.inputs if each.call == one["input"])
        columns = [(name, kind or "VARCHAR") for name, kind in its.relation.columns]
        text = one["rows"] if one.get("format") == "sql" else rows_sql(columns, one["rows"])
        found.append((its.relation.parts[2], text))
    return found
