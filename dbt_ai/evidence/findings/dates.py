"""The date columns by which the rows of a relation can be put in time."""

from __future__ import annotations

from dbt_ai.evidence.findings.names import is_event_date
from dbt_ai.evidence.findings.values import Subject
from dbt_ai.evidence.profile.query import name
from dbt_ai.evidence.profile.types import has_date
from dbt_ai.evidence.values import ColumnProfile

MIN_DISTINCT = 10
MAX_NULLS = 0.05
MAX_COLUMNS = 2


def time_columns(subject: Subject) -> list[ColumnProfile]:
    """At most two dates or timestamps with at least 10 distinct values and nearly no NULL, those of events first."""
    fit = [
        column
        for column in subject.columns
        if has_date(column.type) and column.distinct >= MIN_DISTINCT and column.nulls <= MAX_NULLS * column.rows
    ]
    return sorted(fit, key=lambda column: not is_event_date(column.name))[:MAX_COLUMNS]


def day(moment: str) -> str:
    """The date of a moment as DuckDB writes it.

    >>> day("2024-03-01 12:00:00+00")
    '2024-03-01'
    """
    return moment[:10]


def dated(subject: Subject, date: ColumnProfile) -> str:
    """A FROM clause: the rows that have a finite date, with it as `__at`."""
    at = name(date.name)
    return f"(SELECT *, {at} AS __at FROM {subject.table} WHERE {at} IS NOT NULL AND isfinite({at}))"
