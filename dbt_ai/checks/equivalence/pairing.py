"""The rows that two queries give on the data that is there, each paired with the closest one of the other query.

Rows are paired among those that have the same other values, in the order of their floating point numbers. Where rows
have one such number that is the best pairing there is; where they have several, rows that it leaves apart are looked at
again, together with all that they could be paired with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dbt_ai.checks.equivalence.values import Row
from dbt_ai.checks.lifted import OutputColumn
from dbt_ai.checks.lifted.answers import NOUGHT, canonical, is_floating
from dbt_ai.checks.lifted.closeness import close_rows
from dbt_ai.checks.sandbox import execute
from dbt_ai.errors import WarehouseError

if TYPE_CHECKING:
    import duckdb

_MOST_PAIRED = 2000  # rows of a query that are paired here, and not by DuckDB


@dataclass(frozen=True)
class Paired:
    """Whether all rows are close, and some of those that are not."""

    close: bool
    only_left: tuple[Row, ...] = ()
    only_right: tuple[Row, ...] = ()


def paired(
    connection: duckdb.DuckDBPyConnection,
    queries: tuple[str, str],
    columns: Sequence[OutputColumn],
    tolerance: float,
    shown: int,
    seconds: float,
) -> Paired:
    """What is left apart of two queries with as many rows and the same types of `columns`. Raises WarehouseError where
    that cannot be found out, and QueryTimeout.

    >>> import duckdb
    >>> def found(left, right):
    ...     column = OutputColumn("a", "DOUBLE")
    ...     return paired(duckdb.connect(), (left, right), [column], 1e-3, 5, 10.0)
    >>> found("SELECT 1.0::DOUBLE", "SELECT 1.0001::DOUBLE").close
    True
    >>> found("SELECT 1.0::DOUBLE", "SELECT 1.1::DOUBLE")
    Paired(close=False, only_left=((1.0,),), only_right=((1.1,),))
    """
    floating = [place for place, column in enumerate(columns) if is_floating(column.type)]
    if not floating:
        return Paired(False)
    pairs, key, apart = _pairs(queries, columns, floating, tolerance)
    sides = ("ours", "theirs")
    cells = ", ".join(f"{side}.c{place}" for side in sides for place in range(len(columns)))
    alone = "count_if(ours.place IS NULL OR theirs.place IS NULL OR ours.size = 1)"  # there is no other pairing
    left_apart, settled = execute(connection, f"SELECT count(*), {alone} FROM {pairs} WHERE {apart}", seconds)[0]
    if left_apart and not settled and len(floating) > 1:
        numbers = [f"{side}.c{place}" for side in sides for place in floating]
        group = ", ".join(f"coalesce(ours.{part}, theirs.{part})" for part in key)
        all_of_them = f"QUALIFY bool_or({apart}) OVER (PARTITION BY {group}) LIMIT {_MOST_PAIRED + 1}"
        asked = f"SELECT hash({group}), {', '.join(numbers)} FROM {pairs} {all_of_them}"
        rows = execute(connection, asked, seconds)
        if len(rows) > _MOST_PAIRED:
            raise WarehouseError(f"More than {_MOST_PAIRED} rows are close in some of their numbers only.")
        half = 1 + len(floating)
        if close_rows([row[:half] for row in rows], [(row[0], *row[half:]) for row in rows], tolerance):
            return Paired(True)
    elif not left_apart:
        return Paired(True)
    asked = f"SELECT ours.place, theirs.place, {cells} FROM {pairs} WHERE {apart} LIMIT {shown}"
    rows = execute(connection, asked, seconds)
    width = 2 + len(columns)
    return Paired(
        False,
        tuple(row[2:width] for row in rows if row[0] is not None),
        tuple(row[width:] for row in rows if row[1] is not None),
    )


def _pairs(
    queries: tuple[str, str], columns: Sequence[OutputColumn], floating: Sequence[int], tolerance: float
) -> tuple[str, Sequence[str], str]:
    """The rows of both in pairs, as what stands after FROM; the columns that have their other values; and the condition
    for a pair that is not close."""
    named = ", ".join(f"c{place}" for place in range(len(columns)))
    others = (place for place in range(len(columns)) if place not in floating)
    values = [part for place in others for part in canonical(f"c{place}", columns[place].type)]
    values += [f"c{place} IS NULL" for place in floating]
    key = [f"k{place}" for place in range(len(values))]
    group = f"PARTITION BY {', '.join(values)}"
    numbered = f"row_number() OVER ({group} ORDER BY {', '.join(f'c{place}' for place in floating)}) AS place"
    sized = f"count(*) OVER ({group}) AS size"
    keyed = ", ".join(f"{value} AS {part}" for value, part in zip(values, key, strict=True))
    ours, theirs = (
        f"(SELECT {named}, {keyed}, {numbered}, {sized} FROM ({query}\n) AS q({named}))" for query in queries
    )
    same = " AND ".join(f"ours.{part} IS NOT DISTINCT FROM theirs.{part}" for part in ("place", *key))
    close = " AND ".join(_close(f"ours.c{place}", f"theirs.c{place}", tolerance) for place in floating)
    apart = f"(ours.place IS NULL OR theirs.place IS NULL OR NOT ({close}))"
    return f"{ours} AS ours FULL JOIN {theirs} AS theirs ON {same}", key, apart


def _close(one: str, other: str, tolerance: float) -> str:
    """`closeness.close` as a condition of SQL; of two NULLs it is true."""
    largest = f"greatest(abs({one}), abs({other}))"
    return f"""({one} IS NOT DISTINCT FROM {other} OR (isfinite({one}) AND isfinite({other})
        AND ({largest} < {NOUGHT} OR abs({one}::DOUBLE - {other}::DOUBLE) <= {tolerance!r} * {largest})))"""
