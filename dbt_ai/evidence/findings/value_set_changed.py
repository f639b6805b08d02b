"""A set of values that changed in time."""

from __future__ import annotations

from dataclasses import dataclass

from dbt_ai.evidence.findings.dates import dated, day, time_columns
from dbt_ai.evidence.findings.names import words
from dbt_ai.evidence.findings.values import Subject
from dbt_ai.evidence.findings.wording import listed, shareable
from dbt_ai.evidence.profile.query import name
from dbt_ai.evidence.profile.types import TypeClass, is_whole_number, type_class
from dbt_ai.evidence.values import ColumnProfile
from dbt_ai.values import Finding

MAX_DISTINCT = 20
MAX_COLUMNS = 100  # the first ones of a very wide relation
MIN_ROWS = 20  # of the value, and as many expected where there are none
MIN_SHARE = 0.15
MIN_SHARE_ALONE = 0.3  # where values only go, or only come
MIN_SHARE_OF_STAGES = 0.4  # the newest orders are not yet completed: that is no change of the set
_STAGES = frozenset({"status", "state", "stage", "phase", "step", "lifecycle"})
_TIME_BOUND = frozenset(
    {
        *("campaign", "season", "version", "quarter", "month", "year", "period", "batch", "cohort", "promo", "week"),
        *("promotion", "release", "day", "date", "term", "semester", "edition", "sprint", "fiscal"),
    }
)


@dataclass(frozen=True)
class _Value:
    """One value: its rows, first and last date, and the rows and the share of time without it on either side."""

    text: str
    rows: int
    first: str
    last: str
    before: int
    after: int
    time_before: float
    time_after: float
    total: int

    def ended(self, share: float) -> bool:
        return self._absent(self.after, self.time_after, share)

    def began(self, share: float) -> bool:
        return self._absent(self.before, self.time_before, share)

    def _absent(self, rows: int, time: float, share: float) -> bool:
        expected = self.rows / max(self.total - rows, 1) * rows
        return self.rows >= MIN_ROWS and expected >= MIN_ROWS and rows >= share * self.total and time >= share


def value_set_changed(subject: Subject) -> tuple[Finding, ...]:
    """`value-set-changed`: `channel`: 'web' is not seen after 2023-05-31, 'online' is first seen on 2023-06-01 (by
    `order_date`).

    Columns of 2 to 20 values. A value counts as gone (or new) when it has 20 rows, 20 more were to be expected at its
    own rate where there are none, and that side makes up 15 % of the rows and of the time; 30 % where no value comes
    for one that goes; 40 %, and always both, for columns named like a status, whose newest rows are in other stages
    than the oldest. Campaigns, seasons, versions and periods come and go by nature and are not told, nor is a column of
    which a value both comes and goes.
    """
    dates = time_columns(subject)[:1]
    if not dates or subject.profile.rows < 4 * MIN_ROWS:
        return ()
    found: tuple[Finding, ...] = ()
    for column in [column for column in subject.columns if _is_category(column)][:MAX_COLUMNS]:
        values = _values(subject, column, dates[0])
        stages = bool(set(words(column.name)) & _STAGES)
        share = MIN_SHARE_OF_STAGES if stages else MIN_SHARE
        ended = [value for value in values if value.ended(share)]
        began = [value for value in values if value.began(share)]
        if {value.text for value in ended} & {value.text for value in began}:
            continue
        if not (ended and began):  # a new value alone may be rare or grow out of the rows; it takes more of them
            ended = [value for value in ended if value.ended(MIN_SHARE_ALONE) and not stages]
            began = [value for value in began if value.began(MIN_SHARE_ALONE) and not stages]
        if not (ended or began):
            continue
        gone = _told([v.text for v in ended], column, "not seen after", max((day(v.last) for v in ended), default=""))
        new = _told([v.text for v in began], column, "not seen before", min((day(v.first) for v in began), default=""))
        what = listed([part for part in (gone, new) if part])
        sentence = f"The values of `{column.name}` changed in time (by `{dates[0].name}`): {what}."
        sql = (
            f"SELECT {name(column.name)}, count(*), min({name(dates[0].name)}), max({name(dates[0].name)}) "
            f"FROM {subject.table} GROUP BY 1 ORDER BY 3"
        )
        numbers = {"gone": len(ended), "new": len(began), "values": len(values)}
        found += subject.finding("value-set-changed", (column.name, dates[0].name), sentence, sql, **numbers)
    return found


def _is_category(column: ColumnProfile) -> bool:
    if type_class(column.type) not in (TypeClass.TEXT, TypeClass.OTHER) and not is_whole_number(column.type):
        return False
    return 2 <= column.distinct <= MAX_DISTINCT and not set(words(column.name)) & _TIME_BOUND


def _values(subject: Subject, column: ColumnProfile, date: ColumnProfile) -> list[_Value]:
    quoted, source = name(column.name), f"(SELECT * FROM {dated(subject, date)} WHERE {name(column.name)} IS NOT NULL)"
    sql = f"""
        WITH t AS {source},
        s AS (SELECT {quoted} AS v, count(*) AS n, min(__at) AS lo, max(__at) AS hi FROM t GROUP BY 1)
        SELECT v::VARCHAR, any_value(n), any_value(lo)::VARCHAR, any_value(hi)::VARCHAR,
          count(*) FILTER (WHERE __at < lo), count(*) FILTER (WHERE __at > hi),
          epoch(any_value(lo)) - epoch(min(__at)), epoch(max(__at)) - epoch(any_value(hi)),
          epoch(max(__at)) - epoch(min(__at)), count(*)
        FROM s, t GROUP BY 1 ORDER BY 3, 1
    """
    return [
        _Value(text, n, lo, hi, before, after, time_before / (time or 1), time_after / (time or 1), total)
        for text, n, lo, hi, before, after, time_before, time_after, time, total in subject.rows(sql)
    ]


def _told(values: list[str], column: ColumnProfile, what: str, when: str) -> str:
    if not values:
        return ""
    shown = listed(shareable(values, column)) or (f"{len(values)} values" if len(values) > 1 else "a value")
    return f"{shown} {'is' if len(values) == 1 else 'are'} {what} {when}"
