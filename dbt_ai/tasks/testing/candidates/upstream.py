"""What a parent's tests promise of a column, where this model may break it: by a join, or by other rows."""

from __future__ import annotations

from collections.abc import Iterable

from dbt_ai.project.values import DataTest
from dbt_ai.sql.values import NullCause
from dbt_ai.tasks.testing.subject import Column, Subject
from dbt_ai.tasks.testing.values import Basis, Candidate


def upstream(subject: Subject) -> Iterable[Candidate]:
    """`not_null` of a parent's column that comes through an outer join here and has a value in every row. What else a
    parent's test promises, no join can break."""
    for column in subject.columns:
        source, facts = column.source, column.facts
        if source is None or facts is None or not column.filled:
            continue
        joined = any(reason.cause is NullCause.OUTER_JOIN for reason in facts.nullability.reasons)
        promised = any(_promises(test, source.relation, source.column) for test in subject.project.data_tests)
        if joined and promised:
            parent = subject.evidence[source.relation].name if source.relation in subject.evidence else source.relation
            yield _made(subject, column, parent)


def _promises(test: DataTest, node: str, column: str) -> bool:
    same = test.node == node and (test.column or "").casefold() == column.casefold()
    return same and test.kind == "not_null" and test.enabled and not test.where


def _made(subject: Subject, column: Column, parent: str) -> Candidate:
    why = f"It is never NULL in {parent}, and the join here finds a row for each."
    return Candidate(subject.target(column.name), "not_null", Basis.TESTS, why)
