"""The warehouse of a live dbt, read through the project's own adapter: columns of relations, and rows of a SELECT."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from dbt_ai.errors import WarehouseError
from dbt_ai.project.condensing import condense

_SECONDS_TO_CONNECT = 20.0  # a wrong host or account may be tried for minutes


@dataclass(frozen=True)
class WarehouseColumn:
    """A column as the warehouse has it. `quoted` is its name as SQL takes it, `type` the warehouse's own word."""

    name: str
    quoted: str
    type: str


class Warehouse:
    """An open connection of dbt's. It only ever reads, and what it reads is asked for by SQL that we made."""

    def __init__(self, adapter: Any, config: Any, nodes: Mapping[str, Any]) -> None:
        self._adapter = adapter
        self._config = config
        self._nodes = nodes

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
        try:
            if hasattr(self._adapter, "add_query") or hasattr(self._adapter.connections, "add_query"):
                _, cursor = self._adapter.connections.add_query(sql, auto_begin=False)
                return [tuple(row) for row in cursor.fetchall()]
            _, table = self._adapter.execute(sql, fetch=True)
            return [tuple(row) for row in table.rows]
        except Exception as error:  # each adapter has errors of its own
            raise WarehouseError(condense(str(error)) or type(error).__name__) from error

    def _relation(self, unique_id: str) -> Any:
        return self._adapter.Relation.create_from(self._config, self._nodes[unique_id])


@contextmanager
def open_warehouse(adapter: Any, config: Any, nodes: Mapping[str, Any]) -> Iterator[Warehouse]:
    """A connection of `adapter`, closed at the end. Raises WarehouseError, a clause, where there is none to be had
    within seconds."""
    _probe(adapter)
    with adapter.connection_named("dbt_ai_sample"):
        yield Warehouse(adapter, config, nodes)


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
