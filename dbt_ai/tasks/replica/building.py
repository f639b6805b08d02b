"""Builds the copy: tables of rows first, then the models in the order of the DAG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dbt_ai.checks.sandbox import NoDatabase, Sandbox, execute, open_memory
from dbt_ai.errors import DbtAiError
from dbt_ai.project.values import Node, Project, ProjectReader
from dbt_ai.sql.names import quoted
from dbt_ai.sql.transpiling import DIALECTS, Untranslatable, duckdb_type, to_duckdb
from dbt_ai.tasks.replica.loading import load
from dbt_ai.tasks.replica.naming import WITHOUT_CATALOG, Names, parts_of
from dbt_ai.tasks.replica.omissions import omission_notices
from dbt_ai.tasks.replica.reading import WarehouseRows, read_warehouse
from dbt_ai.tasks.replica.snapshots import first_run

if TYPE_CHECKING:
    from dbt_ai.tasks.gathering import Scope

WHERE = "transpiled"
SAMPLED_ROWS = 10_000  # of each table that is read from the warehouse
_SECONDS = 30.0  # for each model


@dataclass
class _Copy:
    """The copy as far as it has been built: `there` are the nodes in it, `missing` why others are not."""

    project: Project
    sandbox: Sandbox
    there: set[str] = field(default_factory=set)
    partial: set[str] = field(default_factory=set)
    missing: dict[str, str] = field(default_factory=dict)
    names: Names = field(default_factory=lambda: Names(()))

    def table(self, node: Node) -> str:
        """The quoted name of a node's table."""
        return ".".join(quoted(part) for part in parts_of(node))


@contextmanager
def open_replica(reader: ProjectReader, scope: Scope, rows: int = SAMPLED_ROWS) -> Iterator[Sandbox]:
    """The copy of what `scope` names, to be looked at as the project's own data would be. Raises NoDatabase, a clause,
    where nothing could be copied."""
    import duckdb

    project = reader.project
    nodes = [project.nodes[u] for u in scope.order if project.nodes[u].materialized != "ephemeral"]
    catalogs = {parts_of(node)[0].casefold(): parts_of(node)[0] for node in nodes}
    read = read_warehouse(reader, scope, nodes, rows)
    try:
        named = list(catalogs.values()) or [WITHOUT_CATALOG]
        with open_memory(named, timeout=_SECONDS, time_zone=read.time_zone) as sandbox:
            copy = _Copy(project, sandbox, names=Names(nodes))
            _create_schemas(copy, nodes)
            _seeds(copy, nodes)
            _tables_of_warehouse(copy, read)
            _models(copy, nodes, scope.sql)
            if not copy.there:
                why = omission_notices(_shown(project, copy.missing))
                raise NoDatabase(" ".join([f"nothing of this {project.adapter_type} project could be copied", *why]))
            yield replace(sandbox, notices=_notices(copy), where=WHERE, partial=frozenset(copy.partial))
    except duckdb.Error as error:
        raise NoDatabase(f"the copy of it could not be built ({_first_line(error)})") from error


def _create_schemas(copy: _Copy, nodes: Sequence[Node]) -> None:
    schemas = {}
    for node in nodes:
        catalog, schema, _ = parts_of(node)
        schemas[catalog.casefold(), schema.casefold()] = f"{quoted(catalog)}.{quoted(schema)}"
    for name in schemas.values():
        copy.sandbox.connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name}")


def _seeds(copy: _Copy, nodes: Sequence[Node]) -> None:
    from dbt_ai.project.seed_files import seed_rows

    for node in nodes:
        if node.resource_type != "seed":
            continue
        with _leaving_out(copy, node):
            seed = seed_rows(copy.project, node)
            columns = [
                (name, (duckdb_type(declared, copy.project.dialect) or "VARCHAR") if declared else kind)
                for name, kind, declared in seed.columns
            ]
            load(copy.sandbox.connection, copy.table(node), columns, seed.rows)


def _tables_of_warehouse(copy: _Copy, read: WarehouseRows) -> None:
    copy.missing.update(read.missing)
    copy.partial |= read.partial
    for unique_id, (columns, rows) in read.tables.items():
        node = copy.project.nodes[unique_id]
        with _leaving_out(copy, node):
            load(copy.sandbox.connection, copy.table(node), columns, rows)


def _models(copy: _Copy, nodes: Sequence[Node], sql: Mapping[str, str]) -> None:
    for node in nodes:
        if node.unique_id in copy.there or node.unique_id in copy.missing:
            continue
        with _leaving_out(copy, node):
            if node.unique_id not in sql:
                raise Untranslatable("it could not be compiled")
            query, parents = _query(copy, sql[node.unique_id])
            query = first_run(node, query) if node.resource_type == "snapshot" else query
            execute(copy.sandbox.connection, f"CREATE TABLE {copy.table(node)} AS {query}", _SECONDS)
            _without_huge_integers(copy, node)
            if parents & copy.partial:
                copy.partial.add(node.unique_id)


def _query(copy: _Copy, sql: str) -> tuple[str, set[str]]:
    """A model's SQL on the copy, and the nodes that it reads. Raises Untranslatable."""
    if copy.project.dialect not in DIALECTS:
        raise Untranslatable(f"the SQL of {copy.project.adapter_type} cannot be said in DuckDB's with the same meaning")
    read: set[str] = set()

    def named(parts: tuple[str | None, str | None, str]) -> tuple[str | None, str | None, str] | None:
        unique_id = copy.names.find(parts)
        if unique_id is None:
            return None
        if unique_id not in copy.there:
            raise Untranslatable("what it reads is left out")
        read.add(unique_id)
        return parts_of(copy.project.nodes[unique_id])

    return to_duckdb(sql, copy.project.dialect, named), read


def _without_huge_integers(copy: _Copy, node: Node) -> None:
    """DuckDB sums integers to a type that no other warehouse has; where the values fit, it is made BIGINT."""
    import duckdb

    connection, table = copy.sandbox.connection, copy.table(node)
    described = connection.execute(f"DESCRIBE {table}").fetchall()
    for name, kind, *_ in described:
        if kind == "HUGEINT":
            try:
                connection.execute(f"ALTER TABLE {table} ALTER {quoted(name)} TYPE BIGINT")
            except duckdb.Error:
                continue


@contextmanager
def _leaving_out(copy: _Copy, node: Node) -> Iterator[None]:
    """Notes that `node` is in the copy, or why it is not: whatever fails concerns it alone."""
    import duckdb

    try:
        yield
        copy.there.add(node.unique_id)
    except (Untranslatable, DbtAiError) as error:
        copy.missing[node.unique_id] = str(error).removeprefix("DuckDB could not run the query: ")
    except duckdb.Error as error:
        copy.missing[node.unique_id] = f"DuckDB says: {_first_line(error)}"
    if node.unique_id in copy.missing:
        copy.partial.discard(node.unique_id)
        copy.sandbox.connection.execute(f"DROP TABLE IF EXISTS {copy.table(node)}")


def _notices(copy: _Copy) -> tuple[str, ...]:
    kind = copy.project.adapter_type
    said = (
        f"The data is a copy in DuckDB, in memory, of {len(copy.there)} relations of this {kind} project: the models' "
        f"SQL was translated and run there, and verdicts say `{WHERE}`."
    )
    partial = sum(copy.project.nodes[u].resource_type == "source" for u in copy.partial)
    sampled = f"{partial} of its tables hold a part of the rows; what rests on them says so." if partial else None
    told = [said, *([sampled] if sampled else []), *omission_notices(_shown(copy.project, copy.missing))]
    return tuple(told)


def _shown(project: Project, missing: Mapping[str, str]) -> dict[str, str]:
    shown = {}
    for unique_id, reason in missing.items():
        node = project.nodes[unique_id]
        shown[f"{node.source_name}.{node.name}" if node.source_name else node.name] = reason
    return shown


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:160].rstrip(".")
