"""Many pairs of queries, each decided in a child process: their SQL is nobody's we know."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from dbt_ai.checks.child import Child, ChildEnded, questions_and_answers
from dbt_ai.checks.equivalence.deciding import equivalent
from dbt_ai.checks.equivalence.stored import on_stored_rows
from dbt_ai.checks.equivalence.telling import refuted_on
from dbt_ai.checks.equivalence.values import Equivalence, StoredRows
from dbt_ai.checks.lifted import Counterexample
from dbt_ai.checks.lifted.given import GivenRows, differing_on
from dbt_ai.checks.lifted.values import Outcome
from dbt_ai.checks.sandbox import open_database
from dbt_ai.sql.schema_file import relations_of_schema
from dbt_ai.sql.values import Relation
from dbt_ai.values import VerdictKind

if TYPE_CHECKING:
    import duckdb

SECONDS = 10.0  # for one query on all databases
_LONGEST = 90.0  # seconds for a pair, after which its process is ended
_LONGEST_ON_DATA = 240.0  # and for its rows in the database
_PROGRAM = "from dbt_ai.checks.equivalence.pairs import serve; serve()"
_MOST_CHILDREN = 4

Answer = dict[str, Any]
"""What is known of a pair, as JSON has it: verdict, reason, detail, relies_on and counterexample; tolerance where
one was needed, and on_data where the rows of a database tell the two apart."""


@dataclass(frozen=True)
class Pair:
    """Two queries under a name."""

    id: str
    left: str
    right: str


class PairChecks:
    """Pairs of queries over the tables that `schema`, CREATE TABLE statements, makes; `database` is a file of DuckDB
    whose rows are looked at where the schema alone does not decide, and within `tolerance` floating point numbers are
    the same. Use it in a `with`: each thread that asks has a child. Raises UsageError where the schema cannot be read,
    and WarehouseError where the database cannot."""

    def __init__(
        self, schema: str, seed: int = 0, database: Path | None = None, tolerance: float | None = None
    ) -> None:
        self.relations = relations_of_schema(schema)
        if database is not None:
            with open_database(database, database.stem):
                pass
        self._opening = {
            "schema": schema,
            "seed": seed,
            "database": str(database) if database is not None else None,
            "tolerance": tolerance,
        }
        self._longest = _LONGEST + (_LONGEST_ON_DATA if database is not None else 0)
        self._own = threading.local()
        self._all: list[Child] = []

    def __enter__(self) -> PairChecks:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in self._all:
            if child.alive:
                child.end()

    def decide(self, pairs: Sequence[Pair]) -> Iterator[Answer]:
        """What is known of each pair, in order."""
        yield from self._each([{"left": pair.left, "right": pair.right} for pair in pairs], _undecided("process-ended"))

    def try_on(self, given: Sequence[tuple[Pair, Sequence[GivenRows]]]) -> Iterator[Answer | None]:
        """For each pair what databases that somebody suggests make of it: None where none tells the two apart."""
        asked = [{"left": pair.left, "right": pair.right, "databases": databases} for pair, databases in given]
        for answer in self._each(asked, {}):
            yield answer or None

    def _each(self, questions: Sequence[Answer], ended: Answer) -> Iterator[Answer]:
        workers = max(1, min(_MOST_CHILDREN, os.cpu_count() or 1, len(questions)))
        with ThreadPoolExecutor(workers) as pool:
            try:
                yield from pool.map(lambda question: self._answer(question, ended), questions)
            finally:
                pool.shutdown(cancel_futures=True)

    def _answer(self, question: Answer, ended: Answer) -> Answer:
        try:
            child: Child | None = getattr(self._own, "child", None)
            if child is None or not child.alive:
                child = self._own.child = Child(_PROGRAM)
                self._all.append(child)
                child.ask(self._opening, self._longest)
            return child.ask(question, self._longest)
        except ChildEnded:
            return ended


def serve() -> None:
    """The child: the schema and the seed first, then a pair a line."""
    questions, say = questions_and_answers()
    opening = json.loads(questions.readline())
    relations = relations_of_schema(opening["schema"])
    with ExitStack() as stack:
        connection = None
        if opening["database"]:
            path = Path(opening["database"])
            connection = stack.enter_context(open_database(path, path.stem)).connection
        say({})
        for line in questions:
            say(_answer(json.loads(line), relations, opening["seed"], opening["tolerance"], connection))


def _answer(
    pair: dict[str, Any],
    relations: Sequence[Relation],
    seed: int,
    tolerance: float | None,
    connection: duckdb.DuckDBPyConnection | None,
) -> Answer:
    try:
        left, right = pair["left"], pair["right"]
        if "databases" in pair:
            shown = differing_on(left, right, relations, pair["databases"], seconds=SECONDS, tolerance=tolerance)
            return to_json(refuted_on(shown)) if shown is not None else {}
        found = equivalent(left, right, relations, seed=seed, seconds=SECONDS, tolerance=tolerance)
        if connection is not None:
            found = on_stored_rows(found, left, right, relations, connection, tolerance=tolerance)
        return to_json(found)
    except Exception as error:  # a pair that breaks us must not take the others with it
        return _undecided("not-understood", f"{type(error).__name__}: {' '.join(str(error).split())[:300]}")


def _undecided(reason: str, detail: str = "") -> Answer:
    return to_json(Equivalence(VerdictKind.UNPROVEN, reason, detail))


def to_json(found: Equivalence) -> Answer:
    """The verdict as JSON has it."""
    return {
        "verdict": found.verdict.value,
        "reason": found.reason,
        "detail": found.detail,
        "relies_on": list(found.relies_on),
        "counterexample": _counterexample(found.counterexample) if found.counterexample else None,
        **({"tolerance": found.tolerance} if found.tolerance is not None else {}),
        **({"on_data": _on_data(found.stored)} if found.stored else {}),
    }


def _on_data(stored: StoredRows) -> Answer:
    return {
        "columns": [column.name for column in stored.columns[0]],
        "left_rows": stored.left_rows,
        "right_rows": stored.right_rows,
        "only_left": [_row(row) for row in stored.only_left],
        "only_right": [_row(row) for row in stored.only_right],
    }


def _counterexample(shown: Counterexample) -> Answer:
    tables = [
        {"table": table.table, "columns": list(table.columns), "rows": [_row(row) for row in table.rows]}
        for table in shown.tables
    ]
    outcomes = {"left": _outcome(shown.left), "right": _outcome(shown.right)}
    return {"tables": tables, **outcomes, "order_only": shown.order_only, "statements": list(shown.statements)}


def _outcome(outcome: Outcome) -> Answer:
    return {"columns": list(outcome.columns), "rows": [_row(row) for row in outcome.rows], "error": outcome.error}


def _row(row: Sequence[Any]) -> list[Any]:
    return [_value(value) for value in row]


def _value(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if abs(value) < float("inf") else str(value)  # JSON has no infinity and no NaN
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return _row(value)
    if isinstance(value, dict):
        return {str(key): _value(part) for key, part in value.items()}
    return str(value) if isinstance(value, Decimal | timedelta) else repr(value)
