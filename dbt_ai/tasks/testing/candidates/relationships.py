"""Keys of other relations: by joins in the SQL, by names, by what the docs say."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dbt_ai.evidence.values import Evidence
from dbt_ai.sql.facts.types import family
from dbt_ai.sql.values import ColumnRef
from dbt_ai.tasks.references import layer_of
from dbt_ai.tasks.testing.subject import Column, Subject
from dbt_ai.tasks.testing.values import Basis, Candidate, Role


def relationships(subject: Subject) -> Iterable[Candidate]:
    """`relationships` for a column whose values are keys of another relation.

    Not to what is made from the model itself, which has no key that the model lacks but by a fault of its own. Not
    where a parent model passes the column on and is known to refer to the same, or to what is of a lower layer (an
    intermediate model does not look up marts). And of a model not to a source that a parent refers to already: what
    is raw is the business of the staging models.
    """
    if subject.node.resource_type in ("source", "seed"):
        return
    for column in subject.columns:
        if column.profile is None or not column.values:
            continue
        known = subject.refers.get((subject.node.unique_id, column.name.casefold()))
        target = known[0] if known else _lookup(subject, column)
        if target is None or _given_above(subject, column, target) or subject.is_made_into(target.relation):
            continue
        other = subject.evidence[target.relation]
        why = f"Its values are keys of {other.name}."
        arguments = {"field": target.column}
        yield Candidate(
            subject.target(column.name),
            "relationships",
            Basis.SQL if known else Basis.DOCS,
            why,
            arguments,
            Role.REFERENCE,
            target.relation,
        )


def _given_above(subject: Subject, column: Column, target: ColumnRef) -> bool:
    parent = subject.from_model(column)
    if parent is None or column.source is None:
        return False
    above = subject.refers.get((parent.unique_id, column.source.column.casefold()))
    raw = subject.evidence[target.relation].resource_type == "source"
    higher = layer_of(subject.evidence[target.relation].name) > layer_of(subject.node.name)
    return raw or (above is not None and (higher or above[0] == target))


def _lookup(subject: Subject, column: Column) -> ColumnRef | None:
    """A seed or model whose key has the very name of the column, and whose own name says so or that the column's
    description names; of text alone, for small numbers are found anywhere. Not one that the node is made from."""
    if family(column.profile.type if column.profile else None) != "text" or subject.from_model(column) is not None:
        return None
    if column.name.casefold() in subject.is_key:
        return None
    text = " ".join(
        t for name, t in subject.own.column_descriptions.items() if name.casefold() == column.name.casefold()
    )
    fitting = [
        other
        for other in subject.evidence.values()
        if other.resource_type == "seed" and other.unique_id not in subject.above and _has_key(other, column)
    ]
    named = [other for other in fitting if re.search(rf"(?<!\w){re.escape(other.name)}(?!\w)", text)]
    chosen = named or fitting
    return ColumnRef(chosen[0].unique_id, _key_of(chosen[0], column)) if len(chosen) == 1 else None


def _has_key(other: Evidence, column: Column) -> bool:
    """Whether the other relation's first column is unique, has that name, and has every value of the column."""
    first = other.profile.columns[0] if other.profile and other.profile.columns else None
    if first is None or first.name.casefold() != column.name.casefold() or not first.unique or first.nulls:
        return False
    values, known = column.profile.all_values if column.profile else None, first.all_values
    return values is None or known is None or set(values) <= set(known)


def _key_of(other: Evidence, column: Column) -> str:
    assert other.profile is not None
    return other.profile.columns[0].name
