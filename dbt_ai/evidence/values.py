"""What is known of one target: the data's profile, and all of it together as evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dbt_ai.sql.values import Lineage, QueryFacts, Relation
from dbt_ai.values import Finding


@dataclass(frozen=True)
class ColumnProfile:
    """Statistics of one column. Values are DuckDB's text form. `rows` is the number of rows that were looked at
    (less than the table's where sampled). `distinct` is exact unless `distinct_approximate`. `top_values` are the
    most frequent non-NULL values with their counts, at most 20. `pattern` is the shape that all non-NULL text values
    share, with A for a capital, a for a small letter, 9 for a digit and other characters as they are ("A.", "AA-99"),
    None where they differ. `all_values` is set where there are at most 20 distinct values: all of them, sorted.
    `personal` is what personal thing the column is said to hold (in `meta`, or of a column that it is made of)."""

    name: str
    type: str
    rows: int
    nulls: int
    distinct: int
    distinct_approximate: bool = False
    minimum: str | None = None
    maximum: str | None = None
    mean: float | None = None
    top_values: tuple[tuple[str, int], ...] = ()
    all_values: tuple[str, ...] | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    personal: str | None = None

    @property
    def unique(self) -> bool:
        """No value occurs twice among the non-NULL ones."""
        return not self.distinct_approximate and self.distinct == self.rows - self.nulls


@dataclass(frozen=True)
class Profile:
    """What the data of one relation says. `rows` is the table's row count; `sampled` the number of rows looked at
    where that is fewer. `freshness` is what the cache is keyed by."""

    relation: str
    rows: int
    columns: tuple[ColumnProfile, ...]
    sampled: int | None = None
    freshness: str = ""

    def column(self, name: str) -> ColumnProfile | None:
        """The profile of the column called `name` (case does not count)."""
        folded = name.casefold()
        return next((c for c in self.columns if c.name.casefold() == folded), None)


@dataclass(frozen=True)
class Evidence:
    """All that is known of one node, and of its parents, when a text for it is to be made."""

    unique_id: str
    name: str
    resource_type: str
    relation: Relation
    sql: str | None = None  # compiled
    raw_sql: str | None = None
    lineage: Lineage | None = None
    facts: QueryFacts | None = None
    profile: Profile | None = None
    findings: tuple[Finding, ...] = ()
    description: str = ""
    column_descriptions: Mapping[str, str] = field(default_factory=dict)  # a person's texts by column name
    upstream_descriptions: Mapping[str, str] = field(default_factory=dict)  # "name" or "name.column" -> text
    downstream: tuple[str, ...] = ()
    materialized: str | None = None  # dbt's word: "table", "view", "incremental" ...
    problems: tuple[str, ...] = ()  # why something is missing, in whole sentences
    answers: tuple[str, ...] = ()  # to common questions about the data, as an engine may see them
