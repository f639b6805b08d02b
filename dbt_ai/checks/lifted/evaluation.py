"""One resolution of a query on all databases.

A query that fails on a database gives that as its answer there. DuckDB stops a lifted query at the first failure, and
so a failure on one database would hide what the others give. Then a few databases are asked alone, to learn how often
the query fails; the others are asked in blocks of which most should have no failure, a block that has one is halved,
and the last few are asked alone, too. Where nearly every database fails, a part of them has to do.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

EMPTY = 0
FAILED = -1
_SAMPLE = 16
_ONE_BY_ONE = 6
_FEW = 48
_MOST_STATEMENTS = 200

Run = Callable[[str, float], "duckdb.DuckDBPyConnection"]


class Evaluation:
    """`found` are the fingerprints by database: `EMPTY` for no rows, `FAILED` for an error.

    `lifted` is the query that gives (database, fingerprint) on the databases for which a condition on `column` holds:
    it is put in the place of `{}`. `alone` asks one database; `run` runs a statement for so many seconds at most.
    """

    def __init__(self, run: Run, lifted: str, column: str, alone: Callable[[int], int], until: float) -> None:
        self._run = run
        self._lifted = lifted
        self._column = column
        self._alone = alone
        self._until = until
        self._statements = 0
        self.found: dict[int, int] = {}

    def evaluate(self, numbers: Sequence[int]) -> None:
        """Ask all of `numbers` (ascending), or as many as there is time for. Raises what DuckDB raises whatever the
        data."""
        if not numbers or self._block(numbers, self._within(numbers)) or self._is_over():
            return
        if len(numbers) <= _FEW:
            self._one_by_one(numbers)
            return
        sample = numbers[:: max(1, len(numbers) // _SAMPLE)]
        self._one_by_one(sample)
        failures = sum(self.found.get(number) == FAILED for number in sample)
        size = int(0.7 * len(sample) / failures) if failures else max(_ONE_BY_ONE + 1, len(numbers) // 8)
        if size <= _ONE_BY_ONE:
            self._one_by_one(numbers[:: max(1, len(numbers) // _MOST_STATEMENTS)])
            return
        blocks = [numbers[start : start + size] for start in range(0, len(numbers), size)]
        random.Random(0).shuffle(blocks)
        for block in blocks:
            self._halves(block)

    def _halves(self, numbers: Sequence[int]) -> None:
        if self._is_over():
            return
        if len(numbers) <= _ONE_BY_ONE:
            self._one_by_one(numbers)
        elif not self._block(numbers, self._within(numbers)):
            middle = len(numbers) // 2
            self._halves(numbers[:middle])
            self._halves(numbers[middle:])

    def _block(self, numbers: Sequence[int], condition: str) -> bool:
        """Ask a block at once; False where one of its databases fails, or where it takes too long."""
        import duckdb

        if self._is_over():
            return False
        self._statements += 1
        try:
            rows = self._run(self._lifted.format(condition), self._until - time.monotonic()).fetchall()
        except duckdb.InterruptException:
            self._until = 0.0
            return False
        except on_some_data():
            return False
        self.found.update(dict.fromkeys(numbers, EMPTY))
        self.found.update(rows)
        return True

    def _within(self, numbers: Sequence[int]) -> str:
        return f"{self._column} BETWEEN {numbers[0]} AND {numbers[-1]}"

    def _one_by_one(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            if number in self.found:
                continue
            if self._is_over():
                return
            self._statements += 1
            self.found[number] = self._alone(number)

    def _is_over(self) -> bool:
        return time.monotonic() >= self._until or self._statements >= _MOST_STATEMENTS


def on_some_data() -> tuple[type[Exception], ...]:
    """The errors that a query may raise on some data and not on other."""
    import duckdb

    return (duckdb.DataError, duckdb.InvalidInputException, duckdb.OutOfMemoryException)
