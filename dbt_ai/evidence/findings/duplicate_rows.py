"""Rows that are copies of other rows in every column."""

from __future__ import annotations

from dbt_ai.evidence.findings.values import MIN_ROWS, Subject
from dbt_ai.evidence.findings.wording import count
from dbt_ai.evidence.profile.query import name
from dbt_ai.evidence.profile.types import TypeClass, type_class
from dbt_ai.values import Finding

MAX_ROWS = 5_000_000


def duplicate_rows(subject: Subject) -> tuple[Finding, ...]:
    """`duplicate-rows`: 14 of 4,000 rows are exact copies of another row.

    Of at least 20 and at most 5 million rows and at least 3 columns, where no column is unique. When more than half of
    the rows are copies the relation simply has no identity, and nothing is told.
    """
    rows = subject.profile.rows
    if not MIN_ROWS <= rows <= MAX_ROWS or len(subject.columns) < 3 or len(subject.columns) > 500:
        return ()
    if any(column.rows and column.nulls == 0 and column.unique for column in subject.columns):
        return ()
    if all(type_class(column.type) is TypeClass.OPAQUE for column in subject.columns):
        return ()
    keys = ", ".join(name(column.name) for column in subject.columns)
    sql = f"SELECT count(*) - count(DISTINCT hash({keys})) FROM {subject.table}"
    ((copies,),) = subject.rows(sql)
    if not copies or copies * 2 > rows:
        return ()
    verb = "is an exact copy" if copies == 1 else "are exact copies"
    sentence = f"{copies:,} of {count(rows, 'row')} {verb} of another row."
    return subject.finding("duplicate-rows", (), sentence, sql, copies=copies, rows=rows)
