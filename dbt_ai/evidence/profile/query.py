"""Queries with a time limit, and names and texts as DuckDB quotes them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from dbt_ai.errors import WarehouseError
from dbt_ai.sql.values import Relation

if TYPE_CHECKING:
    import duckdb


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
