"""SELECTs that no person wrote, run in a process of their own (see `child.py`).

The child is started at the first query and used for all that follow. It has the database as `sandbox.py` opens it.
"""

from __future__ import annotations

import datetime
import json
import threading
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from dbt_ai.checks.child import Child, ChildEnded, questions_and_answers
from dbt_ai.checks.sandbox import QueryTimeout, open_database
from dbt_ai.errors import WarehouseError

MEMORY_LIMIT = "1GB"
GRACE = 10.0  # seconds beyond the time limit until the process is killed; it has to start within these, too
_PROGRAM = "from dbt_ai.checks.worker import serve; serve()"


class QueryWorker:
    """Runs queries one at a time in a child process; may be called from several threads. Arguments as for
    `sandbox.open_database`. `close` ends the child; a query after that starts another one."""

    def __init__(
        self,
        path: str | Path,
        alias: str,
        *,
        attach: Sequence[tuple[str, str]] = (),
        extensions: Sequence[str] = (),
        settings: Mapping[str, Any] | None = None,
        read_from: Sequence[str | Path] = (),
        timeout: float = 10.0,
    ) -> None:
        self._timeout = timeout
        self._opening = {
            "path": str(path),
            "alias": alias,
            "attach": [list(pair) for pair in attach],
            "extensions": list(extensions),
            "settings": dict(settings or {}),
            "read_from": [str(folder) for folder in read_from],
            "timeout": timeout,
        }
        self._lock = threading.Lock()
        self._child: Child | None = None

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of one SELECT. Raises WarehouseError where it fails, QueryTimeout where it takes too long or its
        process came to an end."""
        with self._lock:
            child = self._child
            if child is None or not child.alive:
                child = self._child = self._started()
            answer = self._asked(child, sql)
        if "error" in answer:
            raise (QueryTimeout if answer["too_long"] else WarehouseError)(answer["error"])
        return [tuple(_decoded(value) for value in row) for row in answer["rows"]]

    def close(self) -> None:
        """Ends the child process, where there is one."""
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def _started(self) -> Child:
        child = Child(_PROGRAM)
        answer = self._asked(child, self._opening)
        if "error" in answer:
            raise WarehouseError(answer["error"])
        return child

    def _asked(self, child: Child, question: Any) -> dict[str, Any]:
        try:
            return child.ask(question, self._timeout + GRACE)
        except ChildEnded as error:
            raise QueryTimeout("The query took too much time or memory, and its process was ended.") from error


def serve() -> None:
    """The child: opens the database that the first line of standard input names, then answers a query a line."""
    questions, say = questions_and_answers()
    opening = json.loads(questions.readline())
    try:
        with open_database(
            opening["path"],
            opening["alias"],
            attach=[tuple(pair) for pair in opening["attach"]],
            extensions=opening["extensions"],
            settings=opening["settings"],
            read_from=opening["read_from"],
            memory_limit=MEMORY_LIMIT,
            threads=1,
            timeout=opening["timeout"],
        ) as sandbox:
            say({"rows": []})
            for line in questions:
                try:
                    rows = sandbox.run(json.loads(line))
                    say({"rows": [[_encoded(value) for value in row] for row in rows]})
                except WarehouseError as error:
                    say({"error": str(error), "too_long": isinstance(error, QueryTimeout)})
    except WarehouseError as error:
        say({"error": str(error)})


def _encoded(value: Any) -> Any:
    """A value as JSON: what JSON has no word for with its kind and its text."""
    if isinstance(value, datetime.datetime):
        return ["datetime", value.isoformat()]
    if isinstance(value, datetime.date):
        return ["date", value.isoformat()]
    if isinstance(value, Decimal):
        return ["decimal", str(value)]
    if isinstance(value, UUID):
        return ["uuid", str(value)]
    if isinstance(value, float):
        return ["float", repr(value)]  # with infinity, which JSON lacks
    return value if value is None or isinstance(value, bool | int | str) else ["other", type(value).__name__]


_KINDS: Mapping[str, Any] = {
    "datetime": datetime.datetime.fromisoformat,
    "date": datetime.date.fromisoformat,
    "decimal": Decimal,
    "uuid": UUID,
    "float": float,
    "other": lambda name: object(),
}


def _decoded(value: Any) -> Any:
    return _KINDS[value[0]](value[1]) if isinstance(value, list) else value
