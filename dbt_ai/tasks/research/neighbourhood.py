"""What a model may look at while it researches one node: the nodes around it, by the names that people use."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import networkx as nx

from dbt_ai.evidence.aggregates import SafeTable, safe_tables
from dbt_ai.evidence.masking import also_personal, visible
from dbt_ai.evidence.privacy import visible_profile
from dbt_ai.evidence.sharing import Sharing
from dbt_ai.evidence.values import Evidence
from dbt_ai.project.column_graph import column_graph
from dbt_ai.project.values import Node, Project
from dbt_ai.sql.values import ColumnRef
from dbt_ai.tasks.neighbourhood import neighbourhood

MAX_NODES = 40


@dataclass(frozen=True)
class Around:
    """The node called `unique_id` and those near it, the nearest first. `names` are what each may be called, the first
    is the one to tell; `files` are the files of the project that hold them."""

    unique_id: str
    evidence: Mapping[str, Evidence]
    names: Mapping[str, tuple[str, ...]]
    sharing: Mapping[str, Sharing]
    files: Mapping[str, Path]

    def find(self, name: str | None) -> str | None:
        """The unique_id of the node that is called `name`, None where none is."""
        wanted = (name or "").strip().strip('`"').casefold()
        return next((u for u, known in self.names.items() if wanted in (each.casefold() for each in known)), None)

    def name(self, unique_id: str) -> str:
        """What to call a node."""
        return self.names[unique_id][0] if unique_id in self.names else unique_id

    def lines(self, unique_id: str) -> list[str]:
        """The compiled SQL of a node as an engine may see it, line by line; none for a source or a seed."""
        one = self.evidence[unique_id]
        levels = self.sharing.get(unique_id, Sharing())
        with also_personal(levels.compared | levels.personal.keys()):
            sql = visible(one.sql or one.raw_sql or "").strip("\n")
        return sql.split("\n") if sql.strip() else []

    def lines_of_file(self, unique_id: str) -> list[str]:
        """The lines of the file that a person opens to read the node; of its raw SQL where there is no such file."""
        try:
            text = self.files[unique_id].read_text(encoding="utf-8") if unique_id in self.files else None
        except (OSError, UnicodeDecodeError):
            text = None
        return (self.evidence[unique_id].raw_sql or "" if text is None else text).split("\n")

    def statistics(self, unique_id: str, column: str) -> str:
        """What an engine is shown of the data of a column, as text."""
        shown = visible_profile(self.evidence[unique_id].profile, self.sharing.get(unique_id, Sharing()))
        found = [each for each in shown.get("columns", ()) if each["name"].casefold() == column.casefold()]
        return json.dumps(found, default=str)

    @cached_property
    def tables(self) -> tuple[SafeTable, ...]:
        """The relations that may be queried."""
        return safe_tables(
            self.evidence.values(),
            lambda one: self.names[one.unique_id],
            lambda one: visible_profile(one.profile, self.sharing.get(one.unique_id, Sharing())),
        )

    @cached_property
    def columns(self) -> nx.DiGraph[ColumnRef]:
        """The lineage of the columns around."""
        return column_graph({u: one.lineage for u, one in self.evidence.items() if one.lineage is not None})


def around(
    project: Project, evidence: Mapping[str, Evidence], unique_id: str, sharing: Mapping[str, Sharing]
) -> Around:
    """The nodes near `unique_id` that there is evidence of."""
    graph = project.graph()
    scope = neighbourhood(graph, unique_id) & evidence.keys()
    both_ways = graph.to_undirected(as_view=True)
    distance = nx.single_source_shortest_path_length(both_ways, unique_id)
    near = sorted(scope, key=lambda u: (distance.get(u, len(graph)), u))[:MAX_NODES]
    return Around(
        unique_id,
        {u: evidence[u] for u in near},
        _names([project.nodes[u] for u in near]),
        sharing,
        {u: project.root / project.nodes[u].original_file_path for u in near if _is_ours(project, u)},
    )


def _is_ours(project: Project, unique_id: str) -> bool:
    """Whether a node's SQL is in a file of the project itself, and not of a package."""
    node = project.nodes[unique_id]
    return node.package_name == project.name and node.resource_type in ("model", "snapshot")


def _names(nodes: Sequence[Node]) -> dict[str, tuple[str, ...]]:
    """What each node may be called; a name that two of them have belongs to the first."""
    taken: set[str] = set()
    names: dict[str, tuple[str, ...]] = {}
    for node in nodes:
        free = [name for name in dict.fromkeys(_called(node)) if name.casefold() not in taken]
        taken |= {name.casefold() for name in free}
        names[node.unique_id] = tuple(free)
    return names


def _called(node: Node) -> Iterator[str]:
    if node.source_name is not None:
        yield f"{node.source_name}.{node.name}"
    elif node.version is not None:
        yield f"{node.name}.v{node.version}"
    else:
        yield node.name
    yield node.unique_id
    database, schema, identifier = node.relation
    if database and schema:
        yield f"{database}.{schema}.{identifier}"
    if schema:
        yield f"{schema}.{identifier}"
    yield identifier
    yield node.name
