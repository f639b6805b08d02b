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
    columns: Sequence[tuple[str, str | None]],
    rows: Sequence[tuple[Any, ...]],
) -> None:
    """Creates `table`, a quoted name, with `columns` (name, DuckDB type) and `rows`. A type that is None is told by the
    values: an array, else text. Raises duckdb.Error for a value that its type does not hold: no value is changed to
    fit."""
    types = [_holding(kind, [row[number] for row in rows]) for number, (_, kind) in enumerate(columns)]
    listed = ", ".join(f"{quoted(name)} {kind}" for (name, _), kind in zip(columns, types, strict=True))
    connection.execute(f"CREATE TABLE {table} ({listed})")
    selected = ", ".join(f"CAST(unnest(?) AS {kind})" for kind in types)
    for chunk in _chunks(rows):
        values = [[_text(row[number], types[number].endswith("[]")) for row in chunk] for number in range(len(columns))]
        connection.execute(f"INSERT INTO {table} SELECT {selected}", values)


def _holding(kind: str | None, values: Sequence[Any]) -> str:
    """`kind`, or DOUBLE where a decimal has more digits behind the point than `kind` keeps: DuckDB would round it."""
    if kind is None:
        return _told_by(values)
    if not kind.startswith("DECIMAL("):
        return kind
    scale = int(kind.rstrip(")").split(",")[1])
    for value in values:
        if isinstance(value, Decimal):
            exponent = value.normalize().as_tuple().exponent
            if not isinstance(exponent, int) or -exponent > scale:
                return "DOUBLE"
    return kind


def _told_by(values: Sequence[Any]) -> str:
    elements = [element for value in values if isinstance(value, list) for element in value if element is not None]
    if not elements or any(not isinstance(value, list) for value in values if value is not None):
        return "VARCHAR"
    for kind, name in ((bool, "BOOLEAN"), (int, "BIGINT"), (float, "DOUBLE"), (str, "VARCHAR")):
        if all(isinstance(element, kind) for element in elements):
            return f"{name}[]"
    return "VARCHAR"


def _text(value: Any, array: bool) -> Any:
    """`value` as text that DuckDB casts to its type without loss; bytes, and lists of an array, as they are."""
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
    if array and isinstance(value, list):
        return value
    if isinstance(value, (list, dict, tuple)):
        return json.dumps(value, default=str)
    return str(value)


def _chunks(rows: Sequence[tuple[Any, ...]]) -> Iterator[Sequence[tuple[Any, ...]]]:
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK]
