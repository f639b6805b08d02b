"""What a fault is given, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from dbt_ai.sql.facts.types import family
from dbt_ai.sql.names import quoted

EVERY = 8  # one row in so many is hit by a fault that hits some of them
NUMBERS = frozenset({"integer", "decimal", "float"})
MOMENTS = frozenset({"date", "timestamp", "timestamptz"})
ROW = "__row"  # the number of the row, from 1


@dataclass(frozen=True)
class FaultyColumn:
    """A column that may be hit: its name, its type as DuckDB names it, and whether other relations are joined by it."""

    name: str
    type: str
    joined: bool = False

    @property
    def family(self) -> str | None:
        """The family of its type: "integer", "text", ..."""
        return family(self.type)

    @property
    def sql(self) -> str:
        """Its name, quoted."""
        return quoted(self.name)


@dataclass(frozen=True)
class Fault:
    """A relation with one kind of error in its data. `sql` selects its rows FROM {table}, where the caller's table has
    a column `__row` beside its own; `columns` are those that are hit, none where whole rows are."""

    kind: str
    columns: tuple[str, ...]
    sql: str


FaultKind = Callable[[Sequence[FaultyColumn]], Iterable[Fault]]
SOME_ROWS = f"{ROW} % {EVERY} = 1"


def replaced(kind: str, values: dict[FaultyColumn, str], where: str | None = SOME_ROWS) -> Fault:
    """The fault that puts the SQL `values` into columns, in the rows `where` (None: in all)."""
    changes = ", ".join(
        f"{f'CASE WHEN {where} THEN {value} ELSE {column.sql} END' if where else value} AS {column.sql}"
        for column, value in values.items()
    )
    names = tuple(column.name for column in values)
    return Fault(kind, names, f"SELECT * EXCLUDE ({ROW}) REPLACE ({changes}) FROM {{table}}")
