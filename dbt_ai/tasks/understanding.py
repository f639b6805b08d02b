"""Facts of every query of a scope, parents first, and what may be relied on of each relation.

What a project's tests promise is believed only as far as the data does not say otherwise; what a parent's SQL and data
show, its children may rely on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dbt_ai.checks.sandbox import Sandbox
from dbt_ai.errors import WarehouseError
from dbt_ai.evidence.values import Profile
from dbt_ai.project.cache import Cache
from dbt_ai.project.facts_cache import CachedFacts
from dbt_ai.project.lineage_cache import readable_parents
from dbt_ai.project.values import Node, Project
from dbt_ai.sql.query import QueryError
from dbt_ai.sql.values import Key, QueryFacts, Relation
from dbt_ai.tasks.derived.entities import entity_of_key, entity_of_relation
from dbt_ai.tasks.progress import Progress

SNAPSHOT_KEY = "dbt_scd_id"
MIN_ROWS_NAMED_KEY = 5
MIN_ROWS_ANY_KEY = 100


@dataclass
class Understood:
    """What is known of every node of a scope so far."""

    relations: dict[str, Relation]
    facts: dict[str, QueryFacts] = field(default_factory=dict)
    data_keys: set[str] = field(default_factory=set)
    failures: dict[str, str] = field(default_factory=dict)


def understand(
    project: Project,
    order: Sequence[str],
    sql: Mapping[str, str],
    declared: Mapping[str, Relation],
    profiles: Mapping[str, Profile],
    sandbox: Sandbox | None,
    cache: Cache,
    progress: Progress,
) -> Understood:
    """Facts of every query, parents first: what a parent's SQL and data show, its children may rely on."""

    found = Understood(dict(declared))
    for unique_id, profile in profiles.items():
        if sandbox is not None:
            found.relations[unique_id] = _verified(found.relations[unique_id], profile, sandbox)
    parents = readable_parents(project)
    cached = CachedFacts(project.dialect, cache)
    for number, unique_id in enumerate(order):
        progress("Understanding", number, len(order))
        node = project.nodes[unique_id]
        if unique_id in sql:
            known = [found.relations[parent] for parent in parents[unique_id]]
            try:
                facts = cached.of(unique_id, sql[unique_id], known)
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
