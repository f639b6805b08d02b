"""Two columns that say the same."""

from __future__ import annotations

from itertools import combinations, islice

from dbt_ai.evidence.findings.values import MIN_ROWS, Subject
from dbt_ai.evidence.findings.wording import count
from dbt_ai.evidence.profile.query import name
from dbt_ai.evidence.profile.types import TypeClass, type_class
from dbt_ai.evidence.values import ColumnProfile
from dbt_ai.values import Finding

MAX_PAIRS = 50
MIN_OF_TWO = 10  # rows of the rarer value, where there are only two


def always_equal(subject: Subject) -> tuple[Finding, ...]:
    """`always-equal`: `billing_country` equals `country` in all 4,000 rows.

    Of at least 20 rows with at least 3 distinct values, or two of which the rarer one has at least 10 rows. Columns
    that the SQL makes from the same expression are equal by design and not told.
    """
    if not subject.whole or subject.profile.rows < MIN_ROWS:
        return ()
    alike: dict[tuple[TypeClass, int], list[ColumnProfile]] = {}
    for column in subject.columns:
        if _telling(column):
            alike.setdefault((type_class(column.type), column.nulls), []).append(column)
    pairs = (pair for columns in alike.values() for pair in combinations(columns, 2))
    pairs = (pair for pair in pairs if _look_alike(*pair) and not _same_by_design(subject, *pair))
    candidates = list(islice(pairs, MAX_PAIRS))
    if not candidates:
        return ()
    asked = ", ".join(f"count(*) FILTER (WHERE {name(a.name)} IS DISTINCT FROM {name(b.name)})" for a, b in candidates)
    (different,) = subject.rows(f"SELECT {asked} FROM {subject.table}")
    found: tuple[Finding, ...] = ()
    told: set[str] = set()
    for (first, second), rows in zip(candidates, different, strict=True):
        if rows or second.name in told:  # of three equal columns two pairs say it all
            continue
        told.add(second.name)
        sql = f"SELECT count(*) FROM {subject.table} WHERE {name(first.name)} IS DISTINCT FROM {name(second.name)}"
        sentence = f"`{second.name}` equals `{first.name}` in all {count(first.rows, 'row')}."
        found += subject.finding("always-equal", (second.name, first.name), sentence, sql, rows=first.rows)
    return found


def _telling(column: ColumnProfile) -> bool:
    if type_class(column.type) is TypeClass.OPAQUE or column.rows - column.nulls < MIN_ROWS or column.distinct < 2:
        return False
    return column.distinct > 2 or min((n for _, n in column.top_values), default=0) >= MIN_OF_TWO


def _look_alike(first: ColumnProfile, second: ColumnProfile) -> bool:
    if not first.distinct_approximate and not second.distinct_approximate and first.distinct != second.distinct:
        return False
    return first.type != second.type or (first.minimum, first.maximum) == (second.minimum, second.maximum)


def _same_by_design(subject: Subject, first: ColumnProfile, second: ColumnProfile) -> bool:
    if subject.facts is None:
        return False
    left, right = subject.facts.column(first.name), subject.facts.column(second.name)
    return bool(left and right and left.sql == right.sql)
