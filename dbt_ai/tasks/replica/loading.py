"""Puts rows that are at hand into tables of the copy."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dbt_ai.sql.names import quoted

if TYPE_CHECKING:
    import duckdb

_CHUNK = 20_000


def load(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[tuple[Any, ...]],
) -> None:
    """Creates `table`, a quoted name, with `columns` (name, DuckDB type) and `rows`. Raises duckdb.Error for a value
    that its type does not hold: no value is changed to fit."""
    types = [_holding(kind, [row[number] for row in rows]) for number, (_, kind) in enumerate(columns)]
    listed = ", ".join(f"{quoted(name)} {kind}" for (name, _), kind in zip(columns, types, strict=True))
    connection.execute(f"CREATE TABLE {table} ({listed})")
    selected = ", ".join(f"CAST(unnest(?) AS {kind})" for kind in types)
    for chunk in _chunks(rows):
        values = [[_text(row[number], types[number]) for row in chunk] for number in range(len(columns))]
        connection.execute(f"INSERT INTO {table} SELECT {selected}", values)


def _holding(kind: str, values: Sequence[Any]) -> str:
    """`kind`, or DOUBLE where a decimal has more digits behind the point than `kind` keeps: DuckDB would round it."""
    if not kind.startswith("DECIMAL("):
        return kind
    scale = int(kind.rstrip(")").split(",")[1])
    for value in values:
        if isinstance(value, Decimal):
            exponent = value.normalize().as_tuple().exponent
            if not isinstance(exponent, int) or -exponent > scale:
                return "DOUBLE"
    return kind


def _text(value: Any, kind: str) -> Any:
    """`value` as text that DuckDB casts to `kind` without loss; bytes as they are."""
    if value is None or isinstance(value, (bytes, bytearray)):
        return value
    if isinstance(value, memoryview):
        return bytes(value)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, datetime.timedelta):
        return f"{value.days} days {value.seconds} seconds {value.microseconds} microseconds"
    if isinstance(value, (list, dict, tuple)):
        return json.dumps(value, default=str)
    return str(value)


def _chunks(rows: Sequence[tuple[Any, ...]]) -> Iterator[Sequence[tuple[Any, ...]]]:
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK]
