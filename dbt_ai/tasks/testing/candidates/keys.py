"""The grain: what is unique, alone or together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from dbt_ai.sql.values import Key
from dbt_ai.tasks.derived.entities import entity_of_key, entity_of_relation
from dbt_ai.tasks.testing import overfitting
from dbt_ai.tasks.testing.subject import Subject, is_plain
from dbt_ai.tasks.testing.values import Basis, Candidate, Role

MIN_ROWS = 20  # of a column that the SQL reads as a key
FEW_ROWS = 3  # of a first column that is named for the rows
MANY_ROWS = 100  # of a first column that is named as a key of anything
_WHY = {
    "group by": "The SQL groups by it.",
    "distinct": "The SQL takes each only once.",
    "row_number": "The SQL keeps one row of each.",
    "unique_key": "It is the model's unique_key.",
    "union": "It is unique in each part of the union, and the parts are told apart.",
}


def keys(subject: Subject) -> Iterable[Candidate]:
    """`unique` for a column that is a key alone, `unique_combination_of_columns` where only several are; `not_null` for
    what is the grain.

    The first key, and any other that is named for what the rows are, is the grain; the others are worth a test where
    they notice more than the grain's does.
    """
    found = list(_unique_columns(subject))
    for candidate in found:
        yield candidate
        column = subject.column(candidate.target.column or "")
        if column is not None and column.filled and candidate.role is Role.KEY:
            why = "A row is found by it."
            yield Candidate(candidate.target, "not_null", candidate.basis, why, role=Role.KEY, alarm=candidate.alarm)
    several = [key for key in _keys(subject) if len(key) > 1 and all(is_plain(name) for name in key)]
    if not found and several:
        yield _combination(subject, several[0])
        yield from _parts(subject, several[0])


def _parts(subject: Subject, key: Sequence[str]) -> Iterator[Candidate]:
    """`not_null` for the columns of a key of several."""
    basis, _ = _basis(subject, key)
    columns = [subject.column(name) for name in key]
    if any(column is not None and column.profile is not None and column.profile.unique for column in columns):
        return  # that one finds a row, and the others only go with it
    for column in columns:
        if column is not None and column.filled:
            why = f"A row is found by it and {' and '.join(name for name in key if name != column.name)}."
            alarm = overfitting.of_rule(column.values) if basis is Basis.DATA else 0.0
            yield Candidate(subject.target(column.name), "not_null", basis, why, role=Role.REFERENCE, alarm=alarm)


def _unique_columns(subject: Subject) -> Iterator[Candidate]:
    single = [key[0] for key in _keys(subject) if len(key) == 1 and is_plain(key[0])]
    known = bool(_keys(subject))
    for number, name in enumerate(single):
        grain = number == 0 or _named_for_the_rows(name, subject.node.name)
        yield _unique(subject, name, Role.KEY if grain else Role.OTHER)
    for candidate in _kept(subject, known):
        if candidate.target.column not in single:
            grain = not single or _named_for_the_rows(candidate.target.column or "", subject.node.name)
            yield candidate if grain else replace(candidate, role=Role.OTHER)


def _keys(subject: Subject) -> tuple[tuple[str, ...], ...]:
    """What is known to be unique, and what the SQL makes unique by itself, even where the table has it twice."""
    made = subject.facts.keys if subject.facts else ()
    by_sql = [key.columns for key in made if key.basis in _WHY and not key.nulls_apart]
    return tuple(dict.fromkeys((*subject.own.relation.unique_keys, *by_sql)))


def _kept(subject: Subject, known: bool) -> Iterator[Candidate]:
    """A key of what the SQL reads whose rows the data shows to be kept, a first column that is named for the rows, and,
    where no key is known, one that is named as a key of anything."""
    for number, column in enumerate(subject.columns):
        if column.profile is None or not column.profile.unique or not column.filled or column.values < FEW_ROWS:
            continue
        source = column.source
        parent = subject.evidence.get(source.relation) if source else None
        many = column.values >= MIN_ROWS
        if many and source and parent and any(key == (source.column,) for key in parent.relation.unique_keys):
            why = f"It is the key of {parent.name}, and no row of that occurs twice here."
            yield Candidate(subject.target(column.name), "unique", Basis.SQL, why, role=Role.KEY)
        elif number == 0 and _ends_like(column.name, subject.node.name):
            alarm = overfitting.of_uniqueness(column.values, law=overfitting.NAMED)
            why = "It is named for the rows, and no value occurs twice in the data."
            yield Candidate(subject.target(column.name), "unique", Basis.DATA, why, role=Role.KEY, alarm=alarm)
        elif not known and number == 0 and column.values >= MANY_ROWS and _only_key(subject, column.name):
            alarm = overfitting.of_uniqueness(column.values)
            why = "It comes first, is named as a key, and no value occurs twice in the data."
            yield Candidate(subject.target(column.name), "unique", Basis.DATA, why, role=Role.KEY, alarm=alarm)


def _only_key(subject: Subject, name: str) -> bool:
    """Whether it is named as a key, and no other column that is has each value once."""
    unique = [c.name for c in subject.columns if c.profile and c.profile.unique and entity_of_key(c.name) is not None]
    return unique == [name]


def _ends_like(name: str, relation: str) -> bool:
    """Whether `line_id` may number the rows of `ticket_lines`."""
    key, rows = entity_of_key(name), entity_of_relation(relation)
    return key is not None and rows is not None and f" {rows.one}".endswith(f" {key.one}")


def _unique(subject: Subject, name: str, role: Role) -> Candidate:
    column = subject.column(name)
    spelled = column.name if column else name
    basis, why = _basis(subject, (name,))
    law = overfitting.NAMED if _named_for_the_rows(name, subject.node.name) else overfitting.EVEN
    alarm = overfitting.of_uniqueness(subject.rows, law=law) if basis is Basis.DATA else 0.0
    return Candidate(subject.target(spelled), "unique", basis, why, role=role, alarm=alarm)


def _combination(subject: Subject, key: Sequence[str]) -> Candidate:
    basis, why = _basis(subject, key)
    names = [column.name if (column := subject.column(name)) else name for name in key]
    alarm = overfitting.of_uniqueness(subject.rows) if basis is Basis.DATA else 0.0
    arguments = {"combination_of_columns": names}
    kind = "unique_combination_of_columns"
    return Candidate(subject.target(), kind, basis, why, arguments, Role.KEY, alarm=alarm)


def _basis(subject: Subject, key: Sequence[str]) -> tuple[Basis, str]:
    known = _known(subject, key)
    if known is not None and not subject.key_from_data:
        if known.basis in _WHY:
            return Basis.SQL, _WHY[known.basis]
        parents = ", ".join(
            one.name for parent, _ in known.relies_on if (one := subject.evidence.get(parent)) is not None
        )
        return Basis.SQL, f"It is the key of {parents}, whose rows the SQL keeps." if parents else "The SQL keeps it."
    if subject.key_from_data:
        return Basis.DATA, "It is named as the key, and no value occurs twice in the data."
    return Basis.TESTS, "It is the key of what the rows are made from."


def _known(subject: Subject, key: Sequence[str]) -> Key | None:
    folded = {name.casefold() for name in key}
    known = subject.facts.keys if subject.facts else ()
    return next((one for one in known if {name.casefold() for name in one.columns} == folded), None)


def _named_for_the_rows(name: str, relation: str) -> bool:
    key, rows = entity_of_key(name), entity_of_relation(relation)
    return key is not None and rows is not None and key.one == rows.one
