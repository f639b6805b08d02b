"""What an engine is told of a model that it rewrites, beside its text: what it reads, who reads it, what binds it. None
of it is from the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from dbt_ai.evidence.refactor_prompt import Around
from dbt_ai.project.values import Node, Project
from dbt_ai.sql.lineage import trace
from dbt_ai.sql.query import QueryError, parse_query
from dbt_ai.sql.values import Relation
from dbt_ai.tasks.testing.writing import reference

MAX_BESIDE = 60  # names of models in the folder


def readers_of(project: Project, unique_id: str) -> list[str]:
    """The models and snapshots that read a node."""
    return [u for u, one in project.nodes.items() if unique_id in one.depends_on and one.language == "sql"]


def around_of(
    project: Project,
    node: Node,
    relations: Mapping[str, Relation],
    sql: Mapping[str, str],
    unit_tests: Sequence[str],
) -> Around:
    """What is around a model. `sql` has the compiled SQL of its readers, `relations` what is known by constraints,
    tests and SQL, and `unit_tests` are the names of its own."""
    parents = [project.nodes[u] for u in node.depends_on if u in project.nodes]
    folder = PurePosixPath(node.original_file_path).parent
    beside = [
        one.name
        for one in project.nodes.values()
        if one.resource_type == "model" and PurePosixPath(one.original_file_path).parent == folder
    ]
    return Around(
        reads=tuple(_relation(reference(one), relations.get(one.unique_id)) for one in parents),
        read_by=tuple(_readers(project, node, relations, sql)),
        binds=(*_binding(project, node), *(f"unit test {name}" for name in unit_tests)),
        beside=tuple(sorted(beside)[:MAX_BESIDE]),
    )


def calls_of(project: Project, node: Node) -> frozenset[str]:
    """The calls of ref() and source() that name what the model reads."""
    return frozenset(reference(project.nodes[u]) for u in node.depends_on if u in project.nodes)


def _relation(call: str, relation: Relation | None) -> str:
    if relation is None:
        return call
    parts = [", ".join(f"{name} {kind or ''}".strip() for name, kind in relation.columns) or "columns not known"]
    parts += [f"unique: {', '.join(key)}" for key in relation.unique_keys]
    parts += [f"never NULL: {', '.join(sorted(relation.not_null))}"] if relation.not_null else []
    for foreign in relation.foreign_keys:
        to = ", ".join(f"{one.relation.rpartition('.')[2]}.{one.column}" for one in foreign.references)
        parts.append(f"{', '.join(foreign.columns)} refers to {to}")
    return f"{call}: {'; '.join(parts)}"


def _readers(project: Project, node: Node, relations: Mapping[str, Relation], sql: Mapping[str, str]) -> Iterator[str]:
    for unique_id in readers_of(project, node.unique_id):
        name = project.nodes[unique_id].name
        try:
            edges = trace(parse_query(sql[unique_id], project.dialect, tuple(relations.values()))).edges
        except (KeyError, QueryError):
            yield name
            continue
        read = dict.fromkeys(edge.source.column for edge in edges if edge.source.relation == node.unique_id)
        yield f"{name}: {', '.join(read)}" if read else name
    for exposure in project.exposures:
        if node.unique_id in exposure.depends_on:
            yield f"{exposure.type} {exposure.name}"


def _binding(project: Project, node: Node) -> Iterator[str]:
    yield f"materialized as {node.materialized or 'view'}"
    if node.unique_key:
        yield f"unique key of its increments: {', '.join(node.unique_key)}"
    if node.contract_enforced:
        yield "an enforced contract: names, order and types of the columns"
    for constraint in node.constraints:
        columns = constraint.get("column") or ", ".join(constraint.get("columns") or ())
        yield f"constraint {constraint.get('type')}: {columns or constraint.get('expression') or ''}"
    for test in project.data_tests:
        if test.node == node.unique_id and test.enabled:
            yield f"data test {test.kind}: {test.column or 'the whole'}"
