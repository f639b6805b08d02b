"""The faults that the unit tests which a model has already show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dbt_ai.checks.sandbox import execute, only_select
from dbt_ai.errors import WarehouseError
from dbt_ai.project.values import UnitTest
from dbt_ai.sql.names import quoted
from dbt_ai.tasks.unit_testing.literals import Value, rows_sql
from dbt_ai.tasks.unit_testing.matrix import Matrix
from dbt_ai.tasks.unit_testing.rendering import without_ephemeral
from dbt_ai.tasks.unit_testing.runs import SECONDS, Result, Runs
from dbt_ai.tasks.unit_testing.values import Fault, Input, Rows


def shown_by(test: UnitTest, matrices: Sequence[Matrix], runs: Sequence[Runs]) -> frozenset[Fault]:
    """The faults that a unit test shows; none where it cannot be run, does not pass today, or overrides what decides
    the SQL of the model."""
    if test.sql is None:
        return frozenset()
    try:
        form = _form(without_ephemeral(test.sql))
        for matrix, its_runs in zip(matrices, runs, strict=True):
            if _form(matrix.way.sql) == form:
                return _shown(test, test.sql, matrix, its_runs)
    except (SqlglotError, WarehouseError):
        pass
    return frozenset()


def _shown(test: UnitTest, sql: str, matrix: Matrix, runs: Runs) -> frozenset[Fault]:
    ctes = sqlglot.parse_one(sql, dialect="duckdb").find_all(exp.CTE)
    given = {cte.alias.casefold(): cte.this.sql("duckdb") for cte in ctes}
    rows: Rows = {}
    for its in matrix.way.inputs:
        query = given.get(its.relation.parts[2].casefold())
        rows[its.key] = [] if query is None else _rows(runs, its, query)
    actual = runs.on(rows)
    expected = _expected(test, actual, runs) if actual is not None else None
    if actual is None or expected is None or actual.only([name for name, _ in expected.columns]).bag != expected.bag:
        return frozenset()
    killed = runs.kills(rows, expected, range(len(matrix.mutants)))
    return frozenset(matrix.faults[number] for number in killed)


def _rows(runs: Runs, given: Input, query: str) -> list[tuple[str | None, ...]]:
    """The rows of a fixture's SQL as cells of the input's columns; what it leaves out is NULL."""
    only_select(query)
    found = {name.casefold() for name, *_ in execute(runs.connection, f"DESCRIBE {query}", SECONDS)}
    cells = ", ".join(
        f"CAST(CAST({quoted(name)} AS {kind or 'VARCHAR'}) AS VARCHAR)" if name.casefold() in found else "NULL"
        for name, kind in given.relation.columns
    )
    return execute(runs.connection, f"SELECT {cells} FROM ({query}) AS fixture", SECONDS)


def _expected(test: UnitTest, actual: Result, runs: Runs) -> Result | None:
    """What the test expects, in the types of the model; None where it names a column that the model has not."""
    kinds = {name.casefold(): (name, kind) for name, kind in actual.columns}
    if test.rows_sql is None and not test.rows:
        return Result(actual.columns, ())
    query = test.rows_sql
    if query is None:
        names = [name.casefold() for name in test.rows[0]]
        if not set(names) <= set(kinds):
            return None
        query = rows_sql([kinds[name] for name in names], [_plain(row, kinds) for row in test.rows])
    only_select(query)
    described = [name for name, *_ in execute(runs.connection, f"DESCRIBE {query}", SECONDS)]
    if not {name.casefold() for name in described} <= set(kinds):
        return None
    columns = [column for column in actual.columns if column[0].casefold() in {name.casefold() for name in described}]
    cells = ", ".join(f"CAST(CAST({quoted(name)} AS {kind}) AS VARCHAR)" for name, kind in columns)
    rows = execute(runs.connection, f"SELECT {cells} FROM ({query}) AS expected", SECONDS)
    return Result(tuple(columns), tuple(rows))


def _plain(row: Mapping[str, Any], kinds: Mapping[str, tuple[str, str]]) -> dict[str, Value]:
    return {
        kinds[name.casefold()][0]: cell if cell is None or isinstance(cell, str | int | float | bool) else str(cell)
        for name, cell in row.items()
    }


def _form(sql: str) -> str:
    return sqlglot.parse_one(sql, dialect="duckdb").sql("duckdb", comments=False)
