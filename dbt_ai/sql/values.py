"""What is known of relations and queries, as frozen values. Pure: sqlglot only, no dbt, no I/O.

A relation is named by the caller's own `key` (dbt's unique_id in this project), so that nothing here knows of dbt.
Column names keep the case of the SQL they came from; compare them with `same_name`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from sqlglot import exp


@dataclass(frozen=True, order=True)
class ColumnRef:
    """A column of a relation outside the query."""

    relation: str
    column: str


@dataclass(frozen=True)
class ForeignKey:
    """`columns` of the relation refer to `references` (same length), by a test or a constraint."""

    columns: tuple[str, ...]
    references: tuple[ColumnRef, ...]


@dataclass(frozen=True)
class Relation:
    """What is known of a relation that a query may read, before the query is looked at.

    `parts` are (catalog, schema, identifier) as they appear in compiled SQL, None where there is none.
    `columns` are (name, type or None) in order. `columns_from` says where they are from: "catalog", "warehouse",
    "properties", "projection" (its own SQL) or "unknown"; `complete` is False where there may be more of them.
    `unique_keys` are column tuples known to be unique by a test, a constraint or its own SQL.
    `domains` are (column, allowed values as Python text) from accepted_values tests or its own SQL.
    """

    key: str
    parts: tuple[str | None, str | None, str]
    columns: tuple[tuple[str, str | None], ...] = ()
    columns_from: str = "unknown"
    complete: bool = True
    unique_keys: tuple[tuple[str, ...], ...] = ()
    not_null: frozenset[str] = frozenset()
    foreign_keys: tuple[ForeignKey, ...] = ()
    domains: tuple[tuple[str, tuple[str, ...]], ...] = ()


class EdgeKind(str, Enum):
    """How a source column takes part in an output column.

    The first five carry the value itself; the others decide which rows or groups there are.
    """

    PASS_THROUGH = "pass-through"
    RENAMED = "renamed"
    CAST = "cast"
    AGGREGATED = "aggregated"
    COMPUTED = "computed"
    FILTERED_BY = "filtered by"
    JOINED_ON = "joined on"
    GROUPED_BY = "grouped by"


@dataclass(frozen=True, order=True)
class Edge:
    """`source` takes part in output column `column`. `guess` marks an edge that rests on a fallback."""

    column: str
    source: ColumnRef
    kind: EdgeKind
    guess: bool = False


@dataclass(frozen=True)
class Lineage:
    """Column lineage of one query: output columns in order, value edges per column, and the relation-wide
    edges (`column` is "*"): filters, join keys, group keys. `unresolved` names what could not be traced and why."""

    columns: tuple[str, ...]
    edges: tuple[Edge, ...]
    unresolved: tuple[str, ...] = ()


@dataclass(frozen=True, order=True)
class ColumnStep:
    """One edge of the lineage of a whole project: `source` takes part in `target`. The target's column is "*" where
    the source decides which rows or groups there are."""

    source: ColumnRef
    target: ColumnRef
    kind: EdgeKind
    guess: bool = False


@dataclass(frozen=True)
class ColumnPath:
    """The way of one column through a project: the steps it is made by, and the steps that it takes part in."""

    column: ColumnRef
    upstream: tuple[ColumnStep, ...] = ()
    downstream: tuple[ColumnStep, ...] = ()


class ColumnKind(str, Enum):
    """What the defining expression of a column is, once pass-through steps are collapsed."""

    PASS_THROUGH = "pass-through"
    RENAMED = "renamed"
    CAST = "cast"
    LITERAL = "literal"
    AGGREGATED = "aggregated"
    WINDOWED = "windowed"
    COMPUTED = "computed"
    UNION = "union"  # differs by branch of a set operation


class NullCause(str, Enum):
    """Why a column can be NULL."""

    INPUT = "input"  # the source column may be NULL itself
    OUTER_JOIN = "outer join"  # no matching row on the optional side of a join
    CASE_WITHOUT_ELSE = "case without else"
    NULLIF = "nullif"
    EMPTY_AGGREGATE = "empty aggregate"  # an aggregate over only NULLs or no rows
    WINDOW_EDGE = "window edge"  # LAG, LEAD, FIRST_VALUE ... at the edge of the partition
    EXPRESSION = "expression"  # a division, a TRY_CAST, a function that can return NULL
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class NullReason:
    """One way in which a column becomes NULL. `sql` is the SQL it rests on.

    For OUTER_JOIN: `relations` are the keys of the base relations of the optional side, and `on` the column pairs
    (left side ref, optional side ref) that must match; `filters_sql` are the conditions that rows of the optional
    side meet, and `every_row` is True where no row of it is left out by a filter, by a join inside it or by a further
    condition of ON. For INPUT: `source` is the column. For
    CASE_WITHOUT_ELSE and NULLIF `sql` is the condition or expression itself.
    """

    cause: NullCause
    sql: str = ""
    relations: tuple[str, ...] = ()
    on: tuple[tuple[ColumnRef | None, ColumnRef | None], ...] = ()
    source: ColumnRef | None = None
    filters_sql: tuple[str, ...] = ()
    every_row: bool = False


@dataclass(frozen=True)
class Nullability:
    """`never` is True only when it is proved from the SQL and from what is known of the parents.

    `reasons` lists every way it can become NULL; empty and not `never` means unknown.
    `relies_on` names the parents' columns whose NOT NULL was used.
    """

    never: bool
    reasons: tuple[NullReason, ...] = ()
    relies_on: tuple[ColumnRef, ...] = ()


@dataclass(frozen=True)
class Domain:
    """The closed set of values that the SQL allows for a column (NULL apart), in order of appearance.

    `sql` is the CASE, IN, or literal it rests on.
    """

    values: tuple[str, ...]
    sql: str


@dataclass(frozen=True)
class Aggregate:
    """The aggregate that defines a column.

    `function` is lower case sqlglot ("sum", "count", "min", "max", "avg", ...), `distinct` for COUNT(DISTINCT x).
    `argument_sql` is the inlined argument ("*" for COUNT(*)); `argument` the column when it is exactly one;
    `condition_sql` what restricts the rows of this aggregate alone (FILTER, or CASE WHEN c THEN x [ELSE 0/NULL] END),
    with `else_sql` the other branch. `rows_of` are the keys of the relations whose rows are aggregated;
    `group_by` the group keys as source columns (None for one that is not a plain column) and `group_by_sql` as SQL;
    `filters_sql` the WHERE and HAVING conditions of the aggregating query.
    """

    function: str
    argument_sql: str
    argument: ColumnRef | None = None
    distinct: bool = False
    condition_sql: str | None = None
    else_sql: str | None = None
    rows_of: tuple[str, ...] = ()
    group_by: tuple[ColumnRef | None, ...] = ()
    group_by_sql: tuple[str, ...] = ()
    filters_sql: tuple[str, ...] = ()
    fans_out: bool | None = None  # True: a join before it can repeat the argument's rows; None: not known
    inner: Aggregate | None = None  # where groups are aggregated again: the figure of each that is the argument
    groups_by: tuple[ColumnRef | None, ...] = ()  # and what those groups are keyed by, as for `group_by`
    groups_by_sql: tuple[str, ...] = ()


@dataclass(frozen=True)
class WindowFact:
    """The window function that defines a column; partition and order keys as inlined SQL."""

    function: str
    argument_sql: str
    partition_by_sql: tuple[str, ...]
    order_by_sql: tuple[str, ...]


@dataclass(frozen=True)
class CaseBranch:
    """One WHEN of a CASE, inlined: `condition_sql` None for ELSE."""

    condition_sql: str | None
    value_sql: str


@dataclass(frozen=True)
class ColumnFacts:
    """What the SQL says of one output column.

    `sql` is the defining expression with CTEs and subqueries inlined down to base relations, each leaf column
    written identifier.column. `expression` is the same as a tree; a leaf exp.Column carries its ColumnRef in
    `.meta["ref"]` and an aggregate or window a mark of its SELECT in `.meta["select"]`; None where the column has
    no one definition (a union's branches differ, a constant that an outer
    join can overrule). `sources` are the columns whose values flow in. `default_sql` is the last argument of an outer
    COALESCE. `factor` is set for x / 100, x * 0.01 and the like, as written (("/", "100")).
    `grain_kept` is True where each output row takes the value of one row of the source's relation at that relation's
    own grain or a join that does not change what the value describes; for pass-through and renamed only.
    `source_unique_kept` is set for a pass-through or renamed column that alone is a unique key of its relation: True
    where it is still unique here, False where that is not known (so "unique identifier of" must not be inherited).
    `repeated` is True where a join on the way can repeat the value of one source row in several output rows (so that
    a SUM over it counts it more than once), False where none can, None where that is not known.
    """

    name: str
    kind: ColumnKind
    sql: str
    sources: tuple[ColumnRef, ...] = ()
    type: str | None = None
    aggregate: Aggregate | None = None
    window: WindowFact | None = None
    branches: tuple[CaseBranch, ...] = ()
    default_sql: str | None = None
    factor: tuple[str, str] | None = None
    nullability: Nullability = Nullability(never=False)
    domain: Domain | None = None
    grain_kept: bool = False
    source_unique_kept: bool | None = None
    repeated: bool | None = None
    expression: exp.Expr | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Key:
    """Output columns that are unique together. `basis` says why: "group by", "distinct", "distinct on", "row_number",
    "inherited", "union", "surrogate key", ...; `relies_on` names the parents' keys that were used.
    `nulls_apart` is True where only the rows without a NULL in the key are known to be unique (what dbt's `unique`
    test checks): so it is for a parent's tested key that may be NULL, or that an outer join can leave out."""

    columns: tuple[str, ...]
    basis: str
    sql: str = ""
    relies_on: tuple[tuple[str, tuple[str, ...]], ...] = ()
    nulls_apart: bool = False


@dataclass(frozen=True)
class JoinFact:
    """A join of the query, seen from the base relations it brings together.

    `kind` is "inner", "left", "right", "full", "cross", "semi", "anti". `left` and `right` are keys of base
    relations (the CTEs inlined). `on` pairs the source columns; `sql` is the ON condition. `keeps_grain` is True
    where at most one row of `right` matches a row of `left` (by a known key), False where it can be several, None
    where that is not known. `right_aggregated` tells that the right side is grouped by the join keys first.
    """

    kind: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    on: tuple[tuple[ColumnRef | None, ColumnRef | None], ...]
    sql: str
    keeps_grain: bool | None = None
    right_aggregated: bool = False


@dataclass(frozen=True)
class FilterFact:
    """A condition every output row meets (WHERE, HAVING, QUALIFY of the path that makes the rows), inlined."""

    sql: str
    columns: tuple[ColumnRef, ...] = ()
    clause: str = "where"


@dataclass(frozen=True)
class QueryFacts:
    """What the SQL of one query says.

    `rows_of` is the key of the relation whose rows the output keeps (possibly filtered), when each output row
    stands for one row of it; None for grouped queries, unions and fan-outs. `union_of` are, for a set operation at
    the top, the base relations of each branch. `keys` are minimal, the best first.
    """

    columns: tuple[ColumnFacts, ...]
    keys: tuple[Key, ...] = ()
    rows_of: str | None = None
    grouped_by: tuple[str, ...] = ()
    filters: tuple[FilterFact, ...] = ()
    joins: tuple[JoinFact, ...] = ()
    union_of: tuple[tuple[str, ...], ...] = ()
    single_row: bool = False
    base_relations: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # what could not be decided, in whole sentences

    def column(self, name: str) -> ColumnFacts | None:
        """The facts of the output column called `name`, compared as `same_name` does."""
        return self._by_name.get(name.casefold())

    @cached_property
    def _by_name(self) -> dict[str, ColumnFacts]:
        return {column.name.casefold(): column for column in reversed(self.columns)}


def same_name(left: str, right: str) -> bool:
    """Whether two identifiers name the same thing where case does not count (DuckDB, and most warehouses)."""
    return left.casefold() == right.casefold()
