"""A relation without rows."""

from __future__ import annotations

from dbt_ai.evidence.findings.values import Subject
from dbt_ai.values import Finding


def empty_relation(subject: Subject) -> tuple[Finding, ...]:
    """`empty-relation`: orders is there but has no rows, so its data says nothing."""
    if subject.profile.rows:
        return ()
    sentence = f"{subject.relation.parts[2]} is in the database but has no rows, so its data says nothing."
    return subject.finding("empty-relation", (), sentence, f"SELECT count(*) FROM {subject.table}", rows=0)
