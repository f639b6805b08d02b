"""Text that holds nothing but numbers, or nothing but dates."""

from __future__ import annotations

from dbt_ai.evidence.findings.names import is_identifier, words
from dbt_ai.evidence.findings.values import MIN_ROWS, Subject
from dbt_ai.evidence.findings.wording import count
from dbt_ai.evidence.profile.query import name
from dbt_ai.evidence.profile.types import TypeClass, type_class
from dbt_ai.values import Finding

MIN_DISTINCT = 10
_NOT_QUANTITIES = frozenset(
    {"zip", "zipcode", "postal", "postcode", "phone", "fax", "mobile", "version", "account", "name"}
)


def text_numbers(subject: Subject) -> tuple[Finding, ...]:
    """`text-numbers`: `price` is text, but all 4,000 values are numbers. `text-dates`: the same of dates.

    Of at least 20 rows and 10 distinct values; ids, codes, postal codes, phone numbers and anything with a leading
    zero are left alone, for they are text on purpose.
    """
    found: tuple[Finding, ...] = ()
    for column in subject.columns:
        filled = column.rows - column.nulls
        if (
            type_class(column.type) is not TypeClass.TEXT
            or not subject.whole
            or filled < MIN_ROWS
            or column.distinct < MIN_DISTINCT
            or is_identifier(column.name)
            or set(words(column.name)) & _NOT_QUANTITIES
            or not (_starts_like_number(column.minimum) and _starts_like_number(column.maximum))
            or (column.max_length or 0) > 40
        ):
            continue
        quoted = name(column.name)
        sql = (
            f"SELECT count({quoted}), count(TRY_CAST({quoted} AS DOUBLE)), count(TRY_CAST({quoted} AS TIMESTAMP)), "
            rf"count(*) FILTER (WHERE regexp_matches({quoted}, '^\s*-?0\d')) FROM {subject.table}"
        )
        ((values, numbers, dates, zeros),) = subject.rows(sql)
        for code, what, hits in (("text-numbers", "numbers", numbers), ("text-dates", "dates", dates)):
            if hits == values and (what == "dates" or not zeros):
                sentence = f"`{column.name}` is text, but all {count(values, 'value')} of it are {what}."
                found += subject.finding(code, (column.name,), sentence, sql, values=values)
                break
    return found


def _starts_like_number(value: str | None) -> bool:
    return bool(value) and (value or "").lstrip()[:1] in tuple("-+.0123456789")
