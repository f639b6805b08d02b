"""Every database within a bound: up to so many rows a table, over so many values a column.

A table is a bag of rows, so its states are the bags of up to two tuples; a database is one state of each table. Only
columns that a query names vary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING

from dbt_ai.checks.lifted.domains import ColumnDomain
from dbt_ai.checks.lifted.generate import DATABASES, broken_references, table
from dbt_ai.checks.lifted.values import Bound
from dbt_ai.sql.lifting import DATABASE, MANY
from dbt_ai.sql.names import quoted
from dbt_ai.sql.values import Relation, same_name

if TYPE_CHECKING:
    import duckdb

_BOUNDS = ((2, 4), (2, 3), (2, 2), (1, 5), (1, 4), (1, 3), (1, 2))
"""(rows, values) from the widest to the narrowest."""


def exhaust(
    connection: duckdb.DuckDBPyConnection,
    relations: Sequence[Relation],
    domains: Mapping[str, Sequence[ColumnDomain]],
    names: frozenset[str],
    *,
    first: int,
    most: int,
) -> tuple[Bound | None, int]:
    """Add every database within the widest bound that has no more than `most` of them to the tables, numbered from
    `first` on. `names` are the columns that vary, in lower case.

    Returns the bound, None where even the narrowest has more, and the first number after.
    """
    for rows, size in _BOUNDS:
        chosen = {
            relation.key: [
                _values(column, size) if column.name.casefold() in names else () for column in domains[relation.key]
            ]
            for relation in relations
        }
        tuples = {key: prod(len(values) or 1 for values in columns) for key, columns in chosen.items()}
        if prod(1 + n + (n * (n + 1) // 2 if rows == 2 else 0) for n in tuples.values()) > 4 * most:
            continue
        states = [
            _states(connection, relation, domains[relation.key], chosen[relation.key], rows, i)
            for i, relation in enumerate(relations)
        ]
        total = prod(states)
        if total > most:
            continue
        _fill(connection, relations, domains, states, first)
        kept = _drop_broken(connection, relations, first)
        listed = {
            f"{relation.key}.{column.name}": values
            for relation in relations
            for column, values in zip(domains[relation.key], chosen[relation.key], strict=True)
            if values
        }
        return Bound(rows, listed, kept), first + total
    return None, first


def _values(column: ColumnDomain, size: int) -> tuple[str, ...]:
    values = tuple(dict.fromkeys((*column.near, *column.values)))
    return (*values[: size - 1], "NULL") if column.nullable else values[:size]


def _states(
    connection: duckdb.DuckDBPyConnection,
    relation: Relation,
    columns: Sequence[ColumnDomain],
    chosen: Sequence[tuple[str, ...]],
    rows: int,
    number: int,
) -> int:
    """Make the tables of the tuples and of the states of one relation; the number of states."""
    sources = ", ".join(
        f"(SELECT unnest(CAST([{', '.join(values)}] AS {column.type}[])) AS {quoted(column.name)})"
        for column, values in zip(columns, chosen, strict=True)
        if values
    )
    connection.execute(
        f"""CREATE OR REPLACE TABLE {MANY}.main.__tuples{number} AS
        SELECT row_number() OVER () AS __tuple, * FROM {sources or "(SELECT 1 AS __none)"}"""
    )
    varied = {column.name.casefold() for column, values in zip(columns, chosen, strict=True) if values}
    clashes = [
        " AND ".join(f"a.{quoted(column)} = b.{quoted(column)}" for column in key if column.casefold() in varied)
        for key in relation.unique_keys
        if all(column.casefold() in varied for column in key)
    ]
    tuples = f"{MANY}.main.__tuples{number}"
    apart = "".join(f" AND ({clash}) IS NOT TRUE" for clash in clashes)
    pairs = f"""UNION ALL SELECT [a.__tuple, b.__tuple] FROM {tuples} AS a, {tuples} AS b
        WHERE a.__tuple <= b.__tuple{apart}"""
    bags = f"SELECT [] AS s UNION ALL SELECT [__tuple] FROM {tuples} {pairs if rows == 2 else ''}"
    connection.execute(
        f"""CREATE OR REPLACE TABLE {MANY}.main.__states{number} AS
        SELECT row_number() OVER () - 1 AS __state, s AS __rows FROM ({bags})"""
    )
    counted = connection.execute(f"SELECT count(*) FROM {MANY}.main.__states{number}").fetchone()
    return int(counted[0]) if counted else 0


def _fill(
    connection: duckdb.DuckDBPyConnection,
    relations: Sequence[Relation],
    domains: Mapping[str, Sequence[ColumnDomain]],
    states: Sequence[int],
    first: int,
) -> None:
    total = prod(states)
    connection.execute(f"INSERT INTO {DATABASES} SELECT CAST({first} + i AS INT) FROM range({total}) AS r(i)")
    for number, relation in enumerate(relations):
        varied = {name for name, *_ in connection.execute(f"DESCRIBE {MANY}.main.__tuples{number}").fetchall()}
        cells = ", ".join(
            f"t.{quoted(column.name)}" if column.name in varied else _constant(relation, column)
            for column in domains[relation.key]
        )
        step = prod(states[:number])
        connection.execute(
            f"""INSERT INTO {table(relation.key)} SELECT {cells}, CAST({first} + d.i AS INT)
            FROM range({total}) AS d(i)
            JOIN (SELECT __state, unnest(__rows) AS __tuple, generate_subscripts(__rows, 1) AS __place
                FROM {MANY}.main.__states{number}) AS s ON s.__state = d.i // {step} % {states[number]}
            JOIN {MANY}.main.__tuples{number} AS t ON t.__tuple = s.__tuple"""
        )


def _constant(relation: Relation, column: ColumnDomain) -> str:
    """The value of a column that does not vary: NULL if it may be; in a key the number of the row."""
    if column.nullable or not column.values:
        return f"CAST(NULL AS {column.type})"
    values = f"CAST([{', '.join(column.values)}] AS {column.type}[])"
    in_key = any(same_name(column.name, name) for key in relation.unique_keys for name in key)
    return f"{values}[s.__place]" if in_key else f"{values}[1]"


def _drop_broken(connection: duckdb.DuckDBPyConnection, relations: Sequence[Relation], first: int) -> int:
    """Remove the databases in which a foreign key finds no row; the number of those that stay."""
    for relation in relations:
        for condition in broken_references(relation, relations):
            broken = f"SELECT c.{DATABASE} FROM {table(relation.key)} AS c WHERE {condition}"
            connection.execute(f"DELETE FROM {DATABASES} WHERE {DATABASE} >= {first} AND {DATABASE} IN ({broken})")
    for relation in relations:
        connection.execute(
            f"DELETE FROM {table(relation.key)} WHERE {DATABASE} NOT IN (SELECT {DATABASE} FROM {DATABASES})"
        )
    counted = connection.execute(f"SELECT count(*) FROM {DATABASES} WHERE {DATABASE} >= {first}").fetchone()
    return int(counted[0]) if counted else 0
