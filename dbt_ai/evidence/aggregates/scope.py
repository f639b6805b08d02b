"""What the names of one SELECT stand for, and of which rows a value of it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlglot import exp

from dbt_ai.evidence.aggregates.allowed import AGGREGATES, COUNTS, RANKS, Refused
from dbt_ai.evidence.aggregates.tables import SafeColumn

Rows = frozenset[tuple[str, str]]  # of which rows: (source, its column that numbers them)
NONE: Rows = frozenset()
_BOOLEAN = (exp.Predicate, exp.And, exp.Or, exp.Not, exp.Boolean, exp.LogicalAnd, exp.LogicalOr)


@dataclass(frozen=True)
class Field:
    """One column of a source. `rows` are the rows whose number, date or time could be read off its values: none for
    counts, flags, words and tokens, which hold nothing of one row. `column` is the column of a relation that it is."""

    rows: Rows = NONE
    column: SafeColumn | None = None


@dataclass(frozen=True)
class Source:
    """What a FROM names: its columns, and those that number rows. `single` where it has one row by its form. Until it
    has an alias, the rows of its fields are of the source ""."""

    fields: Mapping[str, Field]  # by name as it is written
    numbers: tuple[str, ...]
    single: bool = False

    def field(self, name: str) -> Field | None:
        """The column called `name` (case does not count)."""
        return next((found for key, found in self.fields.items() if key.casefold() == name.casefold()), None)


@dataclass
class Scope:
    """The sources of one SELECT by their alias, what its projections are called, and the scope around it."""

    sources: dict[str, Source] = field(default_factory=dict)
    aliases: dict[str, exp.Expr] = field(default_factory=dict)
    outer: Scope | None = None

    def add(self, alias: str, source: Source) -> None:
        """Raises Refused where the name is taken."""
        if any(alias.casefold() == known.casefold() for known in self.sources):
            raise Refused(f"two relations are called {alias}: give them aliases")
        of_alias = {
            name: Field(frozenset((alias, number) for _, number in known.rows), known.column)
            for name, known in source.fields.items()
        }
        self.sources[alias] = replace(source, fields=of_alias)

    def numbers(self) -> list[tuple[str, str]]:
        """Everything that numbers rows here."""
        return [(alias, number) for alias, source in self.sources.items() for number in source.numbers]

    def find(self, column: exp.Column) -> Field:
        """What a column is. Raises Refused where there is no such column."""
        scope: Scope | None = self
        while scope is not None:
            found = scope._here(column)
            if found is not None:
                return found
            scope = scope.outer
        known = sorted({name for source in self.sources.values() for name in source.fields})
        raise Refused(f"there is no column {column.sql()}; there are {', '.join(known[:60])}")

    def _here(self, column: exp.Column) -> Field | None:
        if column.table:
            source = next((s for a, s in self.sources.items() if a.casefold() == column.table.casefold()), None)
            return source.field(column.name) if source else None
        fields = [found for source in self.sources.values() if (found := source.field(column.name))]
        alias = next((e for a, e in self.aliases.items() if a.casefold() == column.name.casefold()), None)
        if alias is not None and not _mentions(alias, column.name):
            fields.append(Field(self.rows_of(alias)))
        if not fields:
            return None
        column_of = fields[0].column if len(fields) == 1 else None
        return Field(frozenset().union(*(found.rows for found in fields)), column_of)

    def rows_of(self, expression: exp.Expr) -> Rows:
        """The rows whose values could be read off the values of `expression`."""
        return frozenset().union(*(self.find(column).rows for column in _values(expression)))

    def all_rows_of(self, expression: exp.Expr) -> Rows:
        """The rows whose values have a say in `expression`, its conditions included."""
        return frozenset().union(*(self.find(column).rows for column in columns(expression)))


def columns(expression: exp.Expr) -> Iterator[exp.Column]:
    """The columns of an expression, without those of subqueries."""
    if isinstance(expression, exp.Query):
        return
    if isinstance(expression, exp.Column):
        yield expression
        return
    for child in expression.iter_expressions():
        yield from columns(child)


def is_aggregated(expressions: Sequence[exp.Expr]) -> bool:
    """Whether one of the expressions holds an aggregate of this SELECT."""
    return any(_has_aggregate(expression) for expression in expressions)


def _has_aggregate(expression: exp.Expr) -> bool:
    if isinstance(expression, exp.Query | exp.Window):
        return False
    if isinstance(expression, AGGREGATES):
        return True
    return any(_has_aggregate(child) for child in expression.iter_expressions())


def _values(expression: exp.Expr) -> Iterator[exp.Column]:
    """The columns whose value may come through: not those that only decide a condition, a count or a rank."""
    if isinstance(expression, (*_BOOLEAN, *COUNTS, *RANKS, exp.Window, exp.Query, exp.Exists)):
        return
    if isinstance(expression, exp.Column):
        yield expression
        return
    if isinstance(expression, exp.Case):
        yield from (column for branch in expression.args["ifs"] for column in _values(branch.args["true"]))
        if expression.args.get("default") is not None:
            yield from _values(expression.args["default"])
        return
    if isinstance(expression, exp.If):
        yield from _values(expression.args["true"])
        if expression.args.get("false") is not None:
            yield from _values(expression.args["false"])
        return
    if isinstance(expression, exp.Filter):
        yield from _values(expression.this)
        return
    for child in expression.iter_expressions():
        yield from _values(child)


def _mentions(expression: exp.Expr, name: str) -> bool:
    """Whether a projection uses its own name, which then is a column's."""
    return any(not column.table and column.name.casefold() == name.casefold() for column in columns(expression))
