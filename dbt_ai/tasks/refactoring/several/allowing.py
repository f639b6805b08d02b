"""What a change of several files may touch: the SQL of models. All else that is there stays as dbt has read it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from dbt_ai.project.values import Node, Project
from dbt_ai.tasks.refactoring.refusing import reason_for_hooks, reason_for_sql

Reason = tuple[str, str]
"""A reason code, and what it is about."""

_KEPT = ("relation", "language", "materialized", "config", "constraints", "contract_enforced", "unique_key", "version")
_MATERIALIZED = ("table", "view", "ephemeral")
_ASKS_THE_RUN = re.compile(r"\b(is_incremental|var|env_var|target|flags|invocation_args_dict|this|execute)\b")
_JINJA = re.compile(r"\{[{%].*?[}%]\}", re.DOTALL)


def reason_for_project(before: Project, after: Project) -> Reason | None:
    """Why a project may not become another one: a node or a data test of it would be gone, or would be built
    otherwise."""
    for unique_id, node in before.nodes.items():
        new = after.nodes.get(unique_id)
        if new is None or any(getattr(node, name) != getattr(new, name) for name in _KEPT):
            return "other-node", node.name
    tests = {test.unique_id for test in after.data_tests if test.enabled}
    for test in before.data_tests:
        if test.enabled and test.unique_id not in tests:
            return "other-node", test.unique_id.split(".")[2]
    return None


def new_nodes(before: Project, after: Project) -> Sequence[Node]:
    """The nodes that the project has not had, parents first."""
    import networkx as nx

    order = nx.lexicographical_topological_sort(after.graph())
    return [after.nodes[unique_id] for unique_id in order if unique_id not in before.nodes]


def reason_for_new(node: Node, sql: str | None, dialect: str) -> Reason | None:
    """Why a new node cannot be put in the place of its name: `sql` is its compiled SQL."""
    if node.resource_type == "seed":
        return None
    if node.resource_type != "model" or node.language != "sql" or node.materialized not in _MATERIALIZED:
        return "new-node", f"{node.name} is {node.materialized or node.resource_type}"
    if sql is None:
        return "not-compiled", node.name
    return reason_for_hooks(node) or reason_for_sql(sql, dialect)


def reason_for_macros(files: Mapping[str, str], folders: Sequence[str]) -> Reason | None:
    """Why the new macros among `files` are not only text with arguments: what a macro asks of the run could be
    something else in another run, and is compiled one way only."""
    for path, text in files.items():
        if any(path.startswith(f"{folder}/") for folder in folders):
            for jinja in _JINJA.findall(text):
                if found := _ASKS_THE_RUN.search(jinja):
                    return "macro-asks", f"{path}: {found[1]}"
    return None
