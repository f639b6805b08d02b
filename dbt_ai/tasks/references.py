"""Columns whose values are keys of another relation: by a test, by a join, or by name, and each shown by the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dbt_ai.checks.sandbox import Sandbox
from dbt_ai.errors import WarehouseError
from dbt_ai.evidence.values import Evidence
from dbt_ai.sql.names import quoted, quoted_relation
from dbt_ai.sql.values import ColumnRef, Relation
from dbt_ai.tasks.derived.entities import LAYERS, entity_of_key, entity_of_relation
from dbt_ai.values import Verdict, VerdictKind


def references_of(
    evidence: Mapping[str, Evidence], sandbox: Sandbox | None
) -> dict[tuple[str, str], tuple[ColumnRef, Verdict]]:
    """What each column refers to, by (unique_id, column in lower case).

    A relationships test is believed where there is no data; every other candidate needs data without an orphan.
    A column that is itself a key of its relation refers to nothing: it is what others refer to.
    """
    found: dict[tuple[str, str], tuple[ColumnRef, Verdict]] = {}
    for own, target, tested in _candidates(evidence):
        key = (own.relation, own.column.casefold())
        if key in found or own.relation == target.relation:
            continue
        here, there = evidence[own.relation].relation, evidence[target.relation].relation
        if _is_key(here, own.column) or not _is_key(there, target.column):
            continue
        verdict = _verdict(evidence, own, target, tested, sandbox)
        if verdict is not None:
            found[key] = (target, verdict)
    return found


def _candidates(evidence: Mapping[str, Evidence]) -> Iterator[tuple[ColumnRef, ColumnRef, bool]]:
    for unique_id, one in evidence.items():
        for foreign_key in one.relation.foreign_keys:
            if len(foreign_key.columns) == 1 and foreign_key.references[0].relation in evidence:
                yield ColumnRef(unique_id, foreign_key.columns[0]), foreign_key.references[0], True
    by_name = list(_by_name(evidence))
    yield from (
        pair for pair in by_name if _layer(evidence[pair[0].relation].name) == _layer(evidence[pair[1].relation].name)
    )
    for one in evidence.values():
        for join in one.facts.joins if one.facts else ():
            for pair in (join.on, tuple((right, left) for left, right in join.on)):
                for left, right in pair:
                    if left and right and left.relation in evidence and right.relation in evidence:
                        yield left, right, False
    yield from by_name


def _by_name(evidence: Mapping[str, Evidence]) -> Iterator[tuple[ColumnRef, ColumnRef, bool]]:
    """`customer_id` refers to the relation whose key is `customer_id`; one of the same layer before others."""
    keys: dict[str, list[ColumnRef]] = {}
    for unique_id, one in evidence.items():
        for key in one.relation.unique_keys:
            if len(key) == 1 and entity_of_key(key[0]):
                keys.setdefault(key[0].casefold(), []).append(ColumnRef(unique_id, key[0]))
            elif len(key) == 1 and key[0].casefold() == "id" and (rows := entity_of_relation(one.name)):
                keys.setdefault(f"{rows.one.replace(' ', '_')}_id", []).append(ColumnRef(unique_id, key[0]))
    for unique_id, one in evidence.items():
        for name, _ in one.relation.columns:
            targets = keys.get(name.casefold(), [])
            layer = _layer(one.name)
            # dim_customers has the key, and so may a table of figures per customer: the closest name is what is meant.
            for target in sorted(targets, key=lambda ref: _distance(evidence[ref.relation], layer, name)):
                yield ColumnRef(unique_id, name), target, False


def _distance(one: Evidence, layer: str, key: str) -> tuple[bool, bool, int, str]:
    noun = entity_of_key(key)
    names = one.name.lower().endswith((noun.many.replace(" ", "_"), noun.one.replace(" ", "_"))) if noun else False
    return (not names, _layer(one.name) != layer, len(one.name), one.name)


def _layer(name: str) -> str:
    """The layer prefix of a relation's name ("stg"), "" for one without (a mart, as dbt projects name them)."""
    first = name.lower().split("_")[0]
    return first if first in LAYERS else ""


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
