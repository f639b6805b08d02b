"""What a finder is given: one relation with its profile, what is known of the others, and a way to count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dbt_ai.evidence.profile.query import rows_of, table
from dbt_ai.evidence.values import ColumnProfile, Profile
from dbt_ai.sql.values import QueryFacts, Relation
from dbt_ai.values import Finding, Target

if TYPE_CHECKING:
    import duckdb

_OF_SNAPSHOTS = frozenset({"dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to", "dbt_is_deleted"})
MIN_ROWS = 20  # of fewer rows nothing is concluded


@dataclass(frozen=True)
class FindingContext:
    """What is known beside the relation itself, all by the relation's key: its neighbours' values and profiles, the
    facts of every query (its own among them), and a person's descriptions by target."""

    relations: Mapping[str, Relation] = field(default_factory=dict)
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    facts: Mapping[str, QueryFacts] = field(default_factory=dict)
    descriptions: Mapping[Target, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """One relation to look at. `timeout` is the limit in seconds for one query."""

    connection: duckdb.DuckDBPyConnection = field(repr=False)
    relation: Relation
    profile: Profile
    context: FindingContext = FindingContext()
    timeout: float = 10.0
    stand_in: str | None = None  # a copy of the rows, where reading the relation itself would run a view each time

    @property
    def table(self) -> str:
        """The relation as a FROM clause names it."""
        return table(self.relation)

    @property
    def columns(self) -> tuple[ColumnProfile, ...]:
        """The profiles of its columns; those that dbt adds to a snapshot are not looked at."""
        return tuple(column for column in self.profile.columns if column.name.lower() not in _OF_SNAPSHOTS)

    @property
    def facts(self) -> QueryFacts | None:
        """What its own SQL says."""
        return self.context.facts.get(self.relation.key)

    @property
    def whole(self) -> bool:
        """Whether the profile rests on every row."""
        return self.profile.sampled is None

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of `sql`. Raises WarehouseError when it fails or takes too long."""
        if self.stand_in is not None:
            sql = sql.replace(self.table, self.stand_in)
        return rows_of(self.connection, sql, self.timeout)

    def finding(
        self, code: str, columns: tuple[str, ...], sentence: str, sql: str = "", **numbers: Any
    ) -> tuple[Finding, ...]:
        """One finding about the relation, or about its first column where there is one, as the tuple finders return."""
        target = Target(self.relation.key, columns[0] if columns else None)
        return (Finding(code, target, sentence, sql, columns, tuple(numbers.items())),)
