"""Negative values where the name speaks of an amount."""

from __future__ import annotations

from dbt_ai.evidence.findings.names import is_amount
from dbt_ai.evidence.findings.values import MIN_ROWS, Subject
from dbt_ai.evidence.findings.wording import count
from dbt_ai.evidence.profile.query import name
from dbt_ai.evidence.profile.types import TypeClass, type_class
from dbt_ai.values import Finding

MAX_SHARE = 0.2  # more negative values than that are the column's nature


def negative_amount(subject: Subject) -> tuple[Finding, ...]:
    """`negative-amount`: `amount` is negative in 23 of 4,000 rows.

    Columns named like an amount, a price or a quantity (not like a balance, a change or a refund), of at least 20
    values of which at most a fifth is negative.
    """
    found: tuple[Finding, ...] = ()
    for column in subject.columns:
        if type_class(column.type) is not TypeClass.NUMBER or not is_amount(column.name):
            continue
        if column.minimum is None or not column.minimum.startswith("-"):
            continue
        sql = f"SELECT count(*) FILTER (WHERE {name(column.name)} < 0), count({name(column.name)}) FROM {subject.table}"
        ((negative, filled),) = subject.rows(sql)
        if filled < MIN_ROWS or not 0 < negative <= MAX_SHARE * filled:
            continue
        sentence = f"`{column.name}` is negative in {negative:,} of {count(filled, 'row')}."
        found += subject.finding("negative-amount", (column.name,), sentence, sql, negative=negative, rows=filled)
    return found
