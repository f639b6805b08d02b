"""Many pairs of queries, each decided in a child process: their SQL is nobody's we know."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from dbt_ai.checks.child import Child, ChildEnded, questions_and_answers
from dbt_ai.checks.equivalence.deciding import equivalent
from dbt_ai.checks.equivalence.values import Equivalence
from dbt_ai.checks.lifted import Counterexample
from dbt_ai.checks.lifted.values import Outcome
from dbt_ai.sql.schema_file import relations_of_schema
from dbt_ai.sql.values import Relation
from dbt_ai.values import VerdictKind

SECONDS = 10.0  # for one query on all databases
_LONGEST = 90.0  # seconds for a pair, after which its process is ended
_PROGRAM = "from dbt_ai.checks.equivalence.pairs import serve; serve()"
_MOST_CHILDREN = 4

Answer = dict[str, Any]
"""What is known of a pair, as JSON has it: verdict, reason, detail, relies_on, counterexample."""


@dataclass(frozen=True)
class Pair:
    """Two queries under a name."""

    id: str
    left: str
    right: str


def decide(pairs: Sequence[Pair], schema: str, seed: int = 0) -> Iterator[tuple[Pair, Answer]]:
    """Each pair with what is known of it, in order; `schema` are CREATE TABLE statements. Raises UsageError where the
    schema cannot be read."""
    relations_of_schema(schema)
    children = _Children({"schema": schema, "seed": seed})
    workers = max(1, min(_MOST_CHILDREN, os.cpu_count() or 1, len(pairs)))
    with ThreadPoolExecutor(workers) as pool:
        try:
            yield from zip(pairs, pool.map(children.answer, pairs), strict=True)
        finally:
            pool.shutdown(cancel_futures=True)
            children.end()


class _Children:
    """One child for each thread that asks."""

    def __init__(self, opening: Any) -> None:
        self._opening = opening
        self._own = threading.local()
        self._all: list[Child] = []

    def answer(self, pair: Pair) -> Answer:
        try:
            child: Child | None = getattr(self._own, "child", None)
            if child is None or not child.alive:
                child = self._own.child = Child(_PROGRAM)
                self._all.append(child)
                child.ask(self._opening, _LONGEST)
            return child.ask({"left": pair.left, "right": pair.right}, _LONGEST)
        except ChildEnded:
            return _undecided("process-ended")

    def end(self) -> None:
        for child in self._all:
            if child.alive:
                child.end()


def serve() -> None:
    """The child: the schema and the seed first, then a pair a line."""
    questions, say = questions_and_answers()
    opening = json.loads(questions.readline())
    relations = relations_of_schema(opening["schema"])
    say({})
    for line in questions:
        say(_answer(json.loads(line), relations, opening["seed"]))


def _answer(pair: dict[str, str], relations: Sequence[Relation], seed: int) -> Answer:
    try:
        return to_json(equivalent(pair["left"], pair["right"], relations, seed=seed, seconds=SECONDS))
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
