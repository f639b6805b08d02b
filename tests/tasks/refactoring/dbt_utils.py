"""Some macros of dbt_utils as their documentation describes them, for texts that are compiled without dbt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# Of the relations that are there, for the macros that ask for them.
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "crates": {"crate_id": "INTEGER", "picker_id": "INTEGER", "kg": "INTEGER", "day": "DATE", "note": "VARCHAR"},
    "weights": {
        "crate_id": "INTEGER",
        "scale": "VARCHAR",
        "gross": "INTEGER",
        "net": "INTEGER",
        "tare": "INTEGER",
        "moisture": "DOUBLE",
        "operator": "VARCHAR",
        "weighed_on": "DATE",
        "note": "VARCHAR",
    },
}


def generate_surrogate_key(field_list: Sequence[str]) -> str:
    parts = [f"coalesce(cast({field} as varchar), '_dbt_utils_surrogate_key_null_')" for field in field_list]
    joined = " || '-' || ".join(parts)
    return f"md5(cast({joined} as varchar))"


def safe_divide(numerator: str, denominator: str) -> str:
    return f"( {numerator} ) / nullif( ( {denominator} ), 0)"


def pivot(
    column: str,
    values: Sequence[str],
    agg: str = "sum",
    prefix: str = "",
    suffix: str = "",
    then_value: str | int = 1,
    else_value: str | int = 0,
    quote_identifiers: bool = True,
) -> str:
    assert not quote_identifiers
    return ",\n".join(
        f"{agg}( case when {column} = '{value}' then {then_value} else {else_value} end ) as {prefix}{value}{suffix}"
        for value in values
    )


def union_relations(relations: Sequence[str], source_column_name: str | None = "_dbt_source_relation") -> str:
    assert source_column_name is None
    columns = {name: kind for relation in relations for name, kind in COLUMNS[relation].items()}
    selects = (
        ", ".join(
            f'cast({name if name in COLUMNS[one] else "null"} as {kind}) as "{name}"' for name, kind in columns.items()
        )
        for one in relations
    )
    return " union all ".join(f"( select {listed} from {one} )" for listed, one in zip(selects, relations, strict=True))


def star(**given: Any) -> str:
    return ",\n".join(f'"{name}"' for name in COLUMNS[given["from"]] if name not in given["except"])


def date_spine(datepart: str, start_date: str, end_date: str) -> str:
    return (
        f"select {start_date} + interval (row_number() over (order by n) - 1) {datepart} as date_{datepart} "
        f"from range(date_diff('{datepart}', {start_date}, {end_date})) as numbers (n)"
    )
