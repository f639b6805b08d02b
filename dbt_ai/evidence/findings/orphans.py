"""Values of a foreign key that have no row in the relation they refer to."""

from __future__ import annotations

from dataclasses import dataclass

from dbt_ai.evidence.findings.names import is_own_id, referred_thing, thing, words
from dbt_ai.evidence.findings.values import MIN_ROWS, Subject
from dbt_ai.evidence.findings.wording import count
from dbt_ai.evidence.profile.query import name, table
from dbt_ai.evidence.profile.types import type_class
from dbt_ai.evidence.values import ColumnProfile
from dbt_ai.sql.values import ColumnRef, same_name
from dbt_ai.values import Finding

MAX_SHARE = 0.5  # with more values missing it is not the parent, unless somebody said so
MIN_PARENTS = 10
MAX_CANDIDATES = 6
MAX_ROWS = 20_000_000


@dataclass(frozen=True)
class _Candidate:
    """A column that may refer to `parent`; `declared` when a test or a constraint says so."""

    column: str
    parent: ColumnRef
    declared: bool


@dataclass(frozen=True)
class _Counted:
    """What counting showed: values without a parent, their rows, and all values."""

    candidate: _Candidate
    sql: str
    values: int
    rows: int
    of_values: int


def orphans(subject: Subject) -> tuple[Finding, ...]:
    """`orphans`: 17 of 1,200 values of `customer_id` (25 rows) are not in customers.customer_id.

    Candidates are foreign keys that a test or a constraint declares, join conditions of the project's SQL, and columns
    named like the id of another relation that is unique there. For what is not declared: at least 20 rows and 10
    parents, and at most half of the values missing; where one of several possible parents has them all, nothing is
    told, and else only the parent that misses the fewest.
    """
    if subject.profile.rows > MAX_ROWS:
        return ()
    by_column: dict[str, list[_Candidate]] = {}
    for candidate in (*_declared(subject), *_joined(subject), *_named(subject)):
        known = by_column.setdefault(candidate.column.casefold(), [])
        if all(candidate.parent != other.parent for other in known):
            known.append(candidate)
    found: tuple[Finding, ...] = ()
    for candidates in by_column.values():
        counted = [c for candidate in candidates[:MAX_CANDIDATES] if (c := _count(subject, candidate)) is not None]
        declared = [c for c in counted if c.candidate.declared]
        guessed = [c for c in counted if not c.candidate.declared]
        if guessed and not declared:
            best = min(guessed, key=lambda c: (c.values, len(_name_of_parent(subject, c)), _name_of_parent(subject, c)))
            guessed = [best] if best.values <= MAX_SHARE * best.of_values else []
        for hit in declared or guessed:
            if hit.values:
                found += _told(subject, hit)
    return found


def _declared(subject: Subject) -> list[_Candidate]:
    return [
        _Candidate(key.columns[0], key.references[0], True)
        for key in subject.relation.foreign_keys
        if len(key.columns) == 1
    ]


def _joined(subject: Subject) -> list[_Candidate]:
    own = subject.relation.key
    candidates = []
    for facts in subject.context.facts.values():
        for join in facts.joins:
            if len(join.on) != 1:
                continue
            ((left, right),) = join.on
            for child, parent in ((left, right), (right, left)):
                if child and parent and child.relation == own and parent.relation != own:
                    candidates.append(_Candidate(child.column, parent, False))
    return [c for c in candidates if not _unique_here(subject, c.column) and _unique_there(subject, c.parent)]


def _named(subject: Subject) -> list[_Candidate]:
    candidates = []
    for column in subject.columns:
        referred = referred_thing(column.name)
        if referred is None or is_own_id(column.name, subject.relation.parts[2]) or column.unique:
            continue
        for key, profile in subject.context.profiles.items():
            relation = subject.context.relations.get(key)
            if key == subject.relation.key or relation is None or thing(relation.parts[2]) != referred:
                continue
            for other in profile.columns:
                ref = ColumnRef(key, other.name)
                alike = words(other.name) in (("id",), words(column.name))
                if alike and type_class(other.type) is type_class(column.type) and _unique_there(subject, ref):
                    candidates.append(_Candidate(column.name, ref, False))
    return candidates


def _unique_here(subject: Subject, column: str) -> bool:
    profile = subject.profile.column(column)
    return profile is None or profile.unique


def _unique_there(subject: Subject, ref: ColumnRef) -> bool:
    profile = subject.context.profiles.get(ref.relation)
    column = profile.column(ref.column) if profile else None
    return bool(profile and column and profile.rows >= MIN_PARENTS and column.unique)


def _count(subject: Subject, candidate: _Candidate) -> _Counted | None:
    """None where it cannot be counted: no such relation, an empty one, other types, too few rows."""
    parent = subject.context.relations.get(candidate.parent.relation)
    parent_profile = subject.context.profiles.get(candidate.parent.relation)
    column = subject.profile.column(candidate.column)
    other = parent_profile.column(candidate.parent.column) if parent_profile else None
    if parent is None or parent_profile is None or column is None or other is None or parent_profile.rows > MAX_ROWS:
        return None
    if not _comparable(column, other) or not parent_profile.rows:
        return None
    if not candidate.declared and column.rows - column.nulls < MIN_ROWS:
        return None
    child, key = f"c.{name(column.name)}", f"p.{name(other.name)}"
    sql = (
        f"SELECT {child}, count(*) AS n FROM {subject.table} AS c WHERE {child} IS NOT NULL AND NOT EXISTS "
        f"(SELECT 1 FROM {table(parent)} AS p WHERE {key} = {child}) GROUP BY 1"
    )
    ((values, rows),) = subject.rows(f"SELECT count(*), coalesce(sum(n), 0) FROM ({sql})")
    return _Counted(candidate, sql, values, int(rows), max(column.distinct, values))


def _name_of_parent(subject: Subject, counted: _Counted) -> str:
    return subject.context.relations[counted.candidate.parent.relation].parts[2]


def _comparable(child: ColumnProfile, parent: ColumnProfile) -> bool:
    return type_class(child.type) is type_class(parent.type)


def _told(subject: Subject, hit: _Counted) -> tuple[Finding, ...]:
    parent = subject.context.relations[hit.candidate.parent.relation]
    column = next(c.name for c in subject.columns if same_name(c.name, hit.candidate.column))
    verb = "is" if hit.values == 1 else "are"
    sentence = (
        f"{hit.values:,} of {count(hit.of_values, 'value')} of `{column}` ({count(hit.rows, 'row')}) {verb} not in "
        f"{parent.parts[2]}.{hit.candidate.parent.column}."
    )
    numbers = {"values": hit.values, "rows": hit.rows, "of_values": hit.of_values}
    return subject.finding("orphans", (column,), sentence, hit.sql, **numbers, parent=hit.candidate.parent.relation)
