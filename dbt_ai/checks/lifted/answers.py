"""One query on all databases: a fingerprint of its rows for each."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING, Any

from dbt_ai.checks.lifted.evaluation import EMPTY, FAILED, Evaluation, on_some_data
from dbt_ai.checks.lifted.generate import DATABASES
from dbt_ai.checks.lifted.values import NotComparable, OutputColumn
from dbt_ai.sql.lifting import DATABASE, MANY, Lifted, Resolution
from dbt_ai.sql.lifting.values import OWNER, ROWS

if TYPE_CHECKING:
    from dbt_ai.checks.lifted.databases import Databases

_MORE_THAN_ITS_HASH = ("[", "STRUCT(", "MAP(", "UNION(", "INTERVAL", "VARIANT")
"""In the types of values that differ where their hashes do not: of no list and an empty one, of a month and 30 days."""
ONE_BY_ONE = 600
"""On how many databases a query is run that cannot be run on all of them at once."""
FACTOR = 0.7390851332151607  # keeps plain fractions off the edge where rounding tips over
NOUGHT = 1e-9  # what is smaller is compared as 0


@dataclass(frozen=True)
class Answer:
    """What a query gives on every database. `prints` has, for each way of breaking ties, the fingerprint of the rows
    by database, which is `EMPTY` for no rows and `FAILED` for an error; `unevaluated` are those that have none."""

    lifted: Lifted
    columns: tuple[OutputColumn, ...]
    prints: tuple[Mapping[int, int], ...]
    unevaluated: frozenset[int]


def answer_on_all(databases: Databases, lifted: Lifted) -> Answer:
    """The answer of a lifted query. Raises NotComparable where DuckDB cannot run it at all."""
    columns = describe(databases, lifted.alone)
    until = time.monotonic() + databases.seconds
    prints = [prints_of(databases, lifted.relations, resolution, columns, until) for resolution in lifted.resolutions]
    missing = frozenset().union(*(set(databases.ids) - found.keys() for found in prints))
    return Answer(lifted, columns, tuple(prints), missing)


def answer_one_by_one(databases: Databases, lifted: Lifted) -> Answer:
    """The answer of a query on some of the databases, asked one after the other: DuckDB fails on all at once. Raises
    NotComparable where it fails on one, too."""
    import duckdb

    columns = describe(databases, lifted.alone)
    until = time.monotonic() + databases.seconds
    prints: list[dict[int, int]] = [{} for _ in lifted.resolutions]
    try:
        for number in databases.ids[:: max(1, len(databases.ids) // ONE_BY_ONE)]:
            if time.monotonic() > until:
                break
            for resolution, found in zip(lifted.resolutions, prints, strict=True):
                found[number] = fingerprint_on_one(databases, lifted.relations, columns, resolution.alone, number)
    except (duckdb.InternalException, duckdb.FatalException) as error:
        raise NotComparable("engine-failed", first_line(error)) from error
    except duckdb.Error as error:
        raise NotComparable("engine-refused", first_line(error)) from error
    return Answer(lifted, columns, tuple(prints), frozenset(databases.ids) - prints[0].keys())


def prints_of(
    databases: Databases,
    keys: Sequence[str],
    resolution: Resolution,
    columns: Sequence[OutputColumn],
    until: float,
) -> Mapping[int, int]:
    """The fingerprints that a resolution, which reads the relations `keys`, has by database, as far as there is time
    until `until`. The type of one of `columns` may be another than the query gives it: its values are then brought to
    it. Raises NotComparable where DuckDB cannot run it at all."""
    import duckdb

    alone = partial(fingerprint_on_one, databases, keys, columns, resolution.alone)
    lifted, found = _on_all(resolution, columns), dict[int, int]()
    try:
        for numbers, tables in databases.stores:
            here = lifted.replace(f'"{MANY}"."main".', tables)
            evaluation = Evaluation(databases.execute, here, f"{OWNER}.{DATABASE}", alone, until)
            evaluation.evaluate(numbers)
            found |= evaluation.found
    except (duckdb.InternalException, duckdb.FatalException) as error:
        raise NotComparable("engine-failed", first_line(error)) from error
    except duckdb.Error as error:
        raise NotComparable("engine-refused", first_line(error)) from error
    return found


def describe(databases: Databases, sql: str) -> tuple[OutputColumn, ...]:
    """The columns of a query on the tables of one database. Raises NotComparable where DuckDB refuses it."""
    import duckdb

    try:
        rows = databases.execute(f"DESCRIBE {sql}", databases.seconds).fetchall()
    except duckdb.InterruptException as error:
        raise NotComparable("time-limit", "before any database") from error
    except (duckdb.InternalException, duckdb.FatalException) as error:
        raise NotComparable("engine-failed", first_line(error)) from error
    except duckdb.Error as error:
        raise NotComparable("query-failed", first_line(error)) from error
    return tuple(OutputColumn(name, kind) for name, kind, *_ in rows)


def first_line(error: BaseException) -> str:
    """What an error says first."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _on_all(resolution: Resolution, columns: Sequence[OutputColumn]) -> str:
    lateral = resolution.lateral.replace("{", "{{").replace("}", "}}")
    return f"""SELECT {OWNER}.{DATABASE}, {_fingerprint(columns)}
        FROM {DATABASES} AS {OWNER}, LATERAL ({lateral}) AS {_rows(columns)}
        WHERE {{}} GROUP BY {OWNER}.{DATABASE}"""


def fingerprint_on_one(
    databases: Databases, keys: Sequence[str], columns: Sequence[OutputColumn], sql: str, number: int
) -> int:
    """The fingerprint of what an unlifted query gives on the database `number`."""
    import duckdb

    databases.load(number, keys)
    try:
        asked = f"SELECT {_fingerprint(columns)} FROM ({sql}\n) AS {_rows(columns)}"
        row = databases.execute(asked, databases.seconds).fetchone()
    except duckdb.OutOfMemoryException as error:
        raise NotComparable("time-limit", "out of memory on one database") from error
    except on_some_data():
        return FAILED
    except duckdb.InterruptException as error:
        raise NotComparable("time-limit", "on one database") from error
    return int(row[0]) if row else EMPTY


def check_spots(databases: Databases, answer: Answer, text: str | None) -> None:
    """Hold the answer against a few databases alone, and the rewritten query against the `text` as it was written.
    Raises NotComparable where DuckDB runs the lifted query wrongly."""
    if not databases.spot_checks:
        return
    evaluated = [number for number in databases.ids if number not in answer.unevaluated]
    step = max(1, len(evaluated) // databases.spot_checks)
    spots = evaluated[step // 2 :: step][: databases.spot_checks]
    wrong = [
        (number, resolution.alone)
        for number in spots
        for resolution, prints in zip(answer.lifted.resolutions, answer.prints, strict=True)
        if fingerprint_on_one(databases, answer.lifted.relations, answer.columns, resolution.alone, number)
        != prints[number]
    ]
    # Rows that are equal in all columns can be told apart by two windows with different orders, which no sort key can
    # settle; that happens on some databases only.
    if wrong and (not answer.lifted.left_open or {number for number, _ in wrong} == set(spots)):
        raise NotComparable("engine-differs", f"database {wrong[0][0]}: {wrong[0][1][:300]}")
    if text and evaluated and not answer.lifted.left_open and _runs(databases, text):
        number, written = evaluated[len(evaluated) // 2], text.strip().rstrip(";")
        if (
            fingerprint_on_one(databases, answer.lifted.relations, answer.columns, written, number)
            != answer.prints[0][number]
        ):
            raise NotComparable("engine-differs", f"database {number}: {written[:300]}")


def _runs(databases: Databases, text: str) -> bool:
    """Whether the tables can be found under the names that the text has for them."""
    try:
        describe(databases, text)
    except NotComparable:
        return False
    return True


def _fingerprint(columns: Sequence[OutputColumn]) -> str:
    """An aggregate over the rows of `_rows`: equal for equal bags of rows, and for others only by an accident of 64
    bits."""
    values = ", ".join(
        part for place, column in enumerate(columns) for part in canonical(f"{ROWS}.c{place}", column.type)
    )
    return f"CASE WHEN count(*) = 0 THEN {EMPTY} ELSE hash(count(*), sum(hash({values}))) END"


def _rows(columns: Sequence[OutputColumn]) -> str:
    return f"{ROWS}({', '.join(f'c{place}' for place in range(len(columns)))})"


def canonical_float(value: float) -> float:
    """A floating point number as `canonical` has it, for Python.

    >>> canonical_float(0.1 + 0.2) == canonical_float(0.3), canonical_float(0.3) == canonical_float(0.3000000001)
    (True, False)
    """
    if not isfinite(value):
        return value
    return float(f"{value * FACTOR:.11g}") if abs(value) >= NOUGHT else 0.0


def canonical_value(value: Any) -> Any:
    """A value of a row as `canonical` has it, for Python."""
    if isinstance(value, float):
        return canonical_float(value)
    if isinstance(value, (tuple, list)):
        return tuple(canonical_value(part) for part in value)
    if isinstance(value, dict):
        return {key: canonical_value(part) for key, part in value.items()}
    return value


def canonical(name: str, kind: str) -> tuple[str, ...]:
    """What a value of the type `kind` is compared by. Floating point counts to eleven digits, as the order of a sum
    decides the last ones."""
    if any(part in kind for part in _MORE_THAN_ITS_HASH):
        return name, f"CAST({name} AS VARCHAR)"
    if not is_floating(kind):
        return (name,)
    value = f"({name} * {FACTOR})"
    digits = f"10 - CAST(floor(log10(abs({value}))) AS INT)"
    return (
        f"""CASE WHEN isfinite({name}) AND abs({name}) >= {NOUGHT} THEN round({value}, {digits})
        WHEN abs({name}) < {NOUGHT} THEN 0 ELSE {name} END""",
    )


def is_floating(kind: str) -> bool:
    """Whether numbers of a type are floating point."""
    return kind in ("DOUBLE", "FLOAT")
