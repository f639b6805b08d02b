"""The DAG of a project as a networkx graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx

from dbt_ai.errors import ProjectError

if TYPE_CHECKING:
    from dbt_ai.project.values import Project


def build_graph(project: Project) -> nx.DiGraph[str]:
    """The enabled nodes of `project` by unique_id, with an edge from each parent to each of its children.

    Raises ProjectError where nodes depend on each other in a circle: dbt parses that, and can run none of them.
    """
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(project.nodes)
    graph.add_edges_from(
        (parent, node.unique_id)
        for node in project.nodes.values()
        for parent in node.depends_on
        if parent in project.nodes
    )
    if not nx.is_directed_acyclic_graph(graph):
        circle = " -> ".join(parent for parent, _ in nx.find_cycle(graph))
        raise ProjectError(f"The models of the project go round in a circle: {circle} -> and again. Break it first.")
    return graph
