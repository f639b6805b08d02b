"""A lifted query held against the same query on each database alone, row by row."""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from dbt_ai.checks.lifted import Databases
from dbt_ai.sql.lifting import NotLifted, lift


@dataclass
class Agreement:
    """`pairs` counts (query, database) pairs that were compared, `refused` the queries that could not be, by reason;
    `differences` are (query, database, lifted, alone), and `chance` counts those that the query has with itself."""

    pairs: int = 0
    chance: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    differences: list[tuple[str, int, Any, Any]] = field(default_factory=list)


def hold_against(databases: Databases, query: str, numbers: Iterable[int], agreement: Agreement) -> None:
    """Compare `query` on the databases `numbers`, both ways of breaking ties, and the text as it is written."""
    lifted = lift(query, databases.relations)
    if isinstance(lifted, NotLifted):
        agreement.refused[lifted.reason] += 1
        return
    for resolution in lifted.resolutions:
        by_database: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        try:
            for *row, number in databases.execute(resolution.sql, 60).fetchall():
                by_database[number].append(tuple(row))
        except (duckdb.DataError, duckdb.InvalidInputException):
            agreement.refused["failed"] += 1
            return
        except duckdb.Error as error:
            agreement.refused[f"engine: {str(error).splitlines()[0][:90]}"] += 1
            return
        for number in numbers:
            databases.load(number, lifted.relations)
            for sql in (resolution.alone, query) if not lifted.left_open else (resolution.alone,):
                alone = databases.execute(sql, 60).fetchall()
                if bag(alone) == bag(by_database[number]):
                    continue
                if lifted.left_open and _hangs_on_storage(databases, sql, number, lifted.relations):
                    agreement.chance += 1
                else:
                    agreement.differences.append((query, number, by_database[number], alone))
            agreement.pairs += 1


def _hangs_on_storage(databases: Databases, sql: str, number: int, keys: Sequence[str]) -> bool:
    """Whether the query alone gives other rows when its tables are stored in another order: two windows with different
    orders can tell rows apart that are equal in all columns, and no sort key can settle which is first."""
    rows = databases.rows(number, keys)
    found = set()
    for turn in range(12):
        shuffled = {key: random.Random(turn).sample(values, len(values)) for key, values in rows.items()}
        databases.load_rows(shuffled)
        found.add(repr(sorted(bag(databases.execute(sql, 60).fetchall()).items())))
    return len(found) > 1


def bag(rows: Iterable[tuple[Any, ...]]) -> Counter[str]:
    """Rows without their order; floating point to ten digits, as the order of a sum decides the last ones."""
    return Counter(repr(tuple(_rounded(value) for value in row)) for row in rows)


def _rounded(value: Any) -> Any:
    if isinstance(value, float) and math.isfinite(value):
        return float(f"{value:.10g}") + 0.0
    return value
