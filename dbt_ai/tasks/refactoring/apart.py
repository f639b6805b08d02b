"""Whether two queries are the same, decided in a process of its own: the SQL of one is nobody's we know."""

from __future__ import annotations

import base64
import json
import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from dbt_ai.checks.child import Child, ChildEnded, questions_and_answers
from dbt_ai.checks.equivalence import Equivalence, equivalent
from dbt_ai.checks.equivalence.pairs import to_json
from dbt_ai.checks.equivalence.stored import on_stored_rows
from dbt_ai.checks.lifted import Counterexample, TableRows
from dbt_ai.checks.lifted.values import Outcome
from dbt_ai.checks.sandbox import open_database
from dbt_ai.errors import WarehouseError
from dbt_ai.project.values import Project
from dbt_ai.sql.values import Relation
from dbt_ai.values import VerdictKind

LONGEST = 240.0  # seconds for a pair, after which its process is ended
_PROGRAM = "from dbt_ai.tasks.refactoring.apart import serve; serve()"


class DecideApart:
    """`equivalent`, and then the rows of the project's DuckDB, in a child process that the first pair starts."""

    def __init__(self, project: Project, tolerance: float | None = None) -> None:
        self._tolerance = tolerance
        self._child: Child | None = None
        where = project.duckdb
        self._opening = where and {
            "path": where.path,
            "alias": where.database,
            "attach": [list(pair) for pair in where.attach],
            "extensions": list(where.extensions),
            "settings": dict(where.settings),
            "read_from": [str(project.root)],
        }

    def __call__(
        self, left: str, right: str, relations: Sequence[Relation], *, count: int, seconds: float
    ) -> Equivalence:
        """As `equivalent`; UNPROVEN, too, where the process takes too much time or memory."""
        if self._child is None or not self._child.alive:
            self._child = Child(_PROGRAM)
        # Only this way round: what comes back from the child is JSON.
        told = base64.b64encode(pickle.dumps(tuple(relations))).decode("ascii")
        question = {"left": left, "right": right, "relations": told, "count": count, "seconds": seconds}
        question |= {"database": self._opening, "tolerance": self._tolerance}
        try:
            return _from_json(self._child.ask(question, LONGEST))
        except ChildEnded:
            return Equivalence(VerdictKind.UNPROVEN, "process-ended")

    def close(self) -> None:
        """Ends the child, where there is one."""
        if self._child is not None:
            self._child.end()


@contextmanager
def decide_apart(project: Project, tolerance: float | None = None) -> Iterator[DecideApart]:
    """Decides pairs of the project's queries in a child process until the end of the block, floating point numbers
    within `tolerance`."""
    found = DecideApart(project, tolerance)
    try:
        yield found
    finally:
        found.close()


def serve() -> None:
    """The child: a pair a line."""
    questions, say = questions_and_answers()
    for line in questions:
        say(_answer(json.loads(line)))


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    relations = pickle.loads(base64.b64decode(asked["relations"]))
    limits = {"seconds": asked["seconds"], "tolerance": asked["tolerance"]}
    try:
        found = equivalent(asked["left"], asked["right"], relations, count=asked["count"], **limits)
        found = _on_data(found, asked, relations)
    except Exception as error:  # a pair that breaks us is one that cannot be decided
        detail = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
        found = Equivalence(VerdictKind.UNPROVEN, "not-understood", detail)
    return {**to_json(found), "databases": found.databases}


def _on_data(found: Equivalence, asked: dict[str, Any], relations: Sequence[Relation]) -> Equivalence:
    """The verdict with what the rows say that are there, where they can be looked at."""
    if asked["database"] is None or found.verdict in (VerdictKind.PROVED, VerdictKind.REFUTED):
        return found
    try:
        with open_database(**asked["database"]) as sandbox:
            left, right = asked["left"], asked["right"]
            limits = {"seconds": asked["seconds"], "tolerance": asked["tolerance"]}
            return on_stored_rows(found, left, right, relations, sandbox.connection, **limits)
    except WarehouseError:  # nothing is built, or somebody writes to the database
        return found


def _from_json(told: dict[str, Any]) -> Equivalence:
    shown = told["counterexample"]
    return Equivalence(
        VerdictKind(told["verdict"]),
        told["reason"],
        told["detail"],
        tuple(told["relies_on"]),
        _counterexample(shown) if shown else None,
        told["databases"],
        tolerance=told.get("tolerance"),
    )


def _counterexample(shown: dict[str, Any]) -> Counterexample:
    tables = (TableRows(t["table"], tuple(t["columns"]), tuple(map(tuple, t["rows"]))) for t in shown["tables"])
    left, right = (
        Outcome(tuple(side["columns"]), tuple(map(tuple, side["rows"])), side["error"])
        for side in (shown["left"], shown["right"])
    )
    return Counterexample(tuple(tables), left, right, shown["order_only"], tuple(shown["statements"]))
