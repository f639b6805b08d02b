"""Queries with a time limit, and names and texts as DuckDB quotes them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dbt_ai.errors import WarehouseError
from dbt_ai.sql.values import Relation

if TYPE_CHECKING:
    import duckdb

MAX_COPIED_ROWS = 1_000_000
_COPY = "__dbt_ai_rows"


def rows_of(connection: duckdb.DuckDBPyConnection, sql: str, timeout: float) -> list[tuple[Any, ...]]:
    """The rows of `sql`. Raises WarehouseError when it fails or takes more than `timeout` seconds."""
    import duckdb

    timer = threading.Timer(timeout, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        return connection.execute(sql).fetchall()
    except duckdb.InterruptException as error:
        raise WarehouseError(f"looking at the data was stopped after {timeout:g} s") from error
    except duckdb.CatalogException as error:
        raise WarehouseError("it is not in the database, or it reads what is not there; run `dbt build`") from error
    except duckdb.Error as error:
        raise WarehouseError(f"DuckDB cannot read it: {str(error).strip().splitlines()[0]}") from error
    finally:
        timer.cancel()


@contextmanager
def rows_at_hand(
    connection: duckdb.DuckDBPyConnection, relation: Relation, rows: int, timeout: float
) -> Iterator[str | None]:
    """What to read instead of `relation` where that is a view of at most a million rows: a temporary copy of them, so
    that many questions run the view once. None where the relation may as well be read itself."""
    if rows > MAX_COPIED_ROWS or is_table(connection, relation, timeout):
        yield None
        return
    copied = True
    try:
        rows_of(connection, f"CREATE OR REPLACE TEMP TABLE {_COPY} AS SELECT * FROM {table(relation)}", timeout)
    except WarehouseError:  # too much for the memory: the view itself can still be asked
        copied = False
    try:
        yield f"temp.{_COPY}" if copied else None
    finally:
        if copied:
            connection.execute(f"DROP TABLE IF EXISTS temp.{_COPY}")


def is_table(connection: duckdb.DuckDBPyConnection, relation: Relation, timeout: float) -> bool:
    """Whether the relation is a table that DuckDB stores itself, not a view."""
    catalog, schema, identifier = relation.parts
    given = (("database_name", catalog), ("schema_name", schema), ("table_name", identifier))
    where = " AND ".join(f"lower({key}) = lower({text(value)})" for key, value in given if value is not None)
    return bool(rows_of(connection, f"SELECT 1 FROM duckdb_tables() WHERE {where} LIMIT 1", timeout))


def name(identifier: str) -> str:
    """`identifier` quoted, whatever it contains.

    >>> name('a"b')
    '"a""b"'
    """
    return '"' + identifier.replace('"', '""') + '"'


def text(value: str) -> str:
    """`value` as a string literal.

    >>> text("it's")
    "'it''s'"
    """
    return "'" + value.replace("'", "''") + "'"


def table(relation: Relation) -> str:
    """The relation as a FROM clause names it.

    >>> table(Relation("model.shop.orders", ("shop", "main", "orders")))
    '"shop"."main"."orders"'
    """
    return ".".join(name(part) for part in relation.parts if part is not None)
