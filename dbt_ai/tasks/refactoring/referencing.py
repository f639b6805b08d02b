"""Which node of the project a relation is that is written out in SQL."""

from __future__ import annotations

from collections.abc import Callable

import networkx as nx
from sqlglot import exp

from dbt_ai.project.values import Node, Project
from dbt_ai.tasks.refactoring.values import Reference
from dbt_ai.tasks.testing.writing import reference


def references_of(project: Project, node: Node) -> Callable[[exp.Table], Reference | None]:
    """Finds the node that a table in the text of the model `node` is: one of the same schema and name, and of the
    database that is written, or else of the model's own."""
    graph = project.graph()
    by_name: dict[tuple[str, str], list[Node]] = {}
    for one in project.nodes.values():
        if one.materialized != "ephemeral" and one.relation[1]:
            by_name.setdefault((one.relation[1].casefold(), one.relation[2].casefold()), []).append(one)

    def find(table: exp.Table) -> Reference | None:
        database = (table.catalog or node.relation[0] or "").casefold()
        found = [
            one
            for one in by_name.get((table.db.casefold(), table.name.casefold()), [])
            if (one.relation[0] or "").casefold() == database
        ]
        # A source that dbt itself builds is better read as what builds it: then it is there before it is read.
        found = [one for one in found if one.resource_type != "source"] or found
        if len(found) != 1 or found[0].unique_id == node.unique_id:
            return None
        return Reference(found[0].unique_id, reference(found[0]), _reason(found[0]))

    def _reason(one: Node) -> str | None:
        if nx.has_path(graph, node.unique_id, one.unique_id):
            return "circular-reference"
        foreign = one.package_name != node.package_name and one.resource_type != "source"
        private = one.config.get("access") == "private" and one.config.get("group") != node.config.get("group")
        return "private-model" if foreign or private else None

    return find
