"""The words of finding unit tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from dbt_ai.sql.values import Relation

Row: TypeAlias = "tuple[str | None, ...]"
"""Cells as DuckDB's text of them, in the order of the columns: it reads them back whatever their types are."""
Rows: TypeAlias = "dict[str, list[Row]]"
"""The rows of each input by the key of its relation."""


@dataclass(frozen=True)
class Input:
    """A relation that a model reads. `call` is how a unit test names it: a `ref(...)`, a `source(...)` or `this`.

    `relation` is what is known of it, under the name that dbt gives it in a unit test (that of a CTE), its columns all
    with their types. `name` is the node's. `as_sql` tells that its rows have to be given as SQL: dbt takes the columns
    of other inputs from the warehouse, which has none of an ephemeral model, nor of a model that is not yet built.
    """

    relation: Relation
    call: str
    name: str
    as_sql: bool = False

    @property
    def key(self) -> str:
        """The unique_id of the node."""
        return self.relation.key


@dataclass(frozen=True)
class Way:
    """One way in which a model runs: `sql` (DuckDB's) on its `inputs`. `incremental` is None for a model that runs in
    one way only. `variables` are those of dbt that decided the SQL, with their values."""

    sql: str
    inputs: tuple[Input, ...]
    incremental: bool | None = None
    variables: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def relations(self) -> tuple[Relation, ...]:
        """What is known of the inputs."""
        return tuple(given.relation for given in self.inputs)


@dataclass(frozen=True)
class Refused:
    """Why a model gets no unit tests: a code of `reasons.REASONS`, and what it is about."""

    reason: str
    detail: str


@dataclass(frozen=True)
class Fault:
    """One fault that a model can have, in whatever way it runs: what its mutants in both ways have in common. `number`
    tells apart those that read the same."""

    operator: str
    sentence: str
    number: int = 0


@dataclass(frozen=True)
class Case:
    """A small database, what the model gives on it, and the faults that show on it.

    `columns` are those of the model with their types, without those that are NULL in all `expected` rows and decide
    nothing. `kills` are all faults that show, `alone` those that no case before it shows.
    """

    way: Way
    rows: Rows = field(hash=False)
    columns: tuple[tuple[str, str], ...] = ()
    expected: tuple[Row, ...] = ()
    kills: frozenset[Fault] = frozenset()
    alone: frozenset[Fault] = frozenset()


@dataclass(frozen=True)
class UnitTest:
    """A case in words, as YAML has it. `name` is unique in the project. `where` it was run is as of a verdict."""

    name: str
    case: Case
    item: Mapping[str, Any]
    where: str = "duckdb"
