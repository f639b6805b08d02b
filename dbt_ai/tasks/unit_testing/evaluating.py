"""The unit tests that a project has, on a model's mutants: as dbt compiles them, compared as dbt compares them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dbt_ai.checks.data_tests.staging import Stage
from dbt_ai.checks.sandbox import QueryTimeout, only_select
from dbt_ai.errors import WarehouseError
from dbt_ai.project.values import UnitTest
from dbt_ai.sql.mutants import Mutant, mutants_of
from dbt_ai.sql.names import quoted
from dbt_ai.sql.query import QueryError
from dbt_ai.sql.values import Relation
from dbt_ai.tasks.unit_testing.literals import Value, rows_sql
from dbt_ai.tasks.unit_testing.matrix import faults_of
from dbt_ai.tasks.unit_testing.rendering import CTE, with_ctes, without_ephemeral


class UnitCheck:
    """A unit test that is run on a stage. Raises WarehouseError where its SQL is not one SELECT."""

    def __init__(self, test: UnitTest, sql: str) -> None:
        self.test = test
        only_select(sql)
        tree = sqlglot.parse_one(sql, dialect="duckdb")
        self.given = [
            (cte.alias, cte.this.sql("duckdb")) for cte in tree.find_all(exp.CTE) if cte.alias.startswith(CTE)
        ]
        self.body = without_ephemeral(sql)

    def fails(self, stage: Stage, body: str | None = None) -> bool:
        """Whether it fails with `body` in the place of the model's SQL. Raises WarehouseError where it cannot run."""
        table = stage.table("actual", with_ctes(body or self.body, self.given))
        columns = {name.casefold(): (name, kind) for name, kind in stage.columns(table)}
        if self.test.rows_sql is None and not self.test.rows:
            return bool(stage.run(f"SELECT EXISTS (SELECT 1 FROM {table})")[0][0])
        rows = [{name.casefold(): _plain(cell) for name, cell in row.items()} for row in self.test.rows]
        names = list(rows[0]) if rows else list(columns)
        missing = [name for name in names if name not in columns]
        if missing:
            raise WarehouseError(f"the model has no column {missing[0]}")
        listed = ", ".join(quoted(columns[name][0]) for name in names)
        expected = self.test.rows_sql or rows_sql([(name, columns[name][1]) for name in names], rows)
        mine, other = f"SELECT {listed} FROM {table}", f"SELECT {listed} FROM ({expected}\n) AS expected"
        return bool(stage.run(f"SELECT EXISTS ({mine} EXCEPT ALL {other}) OR EXISTS ({other} EXCEPT ALL {mine})")[0][0])

    def kills(self, stage: Stage, body: str) -> bool:
        """Whether it fails for a mutant. One that cannot run is killed, as dbt says so; one that takes too long is
        not."""
        try:
            return self.fails(stage, body)
        except QueryTimeout:
            return False
        except WarehouseError:
            return True

    def runs(self, sql: str) -> bool:
        """Whether it runs this very SQL of its model."""
        return _form(sql) == _form(self.body)

    def bodies(self, sql: str, mutants: Sequence[Mutant], inputs: Sequence[Relation]) -> list[str | None]:
        """The SQL of each mutant of `sql`, all on the CTEs of `inputs`, as the unit test runs it; None where it has no
        such mutant, as macros or variables are overridden."""
        if self.runs(sql):
            return [mutant.sql for mutant in mutants]
        schema = {one.parts[2]: {name: kind or "" for name, kind in one.columns} for one in inputs}
        found = mutants_of(self.body, "duckdb", schema)
        by_fault = {fault: mutant.sql for fault, mutant in zip(faults_of(found), found, strict=True)}
        return [by_fault.get(fault) for fault in faults_of(mutants)]


def unit_check(test: UnitTest) -> UnitCheck:
    """A unit test made ready. Raises WarehouseError with what is wrong with it."""
    if test.sql is None:
        raise WarehouseError(test.error or "dbt does not compile it")
    try:
        return UnitCheck(test, test.sql)
    except (SqlglotError, QueryError) as error:
        raise WarehouseError(str(error).splitlines()[0]) from error


def _form(sql: str) -> str:
    return sqlglot.parse_one(sql, dialect="duckdb").sql("duckdb", comments=False)


def _plain(cell: Any) -> Value:
    return cell if cell is None or isinstance(cell, str | int | float | bool) else str(cell)
