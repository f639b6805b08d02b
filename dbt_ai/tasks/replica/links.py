"""Which source's rows belong to which other's: from tests, constraints and the joins of the models.

Where only some rows of a table are looked at, the tables that are joined to it are read for these rows; else the joins
of the models would come out empty.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import networkx as nx

from dbt_ai.project.cache import open_cache
from dbt_ai.project.facts_cache import CachedFacts
from dbt_ai.project.knowledge import know
from dbt_ai.project.lineage_cache import readable_parents
from dbt_ai.project.values import Project
from dbt_ai.sql.query import QueryError
from dbt_ai.sql.values import ColumnRef, EdgeKind, Lineage, QueryFacts

_SAME_VALUE = (EdgeKind.PASS_THROUGH, EdgeKind.RENAMED)
Columns = tuple[tuple[str, "str | None"], ...]


@dataclass(frozen=True, order=True)
class Link:
    """`column` of a source's table refers to a row of another's."""

    column: ColumnRef
    parent: ColumnRef


@dataclass(frozen=True)
class Links:
    """`keys` are the columns that identify a row, by unique_id. `of` are the links, none of them part of a circle."""

    keys: Mapping[str, tuple[str, ...]]
    of: tuple[Link, ...]


def links_of(
    project: Project, sql: Mapping[str, str], sampled: Collection[str], columns: Mapping[str, Columns]
) -> Links:
    """The keys of the tables `sampled` and the links between them. `columns` are those that the warehouse has."""
    with open_cache(project.root) as cache:
        known = know(project, sql, columns, cache)
        facts = CachedFacts(project.dialect, cache)
        parents = readable_parents(project)
        joins: list[QueryFacts] = []
        for unique_id, text in sql.items():
            try:
                joins.append(facts.of(unique_id, text, [known.relations[parent] for parent in parents[unique_id]]))
            except QueryError:
                continue
    keys: dict[str, tuple[str, ...]] = {}
    for unique_id, relation in known.relations.items():
        for key in relation.unique_keys:
            traced = [_origin(ColumnRef(unique_id, column), known.lineages, sampled) for column in key]
            found = [ref for ref in traced if ref is not None]
            if len(found) == len(key) and len({ref.relation for ref in found}) == 1:
                keys.setdefault(found[0].relation, tuple(ref.column for ref in found))
    pairs: list[tuple[ColumnRef, ColumnRef, bool]] = [
        (ColumnRef(unique_id, key.columns[0]), key.references[0], True)
        for unique_id, relation in known.relations.items()
        for key in relation.foreign_keys
        if len(key.columns) == 1
    ]
    pairs += [pair for one in joins for pair in _joined(one)]
    found_links: set[Link] = set()
    for one, other, directed in pairs:
        link = _link(_origin(one, known.lineages, sampled), _origin(other, known.lineages, sampled), directed, keys)
        if link is not None:
            found_links.add(link)
            keys.setdefault(link.parent.relation, (link.parent.column,))
    return Links(keys, tuple(_without_circles(sorted(found_links))))


def _joined(facts: QueryFacts) -> Iterator[tuple[ColumnRef, ColumnRef, bool]]:
    """The pairs of columns that a query joins on; which of the two refers to the other is not said."""
    for join in facts.joins:
        for left, right in join.on:
            if left is not None and right is not None and join.kind in ("inner", "left"):
                yield left, right, False


def _link(
    one: ColumnRef | None, other: ColumnRef | None, directed: bool, keys: Mapping[str, tuple[str, ...]]
) -> Link | None:
    """The link of two columns of tables, from the one that refers to the one that is a key."""
    if one is None or other is None or one.relation == other.relation:
        return None
    if directed or keys.get(other.relation) == (other.column,):
        return Link(one, other)
    return Link(other, one) if keys.get(one.relation) == (one.column,) else None


def _origin(ref: ColumnRef, lineages: Mapping[str, Lineage], sampled: Collection[str]) -> ColumnRef | None:
    """The column of a sampled table whose values `ref` has as they are; None where it is made of something else."""
    for _ in range(100):
        if ref.relation in sampled:
            return ref
        lineage = lineages.get(ref.relation)
        if lineage is None:
            return None
        edges = [edge for edge in lineage.edges if edge.column.casefold() == ref.column.casefold()]
        if len(edges) != 1 or edges[0].kind not in _SAME_VALUE or edges[0].guess:
            return None
        ref = edges[0].source
    return None


def _without_circles(links: list[Link]) -> Iterator[Link]:
    graph: nx.DiGraph[str] = nx.DiGraph()
    for link in links:
        child, parent = link.column.relation, link.parent.relation
        if not (graph.has_node(child) and graph.has_node(parent) and nx.has_path(graph, parent, child)):
            graph.add_edge(child, parent)
            yield link
