"""Columns whose values are keys of another relation: by a test, by a join in the project's SQL, or by names.

A join or a name alone proves little: numbers from 1 to n are "found" in any table of n rows. So a candidate must also
be a pair that some SQL of the project joins, or hold text values that no coincidence would match; and the data must
not have a single orphan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

import networkx as nx

from dbt_ai.checks.sandbox import Sandbox
from dbt_ai.errors import WarehouseError
from dbt_ai.evidence.values import Evidence
from dbt_ai.sql.names import quoted, quoted_relation
from dbt_ai.sql.values import ColumnKind, ColumnRef, Relation
from dbt_ai.tasks.derived.entities import LAYERS, entity_of_key, entity_of_relation
from dbt_ai.tasks.neighbourhood import neighbourhood
from dbt_ai.values import Verdict, VerdictKind

MIN_TEXT_VALUES = 20  # that many different text values are not found elsewhere by luck
Known = tuple[ColumnRef, Verdict]


def references_of(
    evidence: Mapping[str, Evidence], sandbox: Sandbox | None, graph: nx.DiGraph[str]
) -> dict[tuple[str, str], Known]:
    """What each column refers to, by (unique_id, column in lower case). `graph` is the project's DAG.

    A relationships test is believed where there is no data; every other candidate needs data without an orphan.
    A column that is itself a key of its relation refers to nothing: it is what others refer to. What one column is
    known to refer to, the columns with the same values under other names refer to as well, where the data agrees.
    """
    origins = _Origins(evidence)
    joined = {frozenset((origins.of(left), origins.of(right))) for left, right in _joined(evidence)}
    found: dict[tuple[str, str], Known] = {}
    targets: dict[ColumnRef, list[ColumnRef]] = {}

    @cache
    def near(unique_id: str) -> frozenset[str]:
        return neighbourhood(graph, unique_id)

    def consider(own: ColumnRef, target: ColumnRef, tested: bool) -> None:
        key = (own.relation, own.column.casefold())
        here, there = evidence[own.relation].relation, evidence[target.relation].relation
        if key in found:
            return
        if not tested and target.relation not in near(own.relation):
            return
        if _is_moment(here, own.column):
            return  # a date is no key of a calendar's days, whichever calendar has them all
        if _is_key(here, own.column) or not _is_key(there, target.column):
            return
        verdict = _verdict(evidence, own, target, tested, sandbox)
        if verdict is not None:
            found[key] = (target, verdict)
            targets.setdefault(origins.of(own), []).append(target)

    def in_sources(own: ColumnRef, target: ColumnRef) -> ColumnRef:
        """For a column of the raw data, the raw column that the target's values come from, where that is a key."""
        if evidence[own.relation].resource_type == "model":
            return target
        origin = origins.of(target)
        raw = evidence.get(origin.relation)
        if raw is None or raw.resource_type == "model" or not _is_key(raw.relation, origin.column):
            return target
        named = next(name for name, _ in raw.relation.columns if name.casefold() == origin.column)
        return ColumnRef(origin.relation, named)

    for own, target, tested in _candidates(evidence, graph):
        target = in_sources(own, target)
        pair = frozenset((origins.of(own), origins.of(target)))
        alike = pair in joined or _telling(evidence[own.relation], own.column)
        if tested or (len(pair) == 2 and alike and not _unioned(evidence, origins.of(own))):
            consider(own, target, tested)
    for unique_id, one in evidence.items():
        for name, _ in one.relation.columns:
            ref = ColumnRef(unique_id, name)
            same = targets.get(origins.of(ref), [])
            for target in sorted(same, key=lambda t: _distance(one, evidence[t.relation], t, graph)):
                consider(ref, in_sources(ref, target), False)
    return found


class _Origins:
    """Where a column's values first stood: up through every step that passes them on."""

    def __init__(self, evidence: Mapping[str, Evidence]) -> None:
        self._evidence = evidence
        self._known: dict[ColumnRef, ColumnRef] = {}

    def of(self, ref: ColumnRef) -> ColumnRef:
        """The column itself where it is made here, of several columns or of another value than its source's."""
        folded = ColumnRef(ref.relation, ref.column.casefold())
        if folded not in self._known:
            self._known[folded] = folded
            one = self._evidence.get(ref.relation)
            facts = one.facts.column(ref.column) if one and one.facts else None
            if facts and facts.kind in (ColumnKind.PASS_THROUGH, ColumnKind.RENAMED) and len(facts.sources) == 1:
                self._known[folded] = self.of(facts.sources[0])
        return self._known[folded]


def _joined(evidence: Mapping[str, Evidence]) -> Iterator[tuple[ColumnRef, ColumnRef]]:
    for one in evidence.values():
        for join in one.facts.joins if one.facts else ():
            yield from ((left, right) for left, right in join.on if left and right)
        for foreign_key in one.relation.foreign_keys:
            if len(foreign_key.columns) == 1:
                yield ColumnRef(one.unique_id, foreign_key.columns[0]), foreign_key.references[0]


def _unioned(evidence: Mapping[str, Evidence], origin: ColumnRef) -> bool:
    """Whether the column is put together from several: each branch of a union may number its rows from 1."""
    facts = evidence[origin.relation].facts if origin.relation in evidence else None
    made = facts.column(origin.column) if facts else None
    return made is not None and (
        made.kind is ColumnKind.UNION or (bool(facts and facts.union_of) and len(made.sources) > 1)
    )


def _telling(one: Evidence, column: str) -> bool:
    """Whether the column's values are text of such variety that they are found in another relation for a reason."""
    profile = one.profile.column(column) if one.profile else None
    return profile is not None and profile.type.upper().startswith("VARCHAR") and profile.distinct >= MIN_TEXT_VALUES


def _candidates(
    evidence: Mapping[str, Evidence], graph: nx.DiGraph[str]
) -> Iterator[tuple[ColumnRef, ColumnRef, bool]]:
    """(column, key it may refer to, whether a test says so), the most fitting first."""
    for unique_id, one in evidence.items():
        for foreign_key in one.relation.foreign_keys:
            if len(foreign_key.columns) == 1 and foreign_key.references[0].relation in evidence:
                yield ColumnRef(unique_id, foreign_key.columns[0]), foreign_key.references[0], True
    keys: dict[str, list[ColumnRef]] = {}
    for unique_id, one in evidence.items():
        for key in one.relation.unique_keys:
            if len(key) == 1 and entity_of_key(key[0]):
                keys.setdefault(key[0].casefold(), []).append(ColumnRef(unique_id, key[0]))
            elif len(key) == 1 and key[0].casefold() == "id" and (rows := entity_of_relation(one.name)):
                keys.setdefault(f"{rows.one.replace(' ', '_')}_id", []).append(ColumnRef(unique_id, key[0]))
    for unique_id, one in evidence.items():
        for name, _ in one.relation.columns:
            # `start_station_id` may refer to the key `station_id`.
            fitting = [ref for key, refs in keys.items() if _ends_with(name.casefold(), key) for ref in refs]
            for target in sorted(fitting, key=lambda ref: _distance(one, evidence[ref.relation], ref, graph)):
                yield ColumnRef(unique_id, name), target, False
    for left, right in _joined(evidence):
        if left.relation in evidence and right.relation in evidence:
            yield left, right, False
            yield right, left, False


def _ends_with(name: str, key: str) -> bool:
    return name == key or name.endswith(f"_{key}")


def _distance(
    own: Evidence, other: Evidence, key: ColumnRef, graph: nx.DiGraph[str]
) -> tuple[bool, bool, bool, bool, bool, int, str]:
    """How far a relation is from being what a reader of `own` would look the key up in: one called after the key, that
    is not made from `own`, of the same layer (marts count as one), made by a model where `own` is, itself."""
    noun = entity_of_key(key.column) or entity_of_relation(other.name)
    called = noun is not None and other.name.lower().endswith((noun.many.replace(" ", "_"), noun.one.replace(" ", "_")))
    return (
        not called,
        own is not other and nx.has_path(graph, own.unique_id, other.unique_id),
        layer_of(own.name) != layer_of(other.name),
        (own.resource_type == "model") != (other.resource_type == "model"),
        own is not other,
        len(other.name),
        other.unique_id,
    )


def layer_of(name: str) -> int:
    """0 for sources and seeds by their prefix, 1 for staging, 2 for intermediate, 3 for what is left: the marts."""
    first = name.lower().split("_")[0]
    layers = {
        "raw": 0,
        "src": 0,
        "source": 0,
        "seed": 0,
        "stg": 1,
        "staging": 1,
        "base": 1,
        "int": 2,
        "intermediate": 2,
    }
    return layers.get(first, 3) if first in LAYERS else 3


def _is_moment(relation: Relation, column: str) -> bool:
    types = {name.casefold(): (kind or "").upper() for name, kind in relation.columns}
    return types.get(column.casefold(), "").startswith(("DATE", "TIME"))


def _is_key(relation: Relation, column: str) -> bool:
    return any(len(key) == 1 and key[0].casefold() == column.casefold() for key in relation.unique_keys)


def _verdict(
    evidence: Mapping[str, Evidence], own: ColumnRef, target: ColumnRef, tested: bool, sandbox: Sandbox | None
) -> Verdict | None:
    here, there = evidence[own.relation], evidence[target.relation]
    if sandbox is None or here.profile is None or there.profile is None:
        return Verdict(VerdictKind.PROVED, "a relationships test says so", basis="relationships") if tested else None
    profile = here.profile.column(own.column)
    if profile is None or profile.rows == profile.nulls or (not tested and profile.distinct < 2):
        return None
    column, key = quoted(own.column), quoted(target.column)
    sql = (
        f"SELECT child.{column} FROM {quoted_relation(here.relation)} AS child "
        f"WHERE child.{column} IS NOT NULL AND NOT EXISTS "
        f"(SELECT 1 FROM {quoted_relation(there.relation)} AS parent WHERE parent.{key} = child.{column}) LIMIT 1"
    )
    try:
        orphans = sandbox.run(sql)
    except WarehouseError:
        return None
    if orphans:
        return None
    return Verdict(VerdictKind.HOLDS, "no value without its parent in the data", basis=sql, where="duckdb")
