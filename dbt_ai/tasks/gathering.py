"""Gathers the evidence of the nodes a job looks at: compiled SQL, relations, facts, lineage, profiles, findings.

Facts rest on what is known of the parents, so ancestors are understood first, in topological order; what a project's
tests promise is believed only as far as the data does not say otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import networkx as nx

from dbt_ai.checks.sandbox import Sandbox
from dbt_ai.errors import WarehouseError
from dbt_ai.evidence.values import Evidence, Profile
from dbt_ai.project.cache import Cache
from dbt_ai.project.values import Node, Project, ProjectReader
from dbt_ai.sql.query import QueryError, RelationIndex
from dbt_ai.sql.values import Key, Lineage, QueryFacts, Relation
from dbt_ai.tasks.derived.entities import entity_of_key, entity_of_relation
from dbt_ai.tasks.neighbourhood import neighbourhood
from dbt_ai.values import Target

Progress = Callable[[str, int, int], None]  # what is being done, how many are done, of how many

SNAPSHOT_KEY = "dbt_scd_id"
MIN_ROWS_NAMED_KEY = 5
MIN_ROWS_ANY_KEY = 100


@dataclass(frozen=True)
class Gathered:
    """Evidence by unique_id (wanted nodes and their ancestors), what stays unknown, and why. `data_keys` are the nodes
    whose key rests on the data that is there, their own or their parents', rather than on a test or the SQL alone."""

    evidence: Mapping[str, Evidence]
    wanted: tuple[str, ...]
    data_keys: frozenset[str] = frozenset()
    notices: tuple[str, ...] = ()
    failures: Mapping[str, str] = field(default_factory=dict)


def nothing(what: str, done: int, of: int) -> None:
    """A progress callback that tells nobody."""


def scope_of(project: Project, wanted: Sequence[str]) -> list[str]:
    """The wanted nodes and all that is needed to describe them, parents first."""
    graph = project.graph()
    scope: set[str] = set()
    for unique_id in wanted:
        scope |= neighbourhood(graph, unique_id)
    return [unique_id for unique_id in nx.lexicographical_topological_sort(graph) if unique_id in scope]


@dataclass(frozen=True)
class Scope:
    """The nodes to understand, parents first, with the compiled SQL of those that have one, and why others have not."""

    order: tuple[str, ...]
    sql: Mapping[str, str]
    failures: Mapping[str, str]


def compile_scope(reader: ProjectReader, wanted: Sequence[str], progress: Progress = nothing) -> Scope:
    """Compiles what understanding `wanted` takes. Before the data is opened: a model that asks the warehouse while it
    compiles needs dbt's own connection, and DuckDB lets only one of the two have the file."""
    project = reader.project
    order = scope_of(project, wanted)
    progress("Compiling", 0, len(order))
    compiled = reader.compile([u for u in order if _has_sql(project.nodes[u])])
    progress("Compiling", len(order), len(order))
    sql = {unique_id: found.sql for unique_id, found in compiled.items() if found.sql}
    return Scope(tuple(order), sql, {u: f"It could not be compiled: {c.error}" for u, c in compiled.items() if c.error})


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
        understood = _understand(project, scope, known.relations, profiles, sandbox, cache, progress)
    evidence = {
        u: _evidence(
            project,
            project.nodes[u],
            understood.relations[u],
            scope.sql.get(u),
            understood.facts.get(u),
            known.lineages.get(u),
            profiles.get(u),
            written_by_people,
        )
        for u in scope.order
    }
    if sandbox is not None:
        evidence, more = _examined(evidence, known.relations, wanted, sandbox, progress)
        notices += more
    failures = {**scope.failures, **understood.failures}
    return Gathered(evidence, tuple(wanted), frozenset(understood.data_keys), tuple(notices), failures)


@dataclass
class _Understood:
    """What is known of every node of a scope so far."""

    relations: dict[str, Relation]
    facts: dict[str, QueryFacts] = field(default_factory=dict)
    data_keys: set[str] = field(default_factory=set)
    failures: dict[str, str] = field(default_factory=dict)


def _understand(
    project: Project,
    scope: Scope,
    declared: Mapping[str, Relation],
    profiles: Mapping[str, Profile],
    sandbox: Sandbox | None,
    cache: Cache,
    progress: Progress,
) -> _Understood:
    """Facts of every query, parents first: what a parent's SQL and data show, its children may rely on."""
    from dbt_ai.project.facts_cache import CachedFacts
    from dbt_ai.project.lineage_cache import readable_parents

    found = _Understood(dict(declared))
    for unique_id, profile in profiles.items():
        if sandbox is not None:
            found.relations[unique_id] = _verified(found.relations[unique_id], profile, sandbox)
    index = RelationIndex(found.relations.values())

    def lookup(parts: tuple[str | None, str | None, str]) -> Relation | None:
        relation = index(parts)
        return found.relations.get(relation.key, relation) if relation else None

    parents = readable_parents(project)
    cached = CachedFacts(project.dialect, cache)
    for number, unique_id in enumerate(scope.order):
        progress("Understanding", number, len(scope.order))
        node = project.nodes[unique_id]
        if unique_id in scope.sql:
            known = [found.relations[parent] for parent in parents[unique_id]]
            try:
                facts = cached.of(unique_id, scope.sql[unique_id], known, lookup)
            except QueryError as error:
                found.failures[unique_id] = str(error)
                continue
            found.facts[unique_id] = _as_built(node, facts)
        relation = _with_facts(found.relations[unique_id], node, found.facts.get(unique_id))
        its_profile = profiles.get(unique_id)
        if its_profile and sandbox:
            relation = _verified(relation, its_profile, sandbox)
        if not relation.unique_keys and its_profile and (key := data_key(node, its_profile)):
            relation = replace(relation, unique_keys=(key,))
            found.data_keys.add(unique_id)
        elif unique_id in found.facts and _rests_on_data(found.facts[unique_id], relation, found.data_keys):
            found.data_keys.add(unique_id)
        found.relations[unique_id] = relation
    cached.save(project.nodes)
    return found


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
        if one.profile is not None:
            # A key that a test declares and the data breaks is what a person wants to hear of.
            promised = replace(one.relation, unique_keys=declared[unique_id].unique_keys or one.relation.unique_keys)
            found = examine(sandbox.connection, promised, one.profile, context)
            examined[unique_id] = replace(one, findings=found.findings)
            notices += found.notices
    return examined, notices


def data_key(node: Node, profile: Profile) -> tuple[str, ...] | None:
    """The column that identifies a row of the data, where neither tests nor SQL say one: an id without NULLs and
    repetitions. One that is named like the relation's own needs fewer rows to be believed than another, which must
    be the first column and the only one named like a key: where every issue happens to have one assignee, `issue_id`
    is no key of assignees."""
    if node.resource_type == "snapshot" or profile.sampled is not None:
        return None
    named = entity_of_relation(node.name)
    alone = sum(entity_of_key(column.name) is not None for column in profile.columns) == 1
    for number, column in enumerate(profile.columns):
        own = entity_of_key(column.name)
        if not column.unique or column.nulls or (own is None and column.name.lower() != "id"):
            continue
        its_own = named is not None and (own is None or own.one == named.one)
        if profile.rows >= (MIN_ROWS_NAMED_KEY if its_own else MIN_ROWS_ANY_KEY) and (
            its_own or (number == 0 and alone)
        ):
            return (column.name,)
    return None


def _rests_on_data(facts: QueryFacts, relation: Relation, data_keys: Collection[str]) -> bool:
    first = next((key for key in facts.keys if relation.unique_keys and key.columns == relation.unique_keys[0]), None)
    return first is not None and any(parent in data_keys for parent, _ in first.relies_on)


def _has_sql(node: Node) -> bool:
    return node.resource_type in ("model", "snapshot") and node.language == "sql"


def _has_data(node: Node) -> bool:
    return node.materialized != "ephemeral"


def _profiles(
    project: Project, relations: Sequence[Relation], sandbox: Sandbox, progress: Progress
) -> tuple[dict[str, Profile], list[str]]:
    from dbt_ai.evidence.profile import ProfileCache, profile_relation

    profiles: dict[str, Profile] = {}
    notices: list[str] = []
    with ProfileCache(project.root) as cache:
        for number, relation in enumerate(relations):
            progress("Profiling", number, len(relations))
            try:
                profiles[relation.key] = profile_relation(sandbox.connection, relation, cache=cache)
            except WarehouseError as error:
                notices.append(f"No profile of {project.nodes[relation.key].name}: {error}")
    return profiles, notices


def _as_built(node: Node, facts: QueryFacts) -> QueryFacts:
    """Facts of the relation rather than of one run of its query: an incremental model keeps the rows of earlier runs,
    so only its unique_key is a key; a snapshot keeps every version of a row."""
    if node.resource_type == "snapshot":
        return replace(facts, keys=(Key((SNAPSHOT_KEY,), "snapshot", "dbt snapshot"),), single_row=False)
    if node.materialized == "incremental":
        merged = node.unique_key and node.config.get("incremental_strategy") not in ("append", "insert_overwrite")
        keys = (Key(node.unique_key, "unique_key", "unique_key of the incremental model"),) if merged else ()
        return replace(facts, keys=keys, single_row=False)
    return facts


def _with_facts(relation: Relation, node: Node, facts: QueryFacts | None) -> Relation:
    """What children may rely on: the tests' promises and what the node's own SQL shows."""
    if node.resource_type == "snapshot":
        relation = replace(relation, unique_keys=((SNAPSHOT_KEY,),))
    if facts is None:
        return relation
    keys = _distinct_keys([*relation.unique_keys, *(key.columns for key in facts.keys)])
    never = {column.name for column in facts.columns if column.nullability.never}
    if node.materialized == "incremental":
        never = set()  # rows of earlier versions of the model may still be there
    known = {name.casefold() for name, _ in relation.domains}
    domains = tuple(
        (column.name, column.domain.values)
        for column in facts.columns
        if column.domain and column.name.casefold() not in known and node.materialized != "incremental"
    )
    return replace(
        relation, unique_keys=keys, not_null=relation.not_null | never, domains=(*relation.domains, *domains)
    )


def _distinct_keys(keys: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """Keys without repetition, shorter ones first, none that contains another."""
    kept: list[tuple[str, ...]] = []
    for key in sorted(keys, key=len):
        folded = {column.casefold() for column in key}
        if not any({column.casefold() for column in other} <= folded for other in kept):
            kept.append(key)
    return tuple(kept)


def _verified(relation: Relation, profile: Profile, sandbox: Sandbox) -> Relation:
    """`relation` without the promises that its data breaks."""
    if profile.rows == 0:
        return relation
    keys = tuple(key for key in relation.unique_keys if _key_holds(relation, key, profile, sandbox))
    not_null = frozenset(
        name for name in relation.not_null if not ((found := profile.column(name)) and found.nulls > 0)
    )
    domains = tuple((name, values) for name, values in relation.domains if _domain_holds(profile, name, values))
    return replace(relation, unique_keys=keys, not_null=not_null, domains=domains)


def _key_holds(relation: Relation, key: Sequence[str], profile: Profile, sandbox: Sandbox) -> bool:
    if len(key) == 1:
        found = profile.column(key[0])
        if found is None:
            return False
        if not found.distinct_approximate and profile.sampled is None:
            return found.unique
    return key_holds_on_data(relation, key, sandbox)


def key_holds_on_data(relation: Relation, key: Sequence[str], sandbox: Sandbox) -> bool:
    """Whether no two rows of the relation agree in all of `key` (rows with a NULL in it apart)."""
    from dbt_ai.sql.names import quoted_columns, quoted_relation

    names = quoted_columns(key)
    filled = " AND ".join(f"{name} IS NOT NULL" for name in names)
    by = ", ".join(names)
    try:
        rows = sandbox.run(
            f"SELECT 1 FROM {quoted_relation(relation)} WHERE {filled} GROUP BY {by} HAVING COUNT(*) > 1 LIMIT 1"
        )
    except WarehouseError:
        return False
    return not rows


def _domain_holds(profile: Profile, name: str, values: Sequence[str]) -> bool:
    found = profile.column(name)
    if found is None or found.all_values is None:
        return True
    return set(found.all_values) <= set(values)


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
