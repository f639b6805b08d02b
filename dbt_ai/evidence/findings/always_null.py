"""A column that holds nothing at all."""

from __future__ import annotations

from dbt_ai.evidence.findings.values import MIN_ROWS, Subject
from dbt_ai.evidence.findings.wording import count
from dbt_ai.evidence.profile.query import name
from dbt_ai.sql.values import ColumnKind
from dbt_ai.values import Finding


def always_null(subject: Subject) -> tuple[Finding, ...]:
    """`always-null`: `legacy_code` is NULL in all 4,000 rows.

    Of at least 20 rows, all of them looked at. A literal NULL in the SQL is no news and not told.
    """
    if not subject.whole or subject.profile.rows < MIN_ROWS:
        return ()
    found: tuple[Finding, ...] = ()
    for column in subject.columns:
        facts = subject.facts.column(column.name) if subject.facts else None
        if column.nulls == column.rows and not (facts and facts.kind is ColumnKind.LITERAL):
            sentence = f"`{column.name}` is NULL in all {count(column.rows, 'row')}."
            sql = f"SELECT count(*), count({name(column.name)}) FROM {subject.table}"
            found += subject.finding("always-null", (column.name,), sentence, sql, rows=column.rows)
    return found
