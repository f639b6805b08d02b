"""The types of the columns of every relation around a model: as the warehouse has them, or else as DuckDB derives them
from the SQL of models that are not built, on empty tables."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice

from dbt_ai.checks.sandbox import execute, open_memory
from dbt_ai.errors import WarehouseError
from dbt_ai.project.values import Node, Project
from dbt_ai.sql.names import quoted
from dbt_ai.sql.values import Relation

_SECONDS = 10.0
_SEED_ROWS = 1000
# What agate reads a column of a seed as, from the narrowest type on.
_KINDS = (
    ("INTEGER", re.compile(r"[+-]?\d{1,9}")),
    ("BIGINT", re.compile(r"[+-]?\d{1,18}")),
    ("DOUBLE", re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")),
    ("DATE", re.compile(r"\d{4}-\d{2}-\d{2}")),
    ("TIMESTAMP", re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?")),
    ("BOOLEAN", re.compile(r"true|false", re.IGNORECASE)),
)


def with_types(
    project: Project, relations: Mapping[str, Relation], order: Sequence[str], sql: Mapping[str, str]
) -> dict[str, Relation]:
    """The relations of the nodes in `order` (parents first), all of whose columns have types that DuckDB knows; those
    of which that cannot be said are left out."""
    found: dict[str, Relation] = {}
    catalogs = {part.casefold(): part for u in order if (part := project.nodes[u].relation[0])}
    catalogs = {folded: part for folded, part in catalogs.items() if folded not in ("memory", "system", "temp")}
    with open_memory(["__dbt_ai_types", *catalogs.values()], threads=1) as sandbox:
        for unique_id in order:
            relation = relations[unique_id]
            kinds = _described(sandbox.connection, sql.get(unique_id)) if _has_gaps(relation) else ()
            known = _typed(project, project.nodes[unique_id], relation, kinds)
            if known is None:
                continue
            try:
                columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in known.columns)
                catalog, schema, name = known.parts
                place = ".".join(quoted(part) for part in (catalog, schema or "main") if part)
                execute(sandbox.connection, f"CREATE SCHEMA IF NOT EXISTS {place}", _SECONDS)
                execute(sandbox.connection, f"CREATE TABLE {place}.{quoted(name)} ({columns})", _SECONDS)
            except WarehouseError:
                continue
            found[unique_id] = known
    return found


def _has_gaps(relation: Relation) -> bool:
    return not relation.columns or not relation.complete or any(kind is None for _, kind in relation.columns)


def _typed(project: Project, node: Node, relation: Relation, described: Sequence[tuple[str, str]]) -> Relation | None:
    if described:
        given = {name.casefold(): kind for name, kind in relation.columns}
        columns = [(name, given.get(name.casefold()) or kind) for name, kind in described]
        return replace(relation, columns=tuple(columns), complete=True)
    if node.resource_type == "seed" and _has_gaps(relation):
        read = _seed_types(project, node)
        columns = [(name, kind or read.get(name.casefold(), "VARCHAR")) for name, kind in relation.columns]
        return replace(relation, columns=tuple(columns), complete=True) if columns else None
    return None if _has_gaps(replace(relation, complete=True)) else replace(relation, complete=True)


def _described(connection: object, sql: str | None) -> Sequence[tuple[str, str]]:
    """The columns of a query on empty tables; none where it cannot be read there."""
    if not sql:
        return ()
    try:
        rows = execute(connection, f"DESCRIBE {sql.strip().rstrip(';')}", _SECONDS)  # type: ignore[arg-type]
    except WarehouseError:
        return ()
    return [(name, kind) for name, kind, *_ in rows]


def _seed_types(project: Project, node: Node) -> dict[str, str]:
    """The types that dbt gives the columns of a seed, by their names in lower case."""
    try:
        with (project.root / node.original_file_path).open(encoding="utf-8-sig", newline="") as file:
            rows = list(islice(csv.DictReader(file, delimiter=str(node.config.get("delimiter") or ",")), _SEED_ROWS))
    except (OSError, UnicodeDecodeError, csv.Error, TypeError):
        return {}
    found = {}
    for name in rows[0] if rows else ():
        cells = [cell.strip() for row in rows if (cell := row.get(name))]
        fits = (kind for kind, pattern in _KINDS if cells and all(pattern.fullmatch(cell) for cell in cells))
        found[str(name).casefold()] = next(fits, "VARCHAR")
    return found
