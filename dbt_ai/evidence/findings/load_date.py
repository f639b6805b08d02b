"""A date named like a business event that is really the date of loading."""

from __future__ import annotations

from dbt_ai.evidence.findings.names import is_event_date
from dbt_ai.evidence.findings.values import Subject
from dbt_ai.evidence.findings.wording import count
from dbt_ai.evidence.profile.query import name
from dbt_ai.evidence.profile.types import has_date
from dbt_ai.evidence.values import ColumnProfile
from dbt_ai.values import Finding

MIN_ROWS = 100
MIN_ROWS_PER_INSTANT = 20
MAX_DATES = 10
MIN_OTHER_DATES = 30


def load_date(subject: Subject) -> tuple[Finding, ...]:
    """`load-date`: `created_at` has only 3 different moments in 4,000 rows, at least 20 rows each, to the second: it is
    the time of a load, not of the event.

    Of columns named like an event (not like loading, updating or a period), of at least 100 rows. A timestamp: every
    moment is shared by at least 20 rows and is no midnight. A date: at most 10 different ones, none before any other
    event date of its row, which have at least 30 different ones.
    """
    events = [
        column
        for column in subject.columns
        if has_date(column.type)
        and is_event_date(column.name)
        and subject.whole
        and column.rows - column.nulls >= MIN_ROWS
    ]
    found: tuple[Finding, ...] = ()
    for column in events:
        if column.distinct_approximate or column.distinct * MIN_ROWS_PER_INSTANT > column.rows - column.nulls:
            continue
        if column.type.upper().startswith("TIMESTAMP"):
            found += _instants(subject, column)
        elif column.distinct <= MAX_DATES:
            found += _dates(subject, column, [other for other in events if other.distinct >= MIN_OTHER_DATES])
    return found


def _instants(subject: Subject, column: ColumnProfile) -> tuple[Finding, ...]:
    at = name(column.name)
    sql = f"SELECT {at}, count(*) AS n FROM {subject.table} WHERE {at} IS NOT NULL GROUP BY 1"
    ((fewest, midnights),) = subject.rows(
        f"SELECT min(n), count(*) FILTER (WHERE {at} = date_trunc('day', {at})) FROM ({sql})"
    )
    if fewest < MIN_ROWS_PER_INSTANT or midnights:
        return ()
    moments = count(column.distinct, "moment") if column.distinct == 1 else f"{column.distinct:,} different moments"
    sentence = (
        f"`{column.name}` has only {moments} in {count(column.rows - column.nulls, 'row')}, each shared by at least "
        f"{fewest:,} rows to the second: it is the time of a load, not of an event."
    )
    return subject.finding("load-date", (column.name,), sentence, sql, moments=column.distinct, fewest=fewest)


def _dates(subject: Subject, column: ColumnProfile, others: list[ColumnProfile]) -> tuple[Finding, ...]:
    if not others:
        return ()
    at = name(column.name)
    later = " OR ".join(f"{name(other.name)}::DATE > {at}" for other in others)
    sql = (
        f"SELECT {at}, count(*) AS n, count(*) FILTER (WHERE {later}) AS k FROM {subject.table} "
        f"WHERE {at} IS NOT NULL GROUP BY 1"
    )
    ((fewest, before),) = subject.rows(f"SELECT min(n), sum(k) FROM ({sql})")
    if fewest < MIN_ROWS_PER_INSTANT or before:
        return ()
    days = "1 day" if column.distinct == 1 else f"{column.distinct} different days"
    sentence = (
        f"`{column.name}` has only {days} in {count(column.rows - column.nulls, 'row')}, none before any other date of "
        f"its row: it is the date of a load, not of an event."
    )
    return subject.finding("load-date", (column.name,), sentence, sql, moments=column.distinct, fewest=fewest)
