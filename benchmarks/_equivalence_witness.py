"""Two dozen databases, made by Python one by one, on which two queries are run as they are: the judge of what is in the
collections, who knows nothing of the engine that is measured."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from types import TracebackType
from typing import Any

import duckdb

from dbt_ai.sql.values import Relation

DATABASES = 24
_TEXTS = ("a", "b", "x", "ab", "north", "placed", "shipped", "returned", "card", "coupon", "", "A", " a")
_VALUES: dict[str, Sequence[Any]] = {
    "INT": (0, 1, 2, 3, 4, 5, 6, 10, 100),
    "TEXT": _TEXTS,
    "BOOLEAN": (True, False),
    "DATE": (date(2020, 1, 31), date(2020, 2, 1), date(2020, 2, 29), date(2020, 3, 1), date(2021, 1, 1)),
    "TIMESTAMP": (
        datetime(2020, 2, 1),
        datetime(2020, 2, 1, 10),
        datetime(2020, 2, 29, 23, 59, 59),
        datetime(2021, 1, 1),
    ),
}
_DECIMALS = tuple(map(Decimal, ("0", "1", "2.5", "7.5", "10", "100")))


class Witness:
    """Use it in a `with`."""

    def __init__(self, relations: Sequence[Relation], seed: int = 0) -> None:
        self._relations = relations
        self._random = random.Random(seed)
        self._kept: tuple[str, dict[int, list[str]]] = ("", {})

    def __enter__(self) -> Witness:
        self._connection = duckdb.connect()
        self._connection.execute("SET threads = 1")
        for number in range(DATABASES):
            self._connection.execute(f"CREATE SCHEMA d{number}")
            rows: dict[str, list[tuple[Any, ...]]] = {}
            for relation in self._parents_first():
                self._fill(number, relation, rows)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def differ(self, left: str, right: str, databases: int = DATABASES) -> bool | None:
        """Whether any of the databases tells two queries apart; None where one of them cannot be run."""
        try:
            return any(self._rows(left, number) != self._outcome(right, number) for number in range(databases))
        except duckdb.Error:
            return None

    def _rows(self, query: str, number: int) -> list[str]:
        """The rows of the last left query, kept: it is asked about with one mutant after the other."""
        if self._kept[0] != query:
            self._kept = (query, {})
        if number not in self._kept[1]:
            self._kept[1][number] = self._outcome(query, number)
        return self._kept[1][number]

    def _outcome(self, query: str, number: int) -> list[str]:
        self._connection.execute(f"USE d{number}")
        return sorted(map(repr, self._connection.execute(query).fetchall()))

    def _parents_first(self) -> list[Relation]:
        ordered: list[Relation] = []
        while len(ordered) < len(self._relations):
            done = {relation.key for relation in ordered}
            ordered += [
                one
                for one in self._relations
                if one.key not in done and {key.references[0].relation for key in one.foreign_keys} <= done
            ][:1]
        return ordered

    def _fill(self, number: int, relation: Relation, rows: dict[str, list[tuple[Any, ...]]]) -> None:
        name = f"d{number}.{relation.parts[2]}"
        self._connection.execute(
            f"CREATE TABLE {name} ({', '.join(f'{column} {kind}' for column, kind in relation.columns)})"
        )
        found: dict[Any, tuple[Any, ...]] = {}
        key = relation.unique_keys[0][0]
        places = [column for column, _ in relation.columns]
        for _ in range(self._random.choice((0, 2, 3, 4, 6, 8, 8))):
            row = tuple(self._value(relation, column, kind or "", rows) for column, kind in relation.columns)
            if all(
                value is not None or column not in relation.not_null for column, value in zip(places, row, strict=True)
            ):
                found.setdefault(row[places.index(key)], row)
        rows[relation.key] = list(found.values())
        if found:
            marks = ", ".join("?" for _ in places)
            self._connection.executemany(f"INSERT INTO {name} VALUES ({marks})", list(found.values()))

    def _value(self, relation: Relation, column: str, kind: str, rows: dict[str, list[tuple[Any, ...]]]) -> Any:
        nullable = column not in relation.not_null
        if nullable and self._random.random() < 0.18:
            return None
        for foreign in relation.foreign_keys:
            if column in foreign.columns:
                parents = rows.get(foreign.references[0].relation, [])
                return self._random.choice(parents)[0] if parents else None
        if column in relation.unique_keys[0]:
            return self._random.randint(1, 9)
        return self._random.choice(_VALUES.get(kind, _DECIMALS))
