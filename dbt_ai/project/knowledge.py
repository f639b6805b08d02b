"""What is known of every relation of a project: its columns, and what tests, constraints and contracts say of them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from dbt_ai.project.cache import Cache
from dbt_ai.project.declared import with_declared
from dbt_ai.project.lineage_cache import CachedLineage, readable_parents
from dbt_ai.project.values import Node, Project
from dbt_ai.sql.values import Lineage, Relation, same_name

Columns = tuple[tuple[str, "str | None"], ...]


@dataclass(frozen=True)
class Knowledge:
    """Relations of all nodes and lineage of the nodes whose compiled SQL was given, both by unique_id."""

    relations: Mapping[str, Relation] = field(default_factory=dict)
    lineages: Mapping[str, Lineage] = field(default_factory=dict)


def know(
    project: Project,
    compiled: Mapping[str, str],
    warehouse_columns: Mapping[str, Columns] | None = None,
    cache: Cache | None = None,
) -> Knowledge:
    """Study the nodes in topological order, so that each query is read with its parents' columns at hand.

    The columns of a model with compiled SQL are those of its own projection; the catalog, the warehouse and the
    property files add their types, and take its place where it ends in a "*" over the unknown. A catalog that
    disagrees with the SQL is from before the last change. Sources come from the catalog, the warehouse, then the
    property files, which need not name every column (`complete` is then False); seeds also from their CSV header.
    """
    warehouse = warehouse_columns or {}
    lineages = CachedLineage(project.dialect, cache)
    relations: dict[str, Relation] = {}
    for unique_id, parents in readable_parents(project).items():
        node = project.nodes[unique_id]
        relation = known_before(project, node, warehouse.get(unique_id))
        if unique_id in compiled:
            lineage = lineages.of(unique_id, compiled[unique_id], [relations[parent] for parent in parents])
            relation = with_projection(relation, node, lineage.columns)
        relations[unique_id] = relation
    lineages.save(project.nodes)
    return Knowledge(with_declared(project, relations), lineages.results)


def relations_of(
    project: Project,
    compiled: Mapping[str, str],
    warehouse_columns: Mapping[str, Columns] | None = None,
    cache: Cache | None = None,
) -> dict[str, Relation]:
    """The relation of every node of `project` by unique_id; `compiled` is SQL by unique_id, of as many as are at hand.

    `warehouse_columns` are (name, type) by unique_id as the warehouse's own information schema has them.
    """
    return dict(know(project, compiled, warehouse_columns, cache).relations)


def known_before(project: Project, node: Node, warehouse: Columns | None) -> Relation:
    """The relation of a node before its SQL is looked at."""
    declared: Columns = tuple((column.name, column.data_type) for column in node.columns)
    relation = Relation(key=node.unique_id, parts=node.relation)
    if catalog := project.catalog_columns.get(node.unique_id):
        return replace(relation, columns=tuple(catalog), columns_from="catalog")
    if warehouse:
        return replace(relation, columns=tuple(warehouse), columns_from="warehouse")
    if node.resource_type == "seed" and (header := seed_columns(project.root, node)):
        return replace(relation, columns=_typed(header, declared), columns_from="seed")
    if declared:
        return replace(relation, columns=declared, columns_from="properties", complete=node.contract_enforced)
    return replace(relation, complete=False)


def with_projection(relation: Relation, node: Node, projection: tuple[str, ...]) -> Relation:
    """The relation with the columns of its own SQL, spelled and typed as they were known before."""
    if not projection or "*" in projection:
        return relation
    names = [*projection, *_snapshot_columns(node)]
    before = {name.casefold(): (name, kind) for name, kind in relation.columns}
    if relation.complete and list(before) == [name.casefold() for name in names]:
        return relation
    columns = tuple((name, before.get(name.casefold(), ("", None))[1]) for name in names)
    return replace(relation, columns=columns, columns_from="projection", complete=True)


def seed_columns(root: Path, node: Node) -> Columns:
    """The columns of a seed from the first line of its CSV file; empty where it cannot be read."""
    delimiter = str(node.config.get("delimiter") or ",")
    try:
        with (root / node.original_file_path).open(encoding="utf-8-sig", newline="") as file:
            header = next(csv.reader(file, delimiter=delimiter), [])
    except (OSError, UnicodeDecodeError, csv.Error, TypeError):
        return ()
    types = {str(name).casefold(): str(kind) for name, kind in (node.config.get("column_types") or {}).items()}
    return tuple((name, types.get(name.casefold())) for name in header)


def _typed(columns: Columns, declared: Columns) -> Columns:
    return tuple(
        (name, kind or next((its_kind for its_name, its_kind in declared if same_name(its_name, name)), None))
        for name, kind in columns
    )


def _snapshot_columns(node: Node) -> Iterator[str]:
    if node.resource_type != "snapshot":
        return
    names = node.config.get("snapshot_meta_column_names") or {}
    for name in ("dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to"):
        yield str(names.get(name) or name)
    if node.config.get("hard_deletes") == "new_record":
        yield str(names.get("dbt_is_deleted") or "dbt_is_deleted")
