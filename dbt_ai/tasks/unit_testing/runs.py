"""The model and its mutants on one small database after the other, each compared as dbt compares a unit test.

dbt casts the expected values to the types that the tested SQL has, whatever they were when the test was written: a
mutant that rounds is compared with rounded values. So it is here.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING

from dbt_ai.checks.sandbox import execute, only_select, open_memory
from dbt_ai.errors import WarehouseError
from dbt_ai.sql.names import quoted
from dbt_ai.tasks.unit_testing.literals import literal, value
from dbt_ai.tasks.unit_testing.values import Row, Rows, Way

if TYPE_CHECKING:
    import duckdb

SECONDS = 5.0  # for one query on one small database
_ORDERS = 6
_CATALOG = "unit_test"


@dataclass(frozen=True)
class Result:
    """The rows of a query; their order says nothing. `columns` are (name, type)."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]

    def only(self, names: Sequence[str]) -> Result:
        """With the columns called `names` alone."""
        folded = {name.casefold() for name in names}
        places = [place for place, (name, _) in enumerate(self.columns) if name.casefold() in folded]
        rows = tuple(tuple(row[place] for place in places) for row in self.rows)
        return Result(tuple(self.columns[place] for place in places), rows)

    @property
    def bag(self) -> Counter[Row]:
        """The rows without an order."""
        return Counter(self.rows)


class Runs:
    """The tables of a way's inputs, with one database in them at a time, and its SQL and that of its mutants. Use it in
    a `with`. Raises WarehouseError on entering where the model itself cannot be run."""

    def __init__(self, way: Way, mutants: Sequence[str]) -> None:
        self.way = way
        self._sql = (way.sql, *mutants)
        self._stack = ExitStack()
        self._columns: dict[int, tuple[tuple[str, str], ...] | None] = {}
        self.connection: duckdb.DuckDBPyConnection

    def __enter__(self) -> Runs:
        try:
            self.connection = self._stack.enter_context(open_memory([_CATALOG], threads=1)).connection
            for given in self.way.inputs:
                columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in given.relation.columns)
                execute(self.connection, f"CREATE TABLE {_table(given.relation.parts[2])} ({columns})", SECONDS)
            if self._prepared(0) is None:
                execute(self.connection, f"DESCRIBE {self._sql[0]}", SECONDS)  # raises what is wrong with it
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def load(self, rows: Rows) -> None:
        """Make the tables those with `rows`, stored in that order. Raises WarehouseError for a cell of another type."""
        for given in self.way.inputs:
            table = _table(given.relation.parts[2])
            statement = f"DELETE FROM {table};"
            if rows[given.key]:
                kinds = [kind or "VARCHAR" for _, kind in given.relation.columns]
                listed = ", ".join(
                    f"({', '.join(literal(value(cell, kind), kind) for cell, kind in zip(row, kinds, strict=True))})"
                    for row in rows[given.key]
                )
                statement += f" INSERT INTO {table} VALUES {listed}"
            execute(self.connection, statement, SECONDS)

    def original(self) -> Result | None:
        """What the model gives on the database that is loaded; None where it fails."""
        return self._run(0)

    def on(self, rows: Rows) -> Result | None:
        """What the model gives on `rows`; None where it fails."""
        self.load(rows)
        return self.original()

    def settled(self, rows: Rows) -> Result | None:
        """What the model gives on `rows`, in whatever order they are stored; None where the order counts, or it
        fails."""
        result = self.on(rows)
        for order in _other_orders(rows) if result is not None else ():
            other = self.on(order)
            if result is None or other is None or other.bag != result.bag:
                return None
        return result

    def kills(self, rows: Rows, expected: Result, mutants: Iterable[int]) -> frozenset[int]:
        """Those of `mutants` (by number) that do not give the `expected` rows on `rows`, whatever their order is.
        Columns that are not expected are not looked at."""
        names = [name for name, _ in expected.columns]
        killed = set(mutants)
        for order in [rows] if _is_small(rows) else [rows, _backwards(rows)]:
            self.load(order)
            killed = {number for number in killed if not self._same(number, expected, names)}
        return frozenset(killed)

    def all_killed(self, expected: Result, mutants: Iterable[int]) -> bool:
        """Whether none of `mutants` gives the `expected` rows on the database that is loaded; asks no further than the
        first that does."""
        names = [name for name, _ in expected.columns]
        return not any(self._same(number, expected, names) for number in mutants)

    def _same(self, number: int, expected: Result, names: Sequence[str]) -> bool:
        result = self._run(number + 1)
        if result is None:
            return False
        result = result.only(names)
        if len(result.rows) != len(expected.rows) or len(result.columns) != len(expected.columns):
            return False
        kinds = tuple(kind for _, kind in result.columns)
        if kinds == tuple(kind for _, kind in expected.columns):
            return result.bag == expected.bag
        cast = self._cast(expected, kinds)
        return cast is not None and cast.bag == result.bag

    def _cast(self, expected: Result, kinds: Sequence[str]) -> Result | None:
        """The expected rows as values of the types `kinds`; None where one has no value of that type."""
        if not expected.rows:
            return Result(expected.columns, ())
        given = [kind for _, kind in expected.columns]
        rows = ", ".join(
            "("
            + ", ".join(
                f"CAST({literal(value(cell, own), kind)} AS VARCHAR)"
                for cell, own, kind in zip(row, given, kinds, strict=True)
            )
            + ")"
            for row in expected.rows
        )
        try:
            return Result(expected.columns, tuple(execute(self.connection, f"SELECT * FROM (VALUES {rows})", SECONDS)))
        except WarehouseError:
            return None

    def _run(self, number: int) -> Result | None:
        columns = self._prepared(number)
        if columns is None:
            return None
        try:
            return Result(columns, tuple(execute(self.connection, f"EXECUTE q{number}", SECONDS)))
        except WarehouseError:
            return None

    def _prepared(self, number: int) -> tuple[tuple[str, str], ...] | None:
        """The columns of a query, which is made ready to be run; None where it cannot be."""
        if number not in self._columns:
            sql = self._sql[number].strip().rstrip(";")
            try:
                only_select(sql)
                described = execute(self.connection, f"DESCRIBE {sql}", SECONDS)
                names = [f"c{place}" for place in range(len(described))]
                cells = ", ".join(f"CAST({name} AS VARCHAR)" for name in names)
                statement = f"PREPARE q{number} AS SELECT {cells} FROM ({sql}\n) AS q({', '.join(names)})"
                execute(self.connection, statement, SECONDS)
                self._columns[number] = tuple((name, kind) for name, kind, *_ in described)
            except WarehouseError:
                self._columns[number] = None
        return self._columns[number]


def _table(name: str) -> str:
    return f"{_CATALOG}.main.{quoted(name)}"


def _is_small(rows: Rows) -> bool:
    return all(len(of_input) < 2 for of_input in rows.values())


def _backwards(rows: Rows) -> Rows:
    return {key: of_input[::-1] for key, of_input in rows.items()}


def _other_orders(rows: Rows) -> Iterator[Rows]:
    """Other ways to store the rows: backwards, and some at random."""
    if _is_small(rows):
        return
    yield _backwards(rows)
    shuffling = random.Random(0)
    for _ in range(_ORDERS):
        yield {key: shuffling.sample(of_input, len(of_input)) for key, of_input in rows.items()}
