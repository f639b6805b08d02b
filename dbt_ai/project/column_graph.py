"""Column lineage over a whole project: where a column comes from, and what a change of it reaches."""

from __future__ import annotations

from collections.abc import Mapping

import networkx as nx

from dbt_ai.sql.values import ColumnPath, ColumnRef, ColumnStep, Lineage


def column_graph(lineages: Mapping[str, Lineage], with_conditions: bool = False) -> nx.DiGraph[ColumnRef]:
    """The columns of a project as a graph, an edge from each source column to each column that it takes part in.

    `lineages` are by the relation that the query makes; an edge's `step` is a ColumnStep. With `with_conditions`
    filters, join keys and group keys lead to the column "*" of their relation, and no further.
    """
    graph: nx.DiGraph[ColumnRef] = nx.DiGraph()
    spelled = {
        (relation, column.casefold()): column for relation, lineage in lineages.items() for column in lineage.columns
    }
    for relation, lineage in lineages.items():
        for edge in lineage.edges:
            if edge.column == "*" and not with_conditions:
                continue
            its_relation, its_column = edge.source.relation, edge.source.column
            source = ColumnRef(its_relation, spelled.get((its_relation, its_column.casefold()), its_column))
            target = ColumnRef(relation, edge.column)
            if source != target and not graph.has_edge(source, target):
                graph.add_edge(source, target, step=ColumnStep(source, target, edge.kind, edge.guess))
    return graph


def column_path(graph: nx.DiGraph[ColumnRef], column: ColumnRef) -> ColumnPath:
    """All steps above and below `column`, sorted; none where the graph does not have it."""
    if column not in graph:
        return ColumnPath(column)
    upstream = graph.subgraph({column, *nx.ancestors(graph, column)})
    downstream = graph.subgraph({column, *nx.descendants(graph, column)})
    return ColumnPath(column, _steps(upstream), _steps(downstream))


def impact(graph: nx.DiGraph[ColumnRef], column: ColumnRef) -> tuple[ColumnRef, ...]:
    """The columns that a change of `column` reaches, the nearest first."""
    if column not in graph:
        return ()
    distances = nx.single_source_shortest_path_length(graph, column)
    return tuple(sorted((found for found in distances if found != column), key=lambda found: (distances[found], found)))


def _steps(graph: nx.DiGraph[ColumnRef]) -> tuple[ColumnStep, ...]:
    steps: list[ColumnStep] = [attributes["step"] for _, _, attributes in graph.edges(data=True)]
    return tuple(sorted(steps))
