"""What a changed model takes along: the columns, models and exposures that rest on it, and those that it breaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

from dbt_ai.project.column_graph import column_graph, impact
from dbt_ai.project.values import Project
from dbt_ai.reviews import Affected, ColumnsChange, Compared
from dbt_ai.sql.values import Lineage, Relation
from dbt_ai.tasks.reviewing.comparing import cannot_run


@dataclass(frozen=True)
class Below:
    """The nodes below the changed ones, compiled: `sql` (DuckDB's), `relations` and `lineages` are those of the branch,
    `relations_before` those of its base, all by unique_id."""

    project: Project
    sql: Mapping[str, str]
    relations: Mapping[str, Relation]
    relations_before: Mapping[str, Relation]
    lineages: Mapping[str, Lineage]


def affected_by(below: Below, unique_id: str, found: Compared, removed: bool = False) -> tuple[Affected, ...]:
    """The nodes that rest on what changes of a model, the nearest first."""
    project = below.project
    graph = project.graph()
    if unique_id not in graph:
        return ()
    distances = nx.single_source_shortest_path_length(graph, unique_id)
    order = sorted((u for u in distances if u != unique_id), key=lambda u: (distances[u], u))
    reached = _reached(below, unique_id, found) if not (found.other_rows or removed) else dict.fromkeys(order, ())
    broken = dict(_broken(below, unique_id, found.columns, order))
    return tuple(
        Affected(u, _name(project, u), reached.get(u, ()), broken.get(u)) for u in order if u in reached or u in broken
    )


def exposures_of(project: Project, nodes: Sequence[str]) -> tuple[str, ...]:
    """The names of the exposures that show one of the nodes."""
    return tuple(sorted(one.name for one in project.exposures if not set(nodes).isdisjoint(one.depends_on)))


def _reached(below: Below, unique_id: str, found: Compared) -> dict[str, tuple[str, ...]]:
    """By node its columns that rest on one of the changed ones; none where its rows do."""
    if not found.changed:
        return {}
    graph = column_graph(below.lineages, with_conditions=True)
    columns: dict[str, list[str]] = {}
    for name in found.changed:
        spelled = next((one for one in graph if one.relation == unique_id and _same(one.column, name)), None)
        for ref in impact(graph, spelled) if spelled is not None else ():
            columns.setdefault(ref.relation, []).append(ref.column)
    nodes = below.project.graph()
    filtered = {relation for relation, names in columns.items() if "*" in names}
    for relation in filtered & set(nodes):  # what reads rows that are chosen by it has other rows, too
        for reader in nx.descendants(nodes, relation):
            columns[reader] = ["*"]
    return {
        relation: () if "*" in names else tuple(dict.fromkeys(names))
        for relation, names in columns.items()
        if relation != unique_id
    }


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _broken(below: Below, unique_id: str, columns: ColumnsChange, order: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The nodes that ran before and do not any more, with what DuckDB says. What only rests on one of these is not
    among them: it may be that it runs again when that is mended."""
    if not (columns.gone or columns.retyped):
        return
    known = list(below.relations.values())
    before = [*below.relations_before.values()]
    for reader in order:
        sql = below.sql.get(reader)
        parents = [u for u in below.project.nodes[reader].depends_on if u in below.project.nodes]
        if sql is None or any(
            u not in below.relations for u in parents if below.project.nodes[u].materialized != "ephemeral"
        ):
            continue
        told = cannot_run(sql, known)
        if told is not None and cannot_run(sql, before) is None:
            yield reader, told


def _name(project: Project, unique_id: str) -> str:
    return project.nodes[unique_id].name
