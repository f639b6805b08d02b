"""The words of comparing two queries on many small databases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Sameness(str, Enum):
    """What a comparison came to."""

    SAME_SO_FAR = "same-so-far"
    DIFFERENT = "different"
    NOT_COMPARABLE = "not-comparable"


@dataclass(frozen=True)
class OutputColumn:
    """A column of a query's result as DuckDB describes it."""

    name: str
    type: str


@dataclass(frozen=True)
class Bound:
    """The databases that were all tried: each table has up to `rows` rows, and each column the values listed under
    "table.column" (as SQL). A column that neither query names holds one value only and is not listed."""

    rows: int
    values: Mapping[str, tuple[str, ...]]
    databases: int


@dataclass(frozen=True)
class TableRows:
    """The rows of one table of a small database; only columns that one of the queries names, or all where a query
    names none."""

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Outcome:
    """What a query gives on one database: rows, with DuckDB's `types` of the columns, or the first line of DuckDB's
    error."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...] = ()
    error: str | None = None
    types: tuple[str, ...] = ()


@dataclass(frozen=True)
class Counterexample:
    """The smallest database found on which two queries differ, and what each gives on it.

    `order_only` tells that both give the same rows in another order. `statements` are CREATE and INSERT statements
    that make the database, for whoever wants to see it.
    """

    tables: tuple[TableRows, ...]
    left: Outcome
    right: Outcome
    order_only: bool = False
    statements: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """What was found, and what it rests on.

    `databases` counts those on which both queries were evaluated and have one answer each, or differ whatever is left
    to chance. `open` counts those on which the result of one of them depends on the order of rows that it leaves open,
    `other_choices` those of them on which the other leaves another choice, `unevaluated` those that the time did not
    suffice for, `close` those on which rows are the same within a tolerance only, and `filled` those on which the left
    query has rows. `exhaustive` tells that every database within `bound` was among them. For NOT_COMPARABLE `reason` is
    a code of the table and `detail` what it is about; where columns differ, so are `left_columns` and `right_columns`,
    and there is no counterexample.
    """

    verdict: Sameness
    databases: int = 0
    seed: int = 0
    bound: Bound | None = None
    exhaustive: bool = False
    open: int = 0
    other_choices: int = 0
    filled: int = 0
    unevaluated: int = 0
    close: int = 0
    counterexample: Counterexample | None = None
    reason: str | None = None
    detail: str = ""
    left_columns: tuple[OutputColumn, ...] = ()
    right_columns: tuple[OutputColumn, ...] = ()


@dataclass(frozen=True)
class Difference:
    """The databases on which two queries differ, by number, and those that say nothing: `open`, where rows that a
    query leaves to chance may make the difference, and `unevaluated`. `same_columns` is False where names or types of
    the columns differ as well."""

    databases: frozenset[int]
    open: frozenset[int] = frozenset()
    unevaluated: frozenset[int] = frozenset()
    same_columns: bool = True


class NotComparable(Exception):
    """A query cannot be evaluated on many databases. `reason` is a code of the table."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
