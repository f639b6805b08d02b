"""What has to be known to describe one node: the same whatever else was selected, so that its text is the same."""

from __future__ import annotations

from collections.abc import Iterable

import networkx as nx

MAX_READERS = 20  # of one node: a hub of the DAG has hundreds, and a few tell enough
MAX_NODES = 80  # of a project or of a neighbourhood: beyond these only what is nearest is looked at


def neighbourhood(graph: nx.DiGraph[str], unique_id: str) -> frozenset[str]:
    """The node, its ancestors, and the models that read one of these, with their own ancestors.

    A reader shows what a column refers to (by its joins), and by which name and in which unit a source's is known.
    Where that is much, only the node's own readers are taken; a small project is looked at as a whole.
    """
    if len(graph) <= MAX_NODES:
        return frozenset(graph)
    above = {unique_id, *nx.ancestors(graph, unique_id)}
    wide = _with_ancestors(graph, above | _readers(graph, above))
    return wide if len(wide) <= MAX_NODES else frozenset(_near(graph, unique_id, above))


def _near(graph: nx.DiGraph[str], unique_id: str, above: set[str]) -> set[str]:
    readers = _readers(graph, [unique_id])
    return above | readers | {parent for reader in readers for parent in graph.predecessors(reader)}


def _readers(graph: nx.DiGraph[str], nodes: Iterable[str]) -> set[str]:
    return {reader for node in nodes for reader in sorted(graph.successors(node))[:MAX_READERS]}


def _with_ancestors(graph: nx.DiGraph[str], nodes: set[str]) -> frozenset[str]:
    found = set(nodes)
    for node in nodes:
        found |= nx.ancestors(graph, node)
        if len(found) > MAX_NODES:
            break
    return frozenset(found)
