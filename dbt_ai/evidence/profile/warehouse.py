"""The columns that relations really have, in one query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from dbt_ai.evidence.profile.query import rows_of
from dbt_ai.sql.values import Relation

if TYPE_CHECKING:
    import duckdb


def warehouse_columns(
    connection: duckdb.DuckDBPyConnection, relations: Iterable[Relation], *, timeout: float = 30.0
) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """(name, type) of the columns of each of `relations` that exists, in order, by the relation's key.

    Names are compared without regard to case, as DuckDB does; a part that is None is the connection's current one.
    Raises WarehouseError when the catalog cannot be read.
    """
    database, schema = rows_of(connection, "SELECT current_database(), current_schema()", timeout)[0]
    wanted: dict[tuple[str, str, str], list[str]] = {}
    for relation in relations:
        catalog, namespace, identifier = relation.parts
        parts = (catalog or database, namespace or schema, identifier)
        wanted.setdefault(_folded(*parts), []).append(relation.key)
    if not wanted:
        return {}
    found: dict[str, list[tuple[str, str]]] = {}
    sql = (
        "SELECT database_name, schema_name, table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE NOT internal ORDER BY database_name, schema_name, table_name, column_index"
    )
    for row_database, row_schema, row_table, column, data_type in rows_of(connection, sql, timeout):
        for key in wanted.get(_folded(row_database, row_schema, row_table), ()):
            found.setdefault(key, []).append((column, data_type))
    return {key: tuple(columns) for key, columns in found.items()}


def _folded(database: str, schema: str, identifier: str) -> tuple[str, str, str]:
    return database.casefold(), schema.casefold(), identifier.casefold()
