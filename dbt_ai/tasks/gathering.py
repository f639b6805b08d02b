"""Gathers the evidence of the nodes a job looks at: compiled SQL, relations, facts, lineage, profiles, findings.

Facts rest on what is known of the parents, so ancestors are understood first, in topological order; what a project's
tests promise is believed only as far as the data does not say otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import networkx as nx

from dbt_ai.checks.sandbox import Sandbox
from dbt_ai.errors import WarehouseError
from dbt_ai.evidence.sharing import sharing_of
from dbt_ai.evidence.values import Evidence, Profile
from dbt_ai.project.values import Node, Project, ProjectReader
from dbt_ai.sql.values import Lineage, QueryFacts, Relation
from dbt_ai.tasks.neighbourhood import neighbourhood
from dbt_ai.tasks.progress import Progress, nothing
from dbt_ai.tasks.understanding import understand
from dbt_ai.values import Target


@dataclass(frozen=True)
class Gathered:
    """Evidence by unique_id (wanted nodes and their ancestors), what stays unknown, and why. `data_keys` are the nodes
    whose key rests on the data that is there, their own or their parents', rather than on a test or the SQL alone.
    `partial` are those of which only a part of the rows was looked at, by choice of whoever opened the data."""

    evidence: Mapping[str, Evidence]
    wanted: tuple[str, ...]
    data_keys: frozenset[str] = frozenset()
    notices: tuple[str, ...] = ()
    failures: Mapping[str, str] = field(default_factory=dict)
    partial: frozenset[str] = frozenset()


def scope_of(project: Project, wanted: Sequence[str]) -> list[str]:
    """The wanted nodes and all that is needed to describe them, parents first."""
    graph = project.graph()
    scope: set[str] = set()
    for unique_id in wanted:
        scope |= neighbourhood(graph, unique_id)
    return [unique_id for unique_id in nx.lexicographical_topological_sort(graph) if unique_id in scope]


@dataclass(frozen=True)
class Scope:
    """The nodes to understand, parents first, with the compiled SQL of those that have one, and why others have not:
    the files of those in `outside` do not lie in the project, the SQL of those in `untranslated` is not DuckDB's."""

    order: tuple[str, ...]
    sql: Mapping[str, str]
    failures: Mapping[str, str]
    outside: frozenset[str] = frozenset()
    untranslated: frozenset[str] = frozenset()


def with_ancestors(project: Project, wanted: Sequence[str]) -> list[str]:
    """The wanted nodes and all that they are made from, parents first."""
    graph = project.graph()
    found = {*wanted}.union(*(nx.ancestors(graph, unique_id) for unique_id in wanted))
    return [unique_id for unique_id in nx.lexicographical_topological_sort(graph) if unique_id in found]


def compile_scope(
    reader: ProjectReader, wanted: Sequence[str], progress: Progress = nothing, order: Sequence[str] | None = None
) -> Scope:
    """Compiles what understanding `wanted` takes. Before the data is opened: a model that asks the warehouse while it
    compiles needs dbt's own connection, and DuckDB lets only one of the two have the file."""
    project = reader.project
    order = scope_of(project, wanted) if order is None else order
    progress("Compiling", 0, len(order))
    with_sql = [u for u in order if _has_sql(project.nodes[u])]
    root = project.root.resolve()
    outside = frozenset(u for u in with_sql if _leads_out(root, project, project.nodes[u]))
    compiled = reader.compile([u for u in with_sql if u not in outside])
    progress("Compiling", len(order), len(order))
    sql = {unique_id: found.sql for unique_id, found in compiled.items() if found.sql}
    failures = {u: f"It could not be compiled: {c.error}" for u, c in compiled.items() if c.error}
    failures |= dict.fromkeys(outside, "Its file is a link that leads out of the project, so its SQL was not read.")
    return Scope(tuple(order), sql, failures, outside)


def gather(
    project: Project,
    wanted: Sequence[str],
    scope: Scope,
    sandbox: Sandbox | None,
    progress: Progress = nothing,
    written_by_people: Callable[[Node, str | None], bool] = lambda node, column: True,
) -> Gathered:
    """Everything known of `wanted` and of what they are made from. Never raises for a single node: its trouble is told
    in `failures` (SQL that cannot be compiled or parsed) or `notices`.

    `written_by_people` tells whose descriptions of neighbours count as evidence: were ours to count, every run would
    be another question to an engine.
    """
    from dbt_ai.project.cache import open_cache
    from dbt_ai.project.knowledge import know, relations_of

    profiles: dict[str, Profile] = {}
    notices: list[str] = []
    columns: Mapping[str, tuple[tuple[str, str], ...]] = {}
    if sandbox is not None:
        from dbt_ai.evidence.profile import warehouse_columns

        bare = relations_of(project, {})
        with_data = [bare[u] for u in scope.order if _has_data(project.nodes[u])]
        columns = warehouse_columns(sandbox.connection, with_data)
    with open_cache(project.root) as cache:
        known = know(project, scope.sql, columns, cache)
        if sandbox is not None:
            looked_at = [known.relations[u] for u in scope.order if u in columns]
            profiles, more = _profiles(project, looked_at, sandbox, progress)
            notices += more
        understood = understand(project, scope.order, scope.sql, known.relations, profiles, sandbox, cache, progress)
    evidence = {
        u: _evidence(
            project,
            replace(project.nodes[u], raw_code="") if u in scope.outside else project.nodes[u],
            understood.relations[u],
            scope.sql.get(u),
            understood.facts.get(u),
            known.lineages.get(u),
            profiles.get(u),
            written_by_people,
        )
        for u in scope.order
    }
    evidence = _personal(project, evidence)
    if sandbox is not None:
        evidence, more = _examined(evidence, known.relations, wanted, sandbox, progress)
        notices += more
    failures = {**scope.failures, **understood.failures}
    partial = sandbox.partial if sandbox is not None else frozenset()
    return Gathered(evidence, tuple(wanted), frozenset(understood.data_keys), tuple(notices), failures, partial)


def _personal(project: Project, evidence: Mapping[str, Evidence]) -> dict[str, Evidence]:
    """The evidence, whose profiles say which columns hold something personal though their names do not tell: no value
    of these is written anywhere."""
    told = {u: one.personal for u, one in sharing_of(project.nodes, evidence).items() if one.personal}
    marked = dict(evidence)
    for unique_id, reasons in told.items():
        profile = evidence[unique_id].profile
        if profile is not None:
            columns = tuple(replace(c, personal=reasons.get(c.name.casefold())) for c in profile.columns)
            marked[unique_id] = replace(evidence[unique_id], profile=replace(profile, columns=columns))
    return marked


def _examined(
    evidence: Mapping[str, Evidence],
    declared: Mapping[str, Relation],
    wanted: Sequence[str],
    sandbox: Sandbox,
    progress: Progress,
) -> tuple[dict[str, Evidence], list[str]]:
    """The evidence with the findings about the wanted nodes."""
    from dbt_ai.evidence.findings import FindingContext, examine

    context = FindingContext(
        relations={u: one.relation for u, one in evidence.items()},
        profiles={u: one.profile for u, one in evidence.items() if one.profile},
        facts={u: one.facts for u, one in evidence.items() if one.facts},
        descriptions={
            Target(u, column): text for u, one in evidence.items() for column, text in one.column_descriptions.items()
        },
    )
    examined, notices = dict(evidence), list[str]()
    for number, unique_id in enumerate(wanted):
        progress("Examining", number, len(wanted))
        one = evidence[unique_id]
        # Of a part of the rows the rest may say otherwise: nobody is to be alarmed by that.
        if one.profile is not None and unique_id not in sandbox.partial:
            # A key that a test declares and the data breaks is what a person wants to hear of.
            promised = replace(one.relation, unique_keys=declared[unique_id].unique_keys or one.relation.unique_keys)
            found = examine(sandbox.connection, promised, one.profile, context)
            examined[unique_id] = replace(one, findings=found.findings)
            notices += found.notices
    return examined, notices


def _has_sql(node: Node) -> bool:
    return node.resource_type in ("model", "snapshot") and node.language == "sql"


def _leads_out(root: Path, project: Project, node: Node) -> bool:
    """Whether a file of the project itself is a link to one elsewhere: a fork could have any file of this machine sent
    that way. What packages link to has been installed by the user."""
    return node.package_name == project.name and not (root / node.original_file_path).resolve().is_relative_to(root)


def _has_data(node: Node) -> bool:
    return node.materialized != "ephemeral"


def _profiles(
    project: Project, relations: Sequence[Relation], sandbox: Sandbox, progress: Progress
) -> tuple[dict[str, Profile], list[str]]:
    from dbt_ai.evidence.profile import ProfileCache, of_a_part, profile_relation

    profiles: dict[str, Profile] = {}
    notices: list[str] = []
    with ProfileCache(project.root) as cache:
        for number, relation in enumerate(relations):
            progress("Profiling", number, len(relations))
            try:
                profile = profile_relation(sandbox.connection, relation, cache=cache)
                profiles[relation.key] = of_a_part(profile) if relation.key in sandbox.partial else profile
            except WarehouseError as error:
                notices.append(f"No profile of {project.nodes[relation.key].name}: {error}")
    return profiles, notices


def _evidence(
    project: Project,
    node: Node,
    relation: Relation,
    sql: str | None,
    facts: QueryFacts | None,
    lineage: Lineage | None,
    profile: Profile | None,
    written_by_people: Callable[[Node, str | None], bool],
) -> Evidence:
    upstream = {}
    for parent in (project.nodes[parent] for parent in node.depends_on if parent in project.nodes):
        if parent.description.strip() and written_by_people(parent, None):
            upstream[parent.name] = parent.description
        for column in parent.columns:
            if column.description.strip() and written_by_people(parent, column.name):
                upstream[f"{parent.name}.{column.name}"] = column.description
    return Evidence(
        unique_id=node.unique_id,
        name=node.name,
        resource_type=node.resource_type,
        relation=relation,
        sql=sql,
        raw_sql=node.raw_code or None,
        lineage=lineage,
        facts=facts,
        profile=profile,
        description=node.description if written_by_people(node, None) else "",
        column_descriptions={
            column.name: column.description
            for column in node.columns
            if column.description.strip() and written_by_people(node, column.name)
        },
        upstream_descriptions=upstream,
        materialized=node.materialized,
        downstream=tuple(sorted(n.name for n in project.nodes.values() if node.unique_id in n.depends_on)),
    )


def columns_of(evidence: Evidence) -> tuple[str, ...]:
    """The columns of a node that are known to exist, in order: its SQL's where all of them are known (the table may be
    of an earlier build), else those of the relation in the warehouse."""
    facts = evidence.facts
    names = [column.name for column in facts.columns] if facts else []
    if evidence.resource_type == "snapshot" or not names or any(name == "*" for name in names):
        names = [name for name, _ in evidence.relation.columns] or names
    seen: dict[str, str] = {}
    for name in names:
        if name != "*":
            seen.setdefault(name.casefold(), name)
    return tuple(seen.values())
