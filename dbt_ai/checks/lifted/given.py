"""Two queries on databases that somebody suggests: read, held against the schema, and run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dbt_ai.checks.lifted.databases import Databases, Rows
from dbt_ai.checks.lifted.showing import first_counterexample
from dbt_ai.checks.lifted.shrink import is_valid
from dbt_ai.checks.lifted.values import Counterexample, NotComparable
from dbt_ai.checks.lifted.vocabulary import vocabulary
from dbt_ai.sql.lifting.lift import one_query
from dbt_ai.sql.lifting.values import Refused
from dbt_ai.sql.names import quoted
from dbt_ai.sql.values import Relation, same_name

MAX_DATABASES = 8
MAX_ROWS = 20  # of a table
MAX_CELL = 200  # characters

GivenRows = Mapping[str, Sequence[Mapping[str, str | None]]]
"""The rows of one database by the name of the table: the cells as texts by the name of the column, None for NULL."""


def differing_on(
    left: str,
    right: str,
    relations: Sequence[Relation],
    given: Iterable[GivenRows],
    *,
    seconds: float = 10.0,
    tolerance: float | None = None,
) -> Counterexample | None:
    """The first of the databases on which two queries differ, made small; None where none tells them apart.

    A database is left out where it names what is not there, has a cell that is no value of its type, or does not keep
    the constraints of `relations`. Nothing is decided by what anybody thinks of a database.

    >>> orders = Relation("orders", (None, None, "orders"), (("id", "INTEGER"), ("paid", "BOOLEAN")))
    >>> rows = {"orders": [{"id": "1", "paid": None}]}
    >>> found = differing_on("SELECT id FROM orders", "SELECT id FROM orders WHERE paid OR NOT paid", [orders], [rows])
    >>> found.left.rows, found.right.rows
    (((None,),), ())
    """
    try:
        trees = [one_query(query) for query in (left, right)]
        with Databases(relations, vocabulary(trees), count=0, seconds=seconds) as databases:
            ours, theirs = databases.lift(left), databases.lift(right)
            for one in list(given)[:MAX_DATABASES]:
                rows = _typed(databases, one)
                if rows is None or not is_valid(databases.relations, rows):
                    continue
                ordered = ours.ordered and theirs.ordered
                shown = first_counterexample(databases, rows, ours, theirs, ordered=ordered, tolerance=tolerance)
                if shown is not None:
                    return shown
    except (NotComparable, Refused):
        return None
    return None


def _typed(databases: Databases, given: GivenRows) -> Rows | None:
    """The rows with the values that DuckDB makes of the texts; None where they do not fit the relations."""
    import duckdb

    found: Rows = {relation.key: [] for relation in databases.relations}
    for name, rows in given.items():
        relation = next((one for one in databases.relations if name in (one.key, one.parts[2])), None)
        if relation is None or len(rows) > MAX_ROWS:
            return None
        for row in rows:
            cells = [_cell(row, column) for column, _ in relation.columns]
            known = sum(any(same_name(name, column) for column, _ in relation.columns) for name in row)
            if known < len(row) or any(cell is not None and len(cell) > MAX_CELL for cell in cells):
                return None
            casts = ", ".join(
                f"CAST(? AS {kind or 'VARCHAR'}) AS {quoted(column)}" for column, kind in relation.columns
            )
            try:
                values = databases.connection.execute(f"SELECT {casts}", cells).fetchall()
            except duckdb.Error:
                return None
            found[relation.key] += values
        if not all(_allowed(relation, row) for row in found[relation.key]):
            return None
    return found


def _allowed(relation: Relation, row: Sequence[Any]) -> bool:
    """Whether no value is NULL that must not be, and each is among those that its column accepts."""
    values = {column.casefold(): value for (column, _), value in zip(relation.columns, row, strict=True)}
    if any(values.get(name.casefold()) is None for name in relation.not_null):
        return False
    accepted = {name.casefold(): texts for name, texts in relation.domains}
    return all(
        value is None or not accepted.get(column) or str(value) in accepted[column] for column, value in values.items()
    )


def _cell(row: Mapping[str, str | None], column: str) -> str | None:
    return next((cell for name, cell in row.items() if same_name(name, column)), None)
