"""What the warehouse of a project that is not on DuckDB says itself: the types of columns, and whether a model with
another text has the same ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dbt_ai.errors import WarehouseError
from dbt_ai.project.values import ProjectReader
from dbt_ai.project.warehouse import Warehouse, warehouse_of
from dbt_ai.sql.transpiling import duckdb_type

Columns = tuple[tuple[str, "str | None"], ...]
_SECONDS = 60.0
_HANDED_ON = "VARCHAR"  # in the place of a type that DuckDB has not: whatever is worked out of it has to stay as it is


def columns_there(reader: ProjectReader, unique_ids: Sequence[str]) -> tuple[Mapping[str, Columns], tuple[str, ...]]:
    """The columns of relations with DuckDB's types, of those that are there; and notices for the report."""
    dialect = reader.project.dialect
    found: dict[str, Columns] = {}
    try:
        with warehouse_of(reader) as warehouse:
            for unique_id in unique_ids:
                found[unique_id] = _columns(warehouse, unique_id, dialect)
    except WarehouseError as error:
        why = str(error).rstrip(".")
        return {}, (
            f"There is no connection to the warehouse ({why}): the types of columns are those of the catalog and the "
            "property files, and nothing that is written was run there.",
        )
    return {unique_id: columns for unique_id, columns in found.items() if columns}, ()


def _columns(warehouse: Warehouse, unique_id: str, dialect: str) -> Columns:
    try:
        return tuple((one.name, duckdb_type(one.type, dialect) or _HANDED_ON) for one in warehouse.columns(unique_id))
    except WarehouseError:
        return ()


def other_columns(reader: ProjectReader, pairs: Mapping[str, Sequence[tuple[str, str]]]) -> Mapping[str, str]:
    """Why the second query of a pair cannot stand for the first one in the warehouse, a sentence by unique_id: it fails
    there, or has other columns. None of those whose first query fails, or where no warehouse answers."""
    try:
        with warehouse_of(reader) as warehouse:
            told = {unique_id: _difference(warehouse, queries) for unique_id, queries in pairs.items()}
    except WarehouseError:
        return {}
    return {unique_id: why for unique_id, why in told.items() if why}


def _difference(warehouse: Warehouse, queries: Sequence[tuple[str, str]]) -> str:
    for before, after in queries:
        try:
            old = warehouse.query_columns(before, _SECONDS)
        except WarehouseError:
            continue
        try:
            new = warehouse.query_columns(after, _SECONDS)
        except WarehouseError as error:
            return f"The warehouse cannot run it: {str(error).rstrip('.')}."
        if old != new:
            return f"In the warehouse its columns are {_listed(new)} rather than {_listed(old)}."
    return ""


def _listed(columns: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in columns)
