"""Columns that must have a value: keys, what refers to other rows, what decides rows downstream, measures."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from dbt_ai.sql.values import ColumnKind, NullCause
from dbt_ai.tasks.testing import overfitting
from dbt_ai.tasks.testing.subject import Column, Subject
from dbt_ai.tasks.testing.values import Basis, Candidate, Role

_BY_INPUT = {NullCause.INPUT, NullCause.OUTER_JOIN, NullCause.EMPTY_AGGREGATE}
_MADE = (ColumnKind.AGGREGATED, ColumnKind.COMPUTED, ColumnKind.WINDOWED, ColumnKind.CAST)


def not_null(subject: Subject) -> Iterable[Candidate]:
    """`not_null` for columns without a NULL in the data, by what the SQL says of them, or their readers'.

    A column that a parent model passes on is the parent's to test, unless a join may take its value away here.
    """
    deciding = subject.deciding()
    keys = {name.casefold() for key in subject.own.relation.unique_keys for name in key}
    above = _keys_of_readers(subject)
    late = subject.found("nulls-since")
    for column in subject.columns:
        if not column.filled or column.name.casefold() in late:
            continue
        folded = column.name.casefold()
        if folded in keys:
            yield _made(subject, column, Basis.SQL, "A row is found by it.")
        elif folded in above and subject.has_sql and not _same_above(subject, column):
            yield _made(subject, column, Basis.SQL, "A model that reads it keeps one row of each.", Role.REFERENCE)
        elif subject.node.resource_type in ("source", "seed") or subject.passes_on:
            continue  # what is not a key is tested where something is made of it
        elif folded in subject.joined and not _same_above(subject, column):
            yield _made(subject, column, Basis.SQL, "Other rows are found by it.")
        elif folded in deciding and not _same_above(subject, column):
            yield _made(subject, column, Basis.SQL, "Models that read it join or group by it.")
        elif _same_above(subject, column) or _filled_by_another(subject, column):
            continue
        elif column.facts is not None and column.facts.nullability.never:
            yield _made(subject, column, Basis.SQL, "The SQL leaves no NULL in it.")
        elif _empty_by_design(column):
            continue
        elif _found_by_own_key(subject, column, keys):
            why = "The join finds a row for each of these, though the SQL would keep one without."
            yield _made(subject, column, Basis.DATA, why, law=overfitting.DOUBTED)
        elif _by_a_join(column):
            why = "It comes from a join that finds a row for each of these."
            yield _made(subject, column, Basis.DATA, why)
        elif column.facts is not None and column.facts.kind in _MADE and not subject.sums_up_known(column):
            yield _made(subject, column, Basis.DATA, "It is computed here, and always has a value in the data.")


def _keys_of_readers(subject: Subject) -> frozenset[str]:
    """Its columns, in lower case, of each value of which a model that reads it keeps one row: of the rows without a
    value it would keep one, and nobody would see it. (Where it groups by them, its own key shows the NULL.)"""
    return frozenset(
        column.sources[0].column.casefold()
        for reader in subject.children
        for key in (reader.facts.keys if reader.facts else ())
        if len(key.columns) == 1 and key.basis in ("row_number", "distinct on")
        if (column := reader.facts.column(key.columns[0]) if reader.facts else None) is not None
        if len(column.sources) == 1 and column.sources[0].relation == subject.node.unique_id
    )


def _made(
    subject: Subject,
    column: Column,
    basis: Basis,
    why: str,
    role: Role = Role.OTHER,
    law: float = overfitting.EVEN,
) -> Candidate:
    alarm = overfitting.of_rule(column.values, law=law) if basis is Basis.DATA else 0.0
    return Candidate(subject.target(column.name), "not_null", basis, why, role=role, alarm=alarm)


def _same_above(subject: Subject, column: Column) -> bool:
    """Whether a parent model has the very column, and nothing here can take its value away."""
    return subject.from_maker(column) is not None and not _by_a_join(column)


def _empty_by_design(column: Column) -> bool:
    """Whether the SQL itself makes NULLs of values, so that it is luck when there is none: a CASE without ELSE, the row
    before the first one, a division."""
    causes = {reason.cause for reason in column.facts.nullability.reasons} if column.facts else set()
    return bool(causes - _BY_INPUT)


def _filled_by_another(subject: Subject, column: Column) -> bool:
    """Whether it is made of a single column that is there as it is, too, and lacks a value only where that does."""
    reasons = column.facts.nullability.reasons if column.facts is not None else ()
    causes = {(reason.cause, reason.source) for reason in reasons}
    if len(causes) != 1 or column.source is not None:
        return False
    ((cause, source),) = causes
    return cause is NullCause.INPUT and any(other.source == source for other in subject.columns)


def _by_a_join(column: Column) -> bool:
    facts = column.facts
    return facts is not None and any(reason.cause is NullCause.OUTER_JOIN for reason in facts.nullability.reasons)


def _found_by_own_key(subject: Subject, column: Column, keys: Collection[str]) -> bool:
    """Whether an outer join finds the value by the row's own key: orders with or without lines. The SQL keeps both, so
    that all rows have one today is easily luck, and takes more rows to be believed; where a row names what it refers
    to, it is not."""
    own = {
        source
        for each in subject.columns
        if each.name.casefold() in keys and each.facts is not None
        for source in each.facts.sources
    }
    reasons = column.facts.nullability.reasons if column.facts is not None else ()
    return any(left in own for reason in reasons if reason.cause is NullCause.OUTER_JOIN for left, _ in reason.on)
