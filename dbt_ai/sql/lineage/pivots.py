"""PIVOT and UNPIVOT: which columns of the source each column of the result is made of."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp
from sqlglot.optimizer.scope import Scope


class PivotColumns:
    """The chain of pivots on the one pivoted source of a SELECT. `alias` names its result ("" where there is none),
    `source` is what is pivoted."""

    def __init__(self, scope: Scope) -> None:
        pivots = scope.pivots if isinstance(scope.expression, exp.Select) else []
        self.alias = ""
        self.source: Scope | exp.Expr = scope.expression
        self._made: dict[str, list[tuple[str, bool]]] = {}
        if not pivots or pivots[0].parent is not pivots[-1].parent:
            return
        parent = pivots[0].parent
        self.alias = pivots[-1].alias
        source = scope.sources.get(parent.alias_or_name) if parent is not None else None
        if isinstance(parent, exp.Table) and not parent.db:
            source = scope.cte_sources.get(parent.name, parent)
        elif isinstance(parent, exp.Table):
            source = parent
        elif source is None:
            source = scope.sources.get(self.alias)
        if source is None:
            self.alias = ""
            return
        self.source = source
        for pivot in pivots:
            made = dict(_unpivoted(pivot) if pivot.unpivot else _pivoted(pivot))
            self._made.update(
                {
                    name: [earlier for column, aggregated in inputs for earlier in self._earlier(column, aggregated)]
                    for name, inputs in made.items()
                }
            )

    def inputs(self, name: str) -> list[tuple[str, bool]]:
        """(column of the source, whether it is aggregated) for each column that makes `name`."""
        return self._made.get(name, [(name, False)])

    def _earlier(self, column: str, aggregated: bool) -> list[tuple[str, bool]]:
        """A later pivot of the chain reads what an earlier one made."""
        return [(made, aggregated or before) for made, before in self._made.get(column, [(column, False)])]


def _pivoted(pivot: exp.Pivot) -> Iterator[tuple[str, list[tuple[str, bool]]]]:
    """Result columns come value by value, and within each value aggregate by aggregate."""
    names = [column.name for column in pivot.args.get("columns") or ()]
    aggregates = pivot.expressions
    for position, name in enumerate(names):
        aggregate = aggregates[position % len(aggregates)]
        yield name, [(column.name, True) for column in aggregate.find_all(exp.Column)]


def _unpivoted(pivot: exp.Pivot) -> Iterator[tuple[str, list[tuple[str, bool]]]]:
    values = [identifier.name for entry in pivot.expressions for identifier in entry.find_all(exp.Identifier)]
    made: dict[str, list[tuple[str, bool]]] = {name: [] for name in values}
    for field in pivot.fields:
        if not isinstance(field, exp.In):
            continue
        names = made.setdefault(field.this.name, [])
        for entry in field.expressions:
            columns = [column.name for column in entry.find_all(exp.Column)]
            names.extend((column, False) for column in columns)
            for position, value in enumerate(values):
                own = columns[position : position + 1] if len(columns) == len(values) else columns
                made[value].extend((column, False) for column in own)
    yield from made.items()
