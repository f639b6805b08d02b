"""What is known of the rows of one SELECT while its facts are gathered, and of the sources they are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ErrorLevel
from sqlglot.generator import Generator

from dbt_ai.sql.fallbacks import is_guess
from dbt_ai.sql.query import Query
from dbt_ai.sql.values import (
    ColumnFacts,
    Domain,
    FilterFact,
    JoinFact,
    Key,
    NullReason,
    QueryFacts,
)

_OF = "\x1f"  # between alias and column of an element: no identifier holds it
_SAFE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_RESERVED = frozenset((
    "all", "and", "any", "as", "asc", "both", "case", "cast", "check", "collate", "column", "constraint", "create",
    "default", "desc", "distinct", "do", "else", "end", "except", "exists", "false", "fetch", "for", "foreign", "from",
    "full", "grant", "group", "having", "in", "inner", "intersect", "into", "is", "join", "lateral", "leading", "left",
    "like", "limit", "natural", "not", "null", "offset", "on", "or", "order", "outer", "primary", "qualify",
    "references", "right", "select", "some", "table", "then", "to", "trailing", "true", "union", "unique", "user",
    "using", "values", "when", "where", "window", "with",
))  # fmt: skip
_UNSTABLE = (exp.Rand, exp.Randn, exp.Uuid, exp.Subquery, exp.Select)


@dataclass(frozen=True)
class Result:
    """The facts of one scope (or table), and what a scope that reads it has to know besides.

    `grouped` tells that its rows are groups. `known` is False where nothing may be concluded from its rows. `whole`
    is True where no row of its base relations was left out on the way. `complete` is False where it has columns that
    could not be listed; `open` gives the facts of such a column, for a relation whose columns are not all known.
    """

    facts: QueryFacts
    grouped: bool = False
    known: bool = True
    whole: bool = False
    complete: bool = True
    open: OpenColumns | None = None


class OpenColumns:
    """Makes the facts of columns that the query names but nobody listed."""

    def column(self, name: str) -> ColumnFacts | None:
        raise NotImplementedError


@dataclass(frozen=True)
class Source:
    """One entry of FROM or JOIN: a table, CTE or derived table under its alias."""

    alias: str
    result: Result
    by_name: dict[str, ColumnFacts]
    ambiguous: frozenset[str]

    @property
    def facts(self) -> QueryFacts:
        return self.result.facts

    def column(self, name: str) -> ColumnFacts | None:
        """The facts of one of its columns; None where the name is not known or means two columns."""
        folded = name.casefold()
        if folded in self.ambiguous:
            return None
        found = self.by_name.get(folded)
        if found is None and self.result.open is not None:
            found = self.result.open.column(name)
        return found

    def element(self, name: str) -> str:
        """How one of its columns is called among the elements of keys and conditions."""
        folded = name.casefold()
        return f"{self.alias}{_OF}{name if folded in self.ambiguous else folded}"


def make_source(alias: str, result: Result) -> Source:
    """`result` under `alias`."""
    by_name: dict[str, ColumnFacts] = {}
    ambiguous: set[str] = set()
    for column in result.facts.columns:
        folded = column.name.casefold()
        if folded in by_name:
            ambiguous.add(folded)
        by_name[folded] = column
    return Source(alias, result, by_name, frozenset(ambiguous))


@dataclass(frozen=True)
class RowKey:
    """Elements that are unique together among the rows. No elements: there is at most one row.

    `strict` counts NULL as a value; otherwise only rows without a NULL in the key are known to be unique.
    """

    elements: frozenset[str]
    strict: bool
    basis: str
    sql: str = ""
    relies_on: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass
class Rows:
    """The rows of one SELECT, as its clauses are read one after the other.

    An element is a string that stands for a column of a source, or for an expression (it starts with NUL then).
    `optional` are the aliases whose columns an outer join can have filled with NULL, with the reasons; `not_null` are
    elements that are not NULL wherever the alias's row is there, `matched_on` those that are not NULL wherever a
    left-joined alias has a row. `pinned` have one value in all rows, `nulled` are NULL in all rows. `repeated` says of
    each alias whether a join can repeat its rows (None: not known). `before_qualify` are the rows that windows saw.
    `own_names` are names that the SELECT gives to something else than a column of that name.
    """

    query: Query
    sources: dict[str, Source] = field(default_factory=dict)
    optional: dict[str, tuple[NullReason, ...]] = field(default_factory=dict)
    matched_on: dict[str, frozenset[str]] = field(default_factory=dict)
    not_null: set[str] = field(default_factory=set)
    pinned: set[str] = field(default_factory=set)
    nulled: set[str] = field(default_factory=set)
    equal: list[set[str]] = field(default_factory=list)
    domains: dict[str, Domain] = field(default_factory=dict)
    keys: list[RowKey] = field(default_factory=list)
    repeated: dict[str, bool | None] = field(default_factory=dict)
    rows_of: str | None = None
    joins: list[JoinFact] = field(default_factory=list)
    filters: list[FilterFact] = field(default_factory=list)
    self_joined: set[str] = field(default_factory=set)
    group: tuple[exp.Expr, ...] | None = None  # group keys; () for an aggregate over all rows; None: not grouped
    grouping_sets: bool = False
    windows: dict[str, exp.Window] = field(default_factory=dict)
    before_qualify: Rows | None = None
    either_side: tuple[str, str] | None = None  # aliases one of which has a row: a full join, and none after it
    notes: list[str] = field(default_factory=list)
    own_names: frozenset[str] = frozenset()
    _elements: dict[int, tuple[exp.Expr, str]] = field(default_factory=dict)
    _generator: Generator | None = None

    def source_of(self, column: exp.Column) -> Source | None:
        return self.sources.get(self.table_of(column))

    def table_of(self, column: exp.Column) -> str:
        """The alias that `column` is from; a column without one is from the only source there is."""
        if not column.table and len(self.sources) == 1 and column.name not in self.own_names:
            return next(iter(self.sources))
        return column.table

    def aliases_in(self, expression: exp.Expr) -> set[str]:
        """The aliases whose columns are in `expression`."""
        return {self.table_of(column) for column in expression.find_all(exp.Column)}

    def column_facts(self, column: exp.Column) -> ColumnFacts | None:
        """The facts of `column` in the source it comes from; None where the source is a guess."""
        source = None if is_guess(column) else self.source_of(column)
        return source.column(self.query.spell(column.name)) if source else None

    def element(self, expression: exp.Expr) -> str:
        """The element that `expression` is: equal elements of the same row have equal values."""
        expression = unwrap(expression)
        if isinstance(expression, exp.Column):
            source = self.source_of(expression)
            name = self.query.spell(expression.name)
            return source.element(name) if source else f"\0{expression.table}{_OF}{name}"
        cached = self._elements.get(id(expression))
        if cached is None:
            cached = self._elements[id(expression)] = (expression, "\0" + self.sql(expression))
        return cached[1]

    def elements_of(self, source: Source, columns: Iterable[str]) -> frozenset[str]:
        return frozenset(source.element(column) for column in columns)

    def sql(self, expression: exp.Expr) -> str:
        """`expression` in the query's dialect, on one line, without comments."""
        if isinstance(expression, exp.Column) and "ref" in expression.meta:
            return f"{quoted(expression.table)}.{quoted(expression.name)}" if expression.table else expression.name
        if self._generator is None:
            self._generator = Dialect.get_or_raise(self.query.dialect or None).generator(
                comments=False, unsupported_level=ErrorLevel.IGNORE
            )
        return self._generator.generate(expression)

    def alias_of(self, element: str) -> str | None:
        """The alias of a column element; None for the element of any other expression."""
        if element.startswith("\0"):
            return None
        return element.partition(_OF)[0]

    def same_as(self, element: str) -> set[str]:
        """The elements that have the value of `element` in every row, itself included."""
        same = {element}
        for group in self.equal:
            if element in group:
                same |= group
        return same

    def add_equal(self, left: str, right: str) -> None:
        merged = self.same_as(left) | self.same_as(right)
        self.equal = [group for group in self.equal if not group & merged]
        self.equal.append(merged)

    def one_value(self) -> tuple[set[str], set[str]]:
        """The elements that have one value in all rows, and those that are NULL in all rows."""
        pinned = {same for element in self.pinned for same in self.same_as(element)}
        return pinned, {same for element in self.nulled for same in self.same_as(element)}

    def require(self, elements: Iterable[str]) -> None:
        """Take `elements` as not NULL in every row, and with them that the rows of their aliases are there."""
        todo = list(elements)
        while todo:
            element = todo.pop()
            self.not_null.add(element)
            alias = self.alias_of(element)
            if alias is not None and self.optional.pop(alias, None) is not None:
                todo.extend(self.matched_on.get(alias, ()))

    def snapshot(self) -> Rows:
        """A copy that later clauses do not change."""
        return replace(
            self,
            optional=dict(self.optional),
            not_null=set(self.not_null),
            pinned=set(self.pinned),
            nulled=set(self.nulled),
            domains=dict(self.domains),
            equal=[set(group) for group in self.equal],
        )


def worst(repeated: Iterable[bool | None]) -> bool | None:
    """Whether something made of these is repeated: True where one is, None where that is not known of one."""
    found = set(repeated)
    return True if True in found else None if None in found else False


def unwrap(expression: exp.Expr) -> exp.Expr:
    """`expression` without alias and parentheses."""
    while isinstance(expression, (exp.Alias, exp.Paren)):
        expression = expression.this
    return expression


def is_stable(expression: exp.Expr) -> bool:
    """Whether `expression` has the same value each time it is evaluated for the same row."""
    return expression.find(*_UNSTABLE) is None


def quoted(name: str) -> str:
    """`name` as a person writes it: quoted where it must be."""
    return name if _is_safe(name) else '"' + name.replace('"', '""') + '"'


def _is_safe(name: str) -> bool:
    return _SAFE_NAME.match(name) is not None and name.lower() not in _RESERVED


def identifier(name: str) -> exp.Identifier:
    return exp.Identifier(this=name, quoted=not _is_safe(name))


def source_keys(source: Source) -> list[RowKey]:
    """The keys that `source` has by itself."""
    if not source.result.known:
        return []
    if source.facts.single_row:
        return [RowKey(frozenset(), True, "single row")]
    return [_row_key(source, key) for key in source.facts.keys]


def _row_key(source: Source, key: Key) -> RowKey:
    elements = frozenset(source.element(column) for column in key.columns)
    return RowKey(elements, not key.nulls_apart, key.basis, key.sql, key.relies_on)


def minimal(keys: Iterable[RowKey], limit: int = 12) -> list[RowKey]:
    """`keys` without those that follow from a smaller one, the smallest first."""
    kept: list[RowKey] = []
    for key in sorted(keys, key=lambda k: (len(k.elements), not k.strict, sorted(k.elements))):
        if not any(other.elements <= key.elements and (other.strict or not key.strict) for other in kept):
            kept.append(key)
    return kept[:limit]
