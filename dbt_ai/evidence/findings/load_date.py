"""A date named like a business event that is really the date of loading."""

from __future__ import annotations

from dbt_ai.evidence.findings.names import is_birth_date, is_event_date
from dbt_ai.evidence.findings.values import Subject
from dbt_ai.evidence.findings.wording import count
from dbt_ai.evidence.profile.query import name
from dbt_ai.evidence.profile.types import has_date
from dbt_ai.evidence.values import ColumnProfile
from dbt_ai.values import Finding

MIN_ROWS = 100
MIN_ROWS_PER_INSTANT = 20
MIN_ROWS_PER_DAY = 5
MAX_DAYS = 0.1  # days with rows, of all days from the first to the last: batches are rare
MIN_OTHER_DATES = 30
MIN_BOTH = 0.9


def load_date(subject: Subject) -> tuple[Finding, ...]:
    """`load-date`: `created_at` has only 3 different moments in 4,000 rows, each shared by at least 20 rows to the
    second: it is the time of a load, not of an event.

    Of columns named like an event (not like loading, updating or a period), of at least 100 rows. A timestamp: every
    moment is shared by at least 20 rows and none is a midnight. A day, of a column named like a beginning: at least 5
    rows each, on at most a tenth of the days between the first and the last, never before another event date of the
    same row which has at least 30 different ones and 5 times as many.
    """
    events = [
        column
        for column in subject.columns
        if has_date(column.type)
        and is_event_date(column.name)
        and subject.whole
        and not column.distinct_approximate
        and column.rows - column.nulls >= MIN_ROWS
    ]
    found: tuple[Finding, ...] = ()
    for column in events:
        told: tuple[Finding, ...] = ()
        filled = column.rows - column.nulls
        if column.type.upper().startswith("TIMESTAMP") and column.distinct * MIN_ROWS_PER_INSTANT <= filled:
            told = _instants(subject, column)
        if not told and is_birth_date(column.name) and column.distinct * MIN_ROWS_PER_DAY <= filled:
            told = _days(subject, column, [other for other in events if _finer(other, column)])
        found += told
    return found


def _finer(other: ColumnProfile, column: ColumnProfile) -> bool:
    return other.distinct >= max(MIN_OTHER_DATES, 5 * column.distinct)


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


def _days(subject: Subject, column: ColumnProfile, others: list[ColumnProfile]) -> tuple[Finding, ...]:
    if not others:
        return ()
    at = name(column.name)
    asked = ", ".join(
        f"count({name(o.name)}) AS both{i}, count(*) FILTER (WHERE {name(o.name)}::DATE > {at}::DATE) AS after{i}"
        for i, o in enumerate(others)
    )
    sql = f"SELECT {at}::DATE AS day, count(*) AS n, {asked} FROM {subject.table} WHERE {at} IS NOT NULL GROUP BY 1"
    sums = ", ".join(f"sum(both{i}), sum(after{i})" for i in range(len(others)))
    (row,) = subject.rows(f"SELECT count(*), min(n), sum(n), date_diff('day', min(day), max(day)), {sums} FROM ({sql})")
    days, fewest, filled, span = row[:4]
    earlier = [
        other.name for i, other in enumerate(others) if row[4 + 2 * i] >= MIN_BOTH * filled and not row[5 + 2 * i]
    ]
    if fewest < MIN_ROWS_PER_DAY or not earlier or (days > 1 and days - 1 > MAX_DAYS * span):
        return ()
    sentence = (
        f"`{column.name}` has only {count(days, 'different day')} in {count(int(filled), 'row')}, each shared by at "
        f"least {fewest:,} rows and never before `{earlier[0]}`: it is the date of a load, not of an event."
    )
    return subject.finding("load-date", (column.name, earlier[0]), sentence, sql, moments=days, fewest=fewest)
