"""A column that is filled only before, or only since, some date."""

from __future__ import annotations

from dataclasses import dataclass

from dbt_ai.evidence.findings.dates import dated, day, time_columns
from dbt_ai.evidence.findings.values import Subject
from dbt_ai.evidence.profile.query import name
from dbt_ai.evidence.profile.types import has_date
from dbt_ai.evidence.values import ColumnProfile
from dbt_ai.values import Finding

MIN_ROWS_EMPTY = 20
MIN_SHARE_OF_ROWS = 0.05
MIN_SHARE_OF_TIME = 0.1
MIN_SHARE_OF_TIME_FOR_DATES = 0.25  # a date of delivery is empty for the newest orders as a matter of course
MIN_FILLED = 0.5
_CHUNK = 100


@dataclass(frozen=True)
class _Period:
    """Rows on one side of the last (or first) filled row of a column: how many, and how much of the time."""

    at: str
    empty_rows: int
    empty_time: float
    rows: int
    filled: int

    def tells(self, column: ColumnProfile) -> bool:
        time = MIN_SHARE_OF_TIME_FOR_DATES if has_date(column.type) else MIN_SHARE_OF_TIME
        total = self.rows + self.empty_rows
        return (
            self.empty_rows >= max(MIN_ROWS_EMPTY, MIN_SHARE_OF_ROWS * total)
            and self.empty_time >= time
            and self.rows >= MIN_ROWS_EMPTY
            and self.filled >= MIN_FILLED * self.rows
        )


def nulls_since(subject: Subject) -> tuple[Finding, ...]:
    """`nulls-since`: `referrer` is always NULL after 2023-05-31 (by `order_date`): in 812 rows; up to then it is filled
    in 96 % of 2,100 rows. `nulls-until`: the reverse.

    The empty side must have at least 20 rows, 5 % of all rows and 10 % of the time (25 % for dates, which are filled
    late); the other side at least 20 rows, at least half of them filled.
    """
    nullable = [column for column in subject.columns if 0 < column.nulls < column.rows]
    found: dict[str, tuple[Finding, ...]] = {}
    for date in time_columns(subject):
        wanted = [column for column in nullable if column.name != date.name and column.name not in found]
        for start in range(0, len(wanted), _CHUNK):
            chunk = wanted[start : start + _CHUNK]
            for column, (ended, began) in zip(chunk, _periods(subject, date, chunk), strict=True):
                if ended.tells(column):
                    found[column.name] = _told(subject, column, date, ended, since=True)
                elif began.tells(column):
                    found[column.name] = _told(subject, column, date, began, since=False)
    return tuple(finding for findings in found.values() for finding in findings)


def _periods(subject: Subject, date: ColumnProfile, columns: list[ColumnProfile]) -> list[tuple[_Period, _Period]]:
    source = dated(subject, date)
    bounds = ", ".join(
        f"max(__at) FILTER (WHERE {name(c.name)} IS NOT NULL) AS hi{i}, "
        f"min(__at) FILTER (WHERE {name(c.name)} IS NOT NULL) AS lo{i}"
        for i, c in enumerate(columns)
    )
    asked = ", ".join(
        f"any_value(hi{i})::VARCHAR, count(*) FILTER (WHERE __at > hi{i}), "
        f"epoch(max(__at)) - epoch(any_value(hi{i})), "
        f"any_value(lo{i})::VARCHAR, count(*) FILTER (WHERE __at < lo{i}), "
        f"epoch(any_value(lo{i})) - epoch(min(__at)), count({name(c.name)})"
        for i, c in enumerate(columns)
    )
    (row,) = subject.rows(
        f"SELECT count(*), epoch(max(__at)) - epoch(min(__at)), {asked} "
        f"FROM {source} AS t, (SELECT {bounds} FROM {source} AS u) AS b"
    )
    total, time = row[0], row[1] or 1
    periods = []
    for i in range(len(columns)):
        hi, after, after_time, lo, before, before_time, filled = row[2 + 7 * i : 9 + 7 * i]
        periods.append(
            (
                _Period(hi or "", after, (after_time or 0) / time, total - after, filled),
                _Period(lo or "", before, (before_time or 0) / time, total - before, filled),
            )
        )
    return periods


def _told(
    subject: Subject, column: ColumnProfile, date: ColumnProfile, period: _Period, since: bool
) -> tuple[Finding, ...]:
    side, other = ("after", "up to then") if since else ("before", "since then")
    share = 100 * period.filled / period.rows
    sentence = (
        f"`{column.name}` is always NULL {side} {day(period.at)} (by `{date.name}`): in {period.empty_rows:,} rows; "
        f"{other} it is filled in {share:.0f} % of {period.rows:,} rows."
    )
    sql = (
        f"SELECT date_trunc('month', {name(date.name)}) AS month, count(*), count({name(column.name)}) "
        f"FROM {subject.table} GROUP BY 1 ORDER BY 1"
    )
    numbers = {"empty_rows": period.empty_rows, "filled": period.filled, "rows": period.rows, "date": day(period.at)}
    code = "nulls-since" if since else "nulls-until"
    return subject.finding(code, (column.name, date.name), sentence, sql, **numbers)
