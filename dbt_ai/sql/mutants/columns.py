"""What is known of the columns of a query: their types, and which others could stand in their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.scope import Scope

from dbt_ai.sql.facts.types import family
from dbt_ai.sql.mutants.places import Span, token_ranges
from dbt_ai.sql.query import Query, QueryError, parse_query
from dbt_ai.sql.values import Relation


@dataclass(frozen=True)
class Slot:
    """A place where a column is read: from which source of the SELECT, and the columns of all its sources.

    `sources` are the columns (name -> type, "" where it is not known) by the alias of each source. `computed` names
    the sources whose types are derived, not declared: how wide a sum is, each database sees in its own way.
    """

    source: str
    name: str
    sources: Mapping[str, Mapping[str, str]]
    computed: frozenset[str] = frozenset()

    @property
    def type_is_a_guess(self) -> bool:
        """Whether the type is one of numbers, and nobody declared it."""
        return self.source in self.computed and family(self.type) in ("integer", "decimal", "float")

    @property
    def type(self) -> str:
        """The type of the column, "" where it is not known."""
        return self.sources.get(self.source, {}).get(self.name, "")

    def is_ambiguous(self, name: str) -> bool:
        """Whether `name` without its source would name columns of more than one source."""
        return sum(name in columns for columns in self.sources.values()) > 1


@dataclass(frozen=True)
class Columns:
    """`slots` by the place of the column's name in the text; `types` by class and place of an expression; `outputs`
    (name -> type) of each CTE by its name."""

    slots: Mapping[int, Slot] = field(default_factory=dict)
    types: Mapping[tuple[str, int, int], exp.DataType] = field(default_factory=dict)
    outputs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def slot(self, column: exp.Column) -> Slot | None:
        """Where `column` is read from; None where it is not known, or not a column of a source."""
        start = column.this.meta_get("start")
        return self.slots.get(start) if start is not None else None

    def type(self, node: exp.Expr) -> exp.DataType | None:
        """The type of `node`; None where it is not known."""
        node = node.unnest()
        place = _place(node, token_ranges(node))
        known = self.types.get(place) if place else node.type
        return None if known is None or known.is_type(exp.DType.UNKNOWN, exp.DType.NULL) else known

    def family(self, node: exp.Expr) -> str | None:
        """The family of the type of `node` ("integer", "text", ...); None where it is not known."""
        if isinstance(node.unnest(), exp.Interval):
            return "interval"
        known = self.type(node)
        return family(known.sql()) if known is not None else None


def read_columns(text: str, dialect: str, schema: Mapping[str, Mapping[str, str]]) -> Columns:
    """Qualifies a query and annotates its types, as far as that goes."""
    relations = [
        Relation(key=name, parts=_parts(name), columns=tuple(columns.items()), complete=True)
        for name, columns in schema.items()
    ]
    try:
        query = parse_query(text, dialect, relations)
        annotate_types(query.expression, schema=query.schema, dialect=dialect or None)
    except (QueryError, SqlglotError, RecursionError, AttributeError, KeyError, TypeError, ValueError):
        return Columns()
    return Columns(_slots(query), _types(query.expression), _outputs(query))


def _parts(name: str) -> tuple[str | None, str | None, str]:
    *above, table = (part.strip('"') for part in name.split("."))
    catalog, schema = (None, None, *above)[-2:]
    return (catalog, schema, table)


def _types(tree: exp.Expr) -> dict[tuple[str, int, int], exp.DataType]:
    ranges = token_ranges(tree)
    return {
        place: node.type
        for node in tree.walk()
        if isinstance(node.type, exp.DataType) and (place := _place(node, ranges)) is not None
    }


def _place(node: exp.Expr, ranges: Mapping[int, Span]) -> tuple[str, int, int] | None:
    found = ranges.get(id(node))
    return (node.key, *found) if found else None


def _slots(query: Query) -> dict[int, Slot]:
    slots: dict[int, Slot] = {}
    for scope in query.root.traverse():
        sources = {alias: _columns(query, source) for alias, (_, source) in scope.selected_sources.items()}
        computed = frozenset(
            alias for alias, (_, source) in scope.selected_sources.items() if isinstance(source, Scope)
        )
        for column in scope.columns:
            start = column.this.meta_get("start")
            if start is not None and column.table in sources:
                slots[start] = Slot(column.table, query.spell(column.name), sources, computed)
    return slots


def _outputs(query: Query) -> dict[str, dict[str, str]]:
    return {
        query.spell(name): _columns(query, source)
        for scope in query.root.traverse()
        for name, source in scope.cte_sources.items()
    }


def _columns(query: Query, source: exp.Expr | Scope) -> dict[str, str]:
    if isinstance(source, Scope):
        selects = getattr(source.expression, "selects", ())
        return {
            query.spell(select.alias_or_name): _written(select.type)
            for select in selects
            if select.alias_or_name and not select.is_star
        }
    if isinstance(source, exp.Table):
        return {name: kind or "" for name, kind in query.relation_of(source).columns}
    return {}


def _written(kind: exp.DataType | None) -> str:
    return "" if kind is None or kind.is_type(exp.DType.UNKNOWN) else kind.sql()
