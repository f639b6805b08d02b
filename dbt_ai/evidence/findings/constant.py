"""A column with one value in every row."""

from __future__ import annotations

from dbt_ai.evidence.findings.values import Subject
from dbt_ai.evidence.findings.wording import count, shareable
from dbt_ai.evidence.profile.query import name
from dbt_ai.sql.values import ColumnKind
from dbt_ai.values import Finding

MIN_ROWS = 10


def constant(subject: Subject) -> tuple[Finding, ...]:
    """`constant`: `currency` is 'USD' in all 4,000 rows.

    Of at least 10 rows, all of them looked at and none NULL. A literal in the SQL is no news and not told.
    """
    if not subject.whole or subject.profile.rows < MIN_ROWS:
        return ()
    found: tuple[Finding, ...] = ()
    for column in subject.columns:
        facts = subject.facts.column(column.name) if subject.facts else None
        if column.distinct != 1 or column.nulls or column.distinct_approximate:
            continue
        if facts and facts.kind is ColumnKind.LITERAL:
            continue
        shown = shareable([value for value, _ in column.top_values], column)
        what = f"is {shown[0]}" if shown else "has the same value"
        sentence = f"`{column.name}` {what} in all {count(column.rows, 'row')}."
        sql = f"SELECT {name(column.name)}, count(*) FROM {subject.table} GROUP BY 1"
        found += subject.finding("constant", (column.name,), sentence, sql, rows=column.rows)
    return found
