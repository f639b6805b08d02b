"""Columns that must have a value: keys, what refers to other rows, what decides rows downstream, measures."""

from __future__ import annotations

from collections.abc import Iterable

from dbt_ai.sql.values import ColumnKind, NullCause
from dbt_ai.tasks.testing import overfitting
from dbt_ai.tasks.testing.subject import Column, Subject
from dbt_ai.tasks.testing.values import Basis, Candidate, Role

_MADE = (ColumnKind.AGGREGATED, ColumnKind.COMPUTED, ColumnKind.WINDOWED, ColumnKind.CAST)


def not_null(subject: Subject) -> Iterable[Candidate]:
    """`not_null` for columns without a NULL in the data, by what the SQL says of them, or their readers'.

    A column that a parent model passes on is the parent's to test, unless a join may take its value away here.
    """
    deciding = subject.deciding()
    keys = {name.casefold() for key in subject.own.relation.unique_keys for name in key}
    late = subject.found("nulls-since")
    for column in subject.columns:
        if not column.filled or column.name.casefold() in late:
            continue
        folded = column.name.casefold()
        if folded in keys:
            role = Role.KEY if folded in subject.is_key and _first_key(subject, folded) else Role.OTHER
            yield _made(subject, column, Basis.SQL, "A row is found by it.", role)
        elif subject.node.resource_type in ("source", "seed"):
            continue  # what is not a key is tested where it is read
        elif folded in subject.joined and not _same_above(subject, column):
            yield _made(subject, column, Basis.SQL, "Other rows are found by it.")
        elif folded in deciding and not _same_above(subject, column):
            yield _made(subject, column, Basis.SQL, "Models that read it join or group by it.")
        elif column.facts is not None and column.facts.nullability.never:
            yield _made(subject, column, Basis.SQL, "The SQL leaves no NULL in it.")
        elif _by_a_join(column):
            why = "It comes from a join that finds a row for each of these."
            yield _made(subject, column, Basis.DATA, why)
        elif column.facts is not None and column.facts.kind in _MADE:
            yield _made(subject, column, Basis.DATA, "It is computed here, and always has a value in the data.")
        elif column.profile is not None and 2 <= column.profile.distinct <= 20 and not _same_above(subject, column):
            yield _made(subject, column, Basis.DATA, "It sorts the rows into classes, and each row has one.")


def _made(subject: Subject, column: Column, basis: Basis, why: str, role: Role = Role.OTHER) -> Candidate:
    alarm = overfitting.of_rule(column.values) if basis is Basis.DATA else 0.0
    return Candidate(subject.target(column.name), "not_null", basis, why, role=role, alarm=alarm)


def _first_key(subject: Subject, folded: str) -> bool:
    """Whether the column is the first key, or another one that comes with its own `unique` as a grain."""
    return subject.own.relation.unique_keys[0][0].casefold() == folded


def _same_above(subject: Subject, column: Column) -> bool:
    """Whether a parent model has the very column, and nothing here can take its value away."""
    return subject.from_model(column) is not None and not _by_a_join(column)


def _by_a_join(column: Column) -> bool:
    facts = column.facts
    return facts is not None and any(reason.cause is NullCause.OUTER_JOIN for reason in facts.nullability.reasons)
