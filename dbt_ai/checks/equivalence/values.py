"""The words of equivalence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dbt_ai.checks.lifted import Bound, Counterexample, OutputColumn
from dbt_ai.sql.values import Relation
from dbt_ai.values import VerdictKind


@dataclass(frozen=True)
class Constraints:
    """Which of the constraints that the relations have may be relied on: all of them, unless it is said otherwise."""

    keys: bool = True
    not_null: bool = True
    foreign_keys: bool = True
    domains: bool = True

    def of(self, relations: Sequence[Relation]) -> tuple[Relation, ...]:
        """The relations with these constraints only."""
        return tuple(
            replace(
                relation,
                unique_keys=relation.unique_keys if self.keys else (),
                not_null=relation.not_null if self.not_null else frozenset(),
                foreign_keys=relation.foreign_keys if self.foreign_keys else (),
                domains=relation.domains if self.domains else (),
            )
            for relation in relations
        )


Row = tuple[Any, ...]


@dataclass(frozen=True)
class StoredRows:
    """Whether two queries give the same rows, how many each gives, and some of those that only one of them gives.
    Where the types of their `columns` differ, nothing was counted. `close` tells that they are the same within a
    tolerance only."""

    same: bool
    left_rows: int = 0
    right_rows: int = 0
    only_left: tuple[Row, ...] = ()
    only_right: tuple[Row, ...] = ()
    columns: tuple[tuple[OutputColumn, ...], tuple[OutputColumn, ...]] = ((), ())
    close: bool = False


@dataclass(frozen=True)
class Equivalence:
    """Whether two queries are the same, and what that rests on.

    `verdict` is PROVED (both have the same normal form), BOUNDED (no difference on `databases` generated ones, that
    hang on `seed`, and on every one within `bound`), HOLDS (the same on the rows that are there, and no more is known),
    REFUTED or UNPROVEN. `reason` is a code of `reasons.REASONS`, `detail` one sentence. `relies_on` names the
    constraints without which the verdict would not stand; it is only as good as the tests of those. `counterexample` is
    the smallest database on which the two differ; there is none where their columns differ, and where it is the rows
    that are there which tell them apart: those are `stored`. `tolerance` is there where some floating point numbers are
    the same within it only.
    """

    verdict: VerdictKind
    reason: str
    detail: str = ""
    relies_on: tuple[str, ...] = ()
    counterexample: Counterexample | None = None
    databases: int = 0
    seed: int = 0
    bound: Bound | None = None
    stored: StoredRows | None = None
    tolerance: float | None = None

    @property
    def same(self) -> bool:
        """Whether SQL may be written that rests on this verdict."""
        return self.verdict in (VerdictKind.PROVED, VerdictKind.BOUNDED)


@dataclass(frozen=True)
class Constraint:
    """One constraint of one relation: the part `kind` of the Relation ("unique_keys", "not_null", "foreign_keys" or
    "domains") without its item `index` is the relation without the constraint. `text` says it to a person."""

    relation: str
    kind: str
    item: object
    text: str


def constraints_of(relations: Sequence[Relation]) -> Iterator[Constraint]:
    """Every constraint of the relations, one by one.

    >>> orders = Relation("orders", (None, None, "orders"), (("id", "INTEGER"),), unique_keys=(("id",),))
    >>> [one.text for one in constraints_of([orders])]
    ['orders: id is unique']
    """
    for relation in relations:
        name = relation.parts[2]
        for key in relation.unique_keys:
            yield Constraint(relation.key, "unique_keys", key, f"{name}: {_listed(key)} {_is(key)} unique")
        for column in sorted(relation.not_null):
            yield Constraint(relation.key, "not_null", column, f"{name}: {column} is never NULL")
        for foreign in relation.foreign_keys:
            parent = next((one for one in relations if one.key == foreign.references[0].relation), None)
            referred = parent.parts[2] if parent else foreign.references[0].relation
            columns = _listed([ref.column for ref in foreign.references])
            text = f"{name}: {_listed(foreign.columns)} {_refers(foreign.columns)} to {referred}.{columns}"
            yield Constraint(relation.key, "foreign_keys", foreign, text)
        for domain in relation.domains:
            text = f"{name}: {domain[0]} has accepted values only"
            yield Constraint(relation.key, "domains", domain, text)


def without(relations: Sequence[Relation], dropped: Sequence[Constraint]) -> tuple[Relation, ...]:
    """The relations without some of their constraints."""
    return tuple(_without(relation, [one for one in dropped if one.relation == relation.key]) for relation in relations)


def _without(relation: Relation, dropped: Sequence[Constraint]) -> Relation:
    gone = {(one.kind, one.item) for one in dropped}
    return replace(
        relation,
        unique_keys=tuple(key for key in relation.unique_keys if ("unique_keys", key) not in gone),
        not_null=frozenset(column for column in relation.not_null if ("not_null", column) not in gone),
        foreign_keys=tuple(key for key in relation.foreign_keys if ("foreign_keys", key) not in gone),
        domains=tuple(domain for domain in relation.domains if ("domains", domain) not in gone),
    )


def _listed(columns: Sequence[str]) -> str:
    return columns[0] if len(columns) == 1 else f"({', '.join(columns)})"


def _is(columns: Sequence[str]) -> str:
    return "is" if len(columns) == 1 else "are"


def _refers(columns: Sequence[str]) -> str:
    return "refers" if len(columns) == 1 else "refer"
