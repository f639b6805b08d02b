"""The warehouse of a live dbt, read through the project's own adapter: columns of relations, and rows of a SELECT."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from dbt_ai.errors import WarehouseError
from dbt_ai.project.condensing import condense
from dbt_ai.project.generic_tests import generic_test_sql
from dbt_ai.project.unit_tests import compile_new_unit_test, run_unit_test
from dbt_ai.project.values import ProjectReader

_SECONDS_TO_CONNECT = 20.0  # a wrong host or account may be tried for minutes
_SECONDS_TO_CANCEL = 5.0
Result = TypeVar("Result")


class WarehouseTimeout(WarehouseError):
    """The warehouse took longer than the time limit and was stopped."""


@dataclass(frozen=True)
class DataTestCall:
    """A generic test as a property file calls it: its name with its package, and `macro`, its text, where the project
    has it not yet. `references` is the unique_id of the node that `to` stands for."""

    name: str
    column: str | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    references: str | None = None
    macro: str | None = None


@dataclass(frozen=True)
class WarehouseColumn:
    """A column as the warehouse has it. `quoted` is its name as SQL takes it, `type` the warehouse's own word."""

    name: str
    quoted: str
    type: str


class Warehouse:
    """An open connection of dbt's. It only ever reads, and what it reads is asked for by SQL that we made."""

    def __init__(self, adapter: Any, config: Any, manifest: Any) -> None:
        self._adapter = adapter
        self._config = config
        self._manifest = manifest
        self._nodes: Mapping[str, Any] = {**manifest.nodes, **manifest.sources}

    def name(self, unique_id: str) -> str:
        """The relation of a node as SQL of this warehouse names it."""
        return str(self._relation(unique_id).render())

    def columns(self, unique_id: str) -> tuple[WarehouseColumn, ...]:
        """The columns of the relation in order; empty where it does not exist. Raises WarehouseError."""
        try:
            found = self._adapter.get_columns_in_relation(self._relation(unique_id))
        except Exception as error:  # each adapter has errors of its own
            raise WarehouseError(condense(str(error)) or type(error).__name__) from error
        return tuple(WarehouseColumn(str(c.column), str(c.quoted), str(c.data_type)) for c in found)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of one SELECT as the adapter's driver gives them. Raises WarehouseError with the driver's words."""
        return self._table(sql)[1]

    def query_columns(self, sql: str, seconds: float) -> tuple[tuple[str, str], ...]:
        """The columns (name, type) that the warehouse gives a SELECT, of which it works out no row. Raises
        WarehouseTimeout after `seconds`, WarehouseError with the driver's words."""

        def ask() -> tuple[tuple[str, str], ...]:
            try:
                found = self._adapter.get_column_schema_from_query(f"select * from (\n{sql}\n) as of_query where 1 = 0")
            except Exception as error:  # each adapter has errors of its own
                raise WarehouseError(condense(str(error)) or type(error).__name__) from error
            return tuple((str(column.column), str(column.data_type)) for column in found)

        return self._within(seconds, ask)

    def failing_rows(self, sql: str, shown: int, seconds: float) -> tuple[int, tuple[str, ...], list[tuple[Any, ...]]]:
        """How many rows the SELECT of a data test finds, and `shown` of them at most with the names of their columns.

        Raises WarehouseTimeout after `seconds`, WarehouseError with the driver's words.
        """

        def ask() -> tuple[int, tuple[str, ...], list[tuple[Any, ...]]]:
            found = f"from (\n{sql}\n) dbt_internal_test"
            count = int(self._table(f"select count(*) as failures {found}")[1][0][0])
            if not count:
                return 0, (), []
            return (count, *self._table(f"select * {found} limit {shown}"))

        return self._within(seconds, ask)

    def data_test(self, unique_id: str, test: DataTestCall) -> str:
        """The SELECT of a generic test of a node as dbt compiles it. Raises WarehouseError with dbt's words."""
        given: dict[str, Any] = {**test.arguments, "model": self._relation(unique_id)}
        if test.column is not None:
            given["column_name"] = test.column
        if test.references is not None:
            given["to"] = self._relation(test.references)
        return generic_test_sql(self._config, self._manifest, test.name, given, test.macro)

    def unit_test(self, unique_id: str, item: Mapping[str, Any], seconds: float) -> str | None:
        """Why the unit test `item` of a model fails, run by dbt; None where it passes. Raises WarehouseTimeout."""
        return self._within(
            seconds, lambda: run_unit_test(self._config, self._manifest, self._adapter, unique_id, item)
        )

    def unit_test_rows(
        self, unique_id: str, item: Mapping[str, Any], seconds: float
    ) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        """The columns and the rows that a model gives on the fixtures of a unit test. Raises as `unit_test` does, and
        WarehouseError with the words of dbt or the driver."""

        def ask() -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
            compiled = compile_new_unit_test(self._config, self._manifest, unique_id, item)
            if compiled.sql is None:
                raise WarehouseError(compiled.error or "dbt does not compile it")
            return self._table(compiled.sql)

        return self._within(seconds, ask)

    def _table(self, sql: str) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        try:
            if hasattr(self._adapter, "add_query") or hasattr(self._adapter.connections, "add_query"):
                _, cursor = self._adapter.connections.add_query(sql, auto_begin=False)
                return tuple(str(column[0]) for column in cursor.description), [tuple(r) for r in cursor.fetchall()]
            _, table = self._adapter.execute(sql, fetch=True)
            return tuple(table.column_names), [tuple(row) for row in table.rows]
        except Exception as error:  # each adapter has errors of its own
            raise WarehouseError(condense(str(error)) or type(error).__name__) from error

    def _within(self, seconds: float, work: Callable[[], Result]) -> Result:
        """What `work` gives, on a connection of its own, which is cut where it takes longer."""
        done: list[Result] = []
        failures: list[Exception] = []

        def run() -> None:
            try:
                with self._adapter.connection_named("dbt_ai_test"):
                    done.append(work())
            except Exception as error:
                failures.append(error)

        thread = threading.Thread(target=run, name="dbt_ai_test", daemon=True)
        thread.start()
        thread.join(seconds)
        if thread.is_alive():
            self._adapter.cancel_open_connections()
            thread.join(_SECONDS_TO_CANCEL)
            raise WarehouseTimeout(f"It was stopped after {seconds:g} s in the warehouse.")
        if failures:
            raise failures[0]
        return done[0]

    def _relation(self, unique_id: str) -> Any:
        return self._adapter.Relation.create_from(self._config, self._nodes[unique_id])


def warehouse_of(reader: ProjectReader) -> AbstractContextManager[Warehouse]:
    """The warehouse of an open project, to be opened. Raises WarehouseError where no dbt can ask it, and as
    `open_warehouse` does."""
    opened: Callable[[], AbstractContextManager[Warehouse]] | None = getattr(reader, "warehouse", None)
    if opened is None:
        raise WarehouseError("it can only be asked through a live dbt 1.x")
    return opened()


@contextmanager
def open_warehouse(adapter: Any, config: Any, manifest: Any) -> Iterator[Warehouse]:
    """A connection of `adapter`, closed at the end. Raises WarehouseError, a clause, where there is none to be had
    within seconds."""
    _probe(adapter)
    with adapter.connection_named("dbt_ai_sample"):
        yield Warehouse(adapter, config, manifest)


def _probe(adapter: Any) -> None:
    """Asks for a connection on a thread that is left behind where none answers."""
    failures: list[BaseException] = []

    def connect() -> None:
        try:
            with adapter.connection_named("dbt_ai_probe"):
                adapter.execute("select 1 as one")
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=connect, name="dbt_ai_probe", daemon=True)
    thread.start()
    thread.join(_SECONDS_TO_CONNECT)
    if thread.is_alive():
        raise WarehouseError(f"the warehouse did not answer within {_SECONDS_TO_CONNECT:g} s")
    if failures:
        raise WarehouseError(condense(str(failures[0])) or type(failures[0]).__name__) from failures[0]
