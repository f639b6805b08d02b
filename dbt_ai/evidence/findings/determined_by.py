"""A column whose value follows from another's."""

from __future__ import annotations

from dbt_ai.evidence.findings.names import is_identifier, referred_thing, words
from dbt_ai.evidence.findings.values import Subject
from dbt_ai.evidence.findings.wording import count
from dbt_ai.evidence.profile.query import name
from dbt_ai.evidence.profile.types import TypeClass, is_whole_number, type_class
from dbt_ai.evidence.values import ColumnProfile
from dbt_ai.values import Finding

MIN_ROWS = 50
MIN_ROWS_PER_VALUE = 10
MAX_DISTINCT = 200
MAX_COLUMNS = 15
MAX_TOLD = 5
_NAMING = frozenset({"status", "type", "kind", "class", "category", "level", "state", "flag", "group", "grade", "tier"})


def determined_by(subject: Subject) -> tuple[Finding, ...]:
    """`determined-by`: `status_name` follows from `status_code`: each of the 5 codes has one name, and the reverse.

    Looks at text, boolean and whole number columns of 2 to 200 values, of at least 50 rows and 10 rows a value on
    average, so that it is no accident; at least two of the determined values must each be backed by a determining value
    of 5 rows or more. What the SQL derives from the same source is no news. Where A gives B and B gives C, A gives C is
    left out, and so is what a foreign key brings with it. No more than 5 are told.
    """
    if not subject.whole or subject.profile.rows < MIN_ROWS:
        return ()
    columns = [column for column in subject.columns if _is_category(column)][:MAX_COLUMNS]
    determines: dict[str, dict[str, int]] = {}
    for source in columns:
        others = [c for c in columns if c is not source and 2 <= c.distinct <= source.distinct]
        others = [c for c in others if not _same_source(subject, source, c)]
        if others:
            determines[source.name] = _determined(subject, source, others)
    kept = [
        (source, target)
        for source, targets in determines.items()
        for target in targets
        if not any(
            target in determines.get(middle, {}) and source not in determines.get(middle, {})
            for middle in targets
            if middle != target
        )
    ]
    found: tuple[Finding, ...] = ()
    told: set[frozenset[str]] = set()
    told_by: set[tuple[str, str]] = set()
    by_name = {column.name: column for column in columns}
    for source_name, target_name in sorted(kept, key=lambda pair: pair[::-1] not in kept):
        pair = frozenset((source_name, target_name))
        both = (target_name, source_name) in kept
        if pair in told or len(found) == MAX_TOLD or (referred_thing(source_name) and not both):
            continue  # that a station's zone follows from its id needs no telling
        same = {t for s, t in kept if s == source_name and (t, s) in kept}
        if not both and any((other, target_name) in told_by for other in same):
            continue  # what follows from the code follows from its label too
        told_by.add((source_name, target_name))
        told.add(pair)
        sentence = (
            f"`{target_name}` follows from `{source_name}`: each of its {by_name[source_name].distinct:,} values goes "
            f"with one value of `{target_name}`{', and the reverse' if both else ''} "
            f"({count(subject.profile.rows, 'row')})."
        )
        sql = (
            f"SELECT {name(source_name)} FROM {subject.table} WHERE {name(source_name)} IS NOT NULL "
            f"GROUP BY 1 HAVING count(DISTINCT {name(target_name)}) > 1"
        )
        numbers = {"values": by_name[source_name].distinct, "targets": by_name[target_name].distinct, "reverse": both}
        found += subject.finding("determined-by", (target_name, source_name), sentence, sql, **numbers)
    return found


def _is_category(column: ColumnProfile) -> bool:
    kind = type_class(column.type)
    if kind is TypeClass.TEXT and not is_identifier(column.name) and _is_number(column.minimum):
        return False  # measures that came as text
    if kind not in (TypeClass.TEXT, TypeClass.BOOLEAN) and not (is_whole_number(column.type) and _names(column)):
        return False
    filled = column.rows - column.nulls
    return 2 <= column.distinct <= MAX_DISTINCT and filled >= MIN_ROWS_PER_VALUE * column.distinct


def _names(column: ColumnProfile) -> bool:
    """Whether a number names something rather than measures it."""
    return is_identifier(column.name) or bool(set(words(column.name)) & _NAMING)


def _is_number(value: str | None) -> bool:
    try:
        float(value or "")
    except ValueError:
        return False
    return True


def _determined(subject: Subject, source: ColumnProfile, others: list[ColumnProfile]) -> dict[str, int]:
    """The columns among `others` that have one value for each value of `source`."""
    # A value beside NULL is two values.
    inner = ", ".join(
        f"count(DISTINCT {column}) + (count({column}) BETWEEN 1 AND count(*) - 1)::INT AS d{i}, "
        f"min({column}::VARCHAR) AS v{i}"
        for i, column in enumerate(name(other.name) for other in others)
    )
    outer = ", ".join(f"max(d{i}), count(DISTINCT v{i}) FILTER (WHERE n >= 5)" for i in range(len(others)))
    (row,) = subject.rows(
        f"SELECT {outer} FROM (SELECT count(*) AS n, {inner} FROM {subject.table} "
        f"WHERE {name(source.name)} IS NOT NULL GROUP BY {name(source.name)})"
    )
    return {column.name: row[2 * i + 1] for i, column in enumerate(others) if row[2 * i] == 1 and row[2 * i + 1] >= 2}


def _same_source(subject: Subject, first: ColumnProfile, second: ColumnProfile) -> bool:
    """Whether the SQL makes one from what the other is made from."""
    if subject.facts is None:
        return False
    left, right = subject.facts.column(first.name), subject.facts.column(second.name)
    return bool(left and right and left.sources and right.sources and set(left.sources) & set(right.sources))
