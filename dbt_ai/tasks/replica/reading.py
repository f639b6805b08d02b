"""Reads what only the warehouse has: some rows of each source, and of each model that is no SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

from dbt_ai.errors import WarehouseError
from dbt_ai.project.values import Node, ProjectReader
from dbt_ai.sql.transpiling import DIALECTS, duckdb_type
from dbt_ai.tasks.replica.links import Links, links_of
from dbt_ai.tasks.replica.sampling import Table, sampling_sql

if TYPE_CHECKING:
    from dbt_ai.project.warehouse import Warehouse, WarehouseColumn
    from dbt_ai.tasks.gathering import Scope

Columns = tuple[tuple[str, "str | None"], ...]

# What tells the time zone in which the warehouse takes the date of a moment; where it cannot be asked, it is UTC.
_TIME_ZONE: Mapping[str, str] = {
    "postgres": "show timezone",
    "redshift": "show timezone",
    "trino": "select current_timezone()",
    "athena": "select current_timezone()",
    "spark": "select current_timezone()",
    "databricks": "select current_timezone()",
    "snowflake": "show parameters like 'TIMEZONE' in session",
}


@dataclass
class WarehouseRows:
    """`tables` are columns (name, DuckDB type or None) and rows, by unique_id; `partial` those of which not all rows
    were read; `missing` why others could not be read, in clauses."""

    tables: dict[str, tuple[Columns, Sequence[tuple[Any, ...]]]] = field(default_factory=dict)
    partial: set[str] = field(default_factory=set)
    missing: dict[str, str] = field(default_factory=dict)
    time_zone: str = "UTC"


def read_warehouse(reader: ProjectReader, scope: Scope, nodes: Sequence[Node], rows: int) -> WarehouseRows:
    """At most `rows` rows of each table among `nodes` that no SQL of the project makes. No connection is opened where
    there is none of these, or `rows` is 0. Never raises for what the warehouse answers."""
    read = WarehouseRows()
    wanted = [n for n in nodes if n.resource_type == "source" or (n.resource_type == "model" and n.language != "sql")]
    if not wanted:
        return read
    project = reader.project
    open_warehouse = getattr(reader, "warehouse", None)
    if rows == 0:
        why = "sample_rows is set to 0"
    elif open_warehouse is None:
        why = "its rows can only be read through a live dbt 1.x"
    elif project.dialect not in DIALECTS:
        why = f"tables of {project.adapter_type} are not read"
    else:
        try:
            with open_warehouse() as warehouse:
                _sample(read, reader, warehouse, scope, wanted, rows)
            return read
        except WarehouseError as error:
            why = f"there is no connection to the warehouse ({error})"
    for node in wanted:
        read.missing.setdefault(node.unique_id, why)
    return read


def _sample(
    read: WarehouseRows, reader: ProjectReader, warehouse: Warehouse, scope: Scope, wanted: Sequence[Node], rows: int
) -> None:
    project = reader.project
    read.time_zone = _time_zone(warehouse, project.dialect)
    found: dict[str, tuple[WarehouseColumn, ...]] = {}
    for node in wanted:
        try:
            columns = warehouse.columns(node.unique_id)
        except WarehouseError as error:
            read.missing[node.unique_id] = f"its columns cannot be read ({error})"
            continue
        if columns:
            found[node.unique_id] = columns
        else:
            read.missing[node.unique_id] = "the warehouse has no such table"
    typed = {u: tuple((c.name, c.type) for c in columns) for u, columns in found.items()}
    links = links_of(project, scope.sql, found, typed)
    tables = {
        u: Table(warehouse.name(u), {c.name.casefold(): c.quoted for c in columns}) for u, columns in found.items()
    }
    for unique_id in _parents_first(found, links):
        sql = sampling_sql(unique_id, tables, links, read.partial, rows, more=1)
        try:
            answer = warehouse.rows(sql)
        except WarehouseError as error:
            read.missing[unique_id] = f"its rows cannot be read ({error})"
            continue
        of_others = any(link.column.relation == unique_id and link.parent.relation in read.partial for link in links.of)
        if len(answer) > rows or of_others:
            read.partial.add(unique_id)
        kinds = tuple((c.name, duckdb_type(c.type, project.dialect)) for c in found[unique_id])
        read.tables[unique_id] = (kinds, answer[:rows])


def _time_zone(warehouse: Warehouse, dialect: str) -> str:
    if dialect not in _TIME_ZONE:
        return "UTC"
    try:
        row = warehouse.rows(_TIME_ZONE[dialect])[0]
    except (WarehouseError, IndexError):
        return "UTC"
    return str(row[1] if dialect == "snowflake" else row[0])


def _parents_first(found: Mapping[str, object], links: Links) -> list[str]:
    order: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(found, ()))
    for link in links.of:
        order.add(link.column.relation, link.parent.relation)
    return list(order.static_order())
