"""A value that stands for a missing one."""

from __future__ import annotations

from dbt_ai.evidence.findings.values import MIN_ROWS, Subject
from dbt_ai.evidence.findings.wording import count
from dbt_ai.evidence.profile.query import name, text
from dbt_ai.evidence.profile.types import TypeClass, has_date, type_class
from dbt_ai.evidence.values import ColumnProfile
from dbt_ai.values import Finding

MIN_HITS = 5
MAX_SHARE = 0.9
_WORDS = ("", "n/a", "n.a.", "null", "(null)", "<null>", "nan", "#n/a", "undefined", "missing", "--", "?")
_LOW = ("-1", "-9", "-99", "-999", "-9999", "-99999")
_HIGH = ("999", "9999", "99999", "999999", "9999999", "99999999", "999999999")
_FIRST_DATES = ("0001-01-01", "1900-01-01", "1899-12-30", "1970-01-01")
_LAST_DATES = ("9999-12-31", "9999-01-01", "2999-12-31", "2099-12-31", "2100-01-01")


def sentinel(subject: Subject) -> tuple[Finding, ...]:
    """`sentinel`: `age` is -1 in 40 of 4,000 rows, which stands for a missing value: all others are from 18 to 97.

    Words such as 'N/A' and the empty text; -1, -999 and the like where nothing else is negative; 9999 and the like
    where all others are below a tenth of it; 1900-01-01, 1970-01-01 and 9999-12-31 where no other date is within ten
    years. At least 5 rows, and at most nine tenths of them.
    """
    found: tuple[Finding, ...] = ()
    for column in subject.columns:
        if column.rows - column.nulls < MIN_ROWS or column.minimum is None or column.maximum is None:
            continue
        kind = type_class(column.type)
        if kind is TypeClass.TEXT:
            found += _word(subject, column)
        elif kind is TypeClass.NUMBER:
            found += _number(subject, column)
        elif has_date(column.type):
            found += _date(subject, column)
    return found


def _word(subject: Subject, column: ColumnProfile) -> tuple[Finding, ...]:
    quoted = f"lower(trim({name(column.name)}))"
    sql = (
        f"SELECT {quoted} AS value, count(*) AS n FROM {subject.table} "
        f"WHERE {quoted} IN ({', '.join(map(text, _WORDS))}) GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    hits = subject.rows(sql)
    rows = sum(n for _, n in hits)
    filled = column.rows - column.nulls
    if rows < MIN_HITS or rows > MAX_SHARE * filled or not hits:
        return ()
    what = " or ".join("empty text" if value == "" else f"'{value}'" for value, _ in hits[:3])
    sentence = f"`{column.name}` is {what} in {count(rows, 'row')}, which stands for a missing value."
    return subject.finding("sentinel", (column.name,), sentence, sql, rows=rows)


def _number(subject: Subject, column: ColumnProfile) -> tuple[Finding, ...]:
    quoted = name(column.name)
    for value in (_canonical(column.minimum), _canonical(column.maximum)):
        low, high = value in _LOW, value in _HIGH
        if not (low or high) or column.distinct < 3:
            continue
        sql = (
            f"SELECT count(*) FILTER (WHERE {quoted} = {value}), count({quoted}), "
            f"min({quoted}) FILTER (WHERE {quoted} <> {value})::DOUBLE, "
            f"max({quoted}) FILTER (WHERE {quoted} <> {value})::DOUBLE FROM {subject.table}"
        )
        ((hits, filled, least, most),) = subject.rows(sql)
        apart = least is not None and (least >= 0 if low else most <= float(value) / 10 and most > 0)
        # A count that goes from -1 to 3 is a rank or a rating: the others must reach further.
        if hits >= MIN_HITS and hits <= MAX_SHARE * filled and apart and most >= 10:
            sentence = (
                f"`{column.name}` is {value} in {hits:,} of {count(filled, 'row')}, which stands for a missing value: "
                f"all others are {'not negative' if low else 'less than a tenth of it'}."
            )
            return subject.finding("sentinel", (column.name,), sentence, sql, rows=hits, value=value)
    return ()


def _date(subject: Subject, column: ColumnProfile) -> tuple[Finding, ...]:
    quoted = name(column.name)
    for bound, candidates in ((column.minimum, _FIRST_DATES), (column.maximum, _LAST_DATES)):
        value = (bound or "")[:10]
        if value not in candidates or column.distinct < 3:
            continue
        sql = (
            f"SELECT count(*) FILTER (WHERE {quoted}::DATE = DATE '{value}'), count({quoted}), "
            f"min(abs(date_diff('year', {quoted}::DATE, DATE '{value}'))) "
            f"FILTER (WHERE {quoted}::DATE <> DATE '{value}') FROM {subject.table} WHERE isfinite({quoted}::DATE)"
        )
        ((hits, filled, years),) = subject.rows(sql)
        if hits >= MIN_HITS and hits <= MAX_SHARE * filled and years is not None and years >= 10:
            sentence = f"`{column.name}` is {value} in {hits:,} of {count(filled, 'row')}, which stands for no date."
            return subject.finding("sentinel", (column.name,), sentence, sql, rows=hits, value=value)
    return ()


def _canonical(value: str | None) -> str:
    whole, _, fraction = (value or "").partition(".")
    return whole if not fraction.strip("0") else value or ""
