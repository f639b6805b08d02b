"""SELECTs that no person wrote, run in a process of their own: one that hangs or eats memory is killed, and nothing of
this process is within reach of it.

The child is started at the first query and used for all that follow. It has the database as `sandbox.py` opens it, no
environment but what Python needs, no way to write a file, and limits of memory and time. Its answers are plain JSON.
"""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from dbt_ai.checks.sandbox import QueryTimeout, open_database
from dbt_ai.errors import WarehouseError

MEMORY_LIMIT = "1GB"
ADDRESS_SPACE = 16 * 1024**3  # bytes: DuckDB reserves much more than it uses
GRACE = 10.0  # seconds beyond the time limit until the process is killed; it has to start within these, too
_ENVIRONMENT = ("PATH", "PYTHONPATH", "HOME", "USERPROFILE", "SYSTEMROOT", "TEMP", "TMP", "LANG", "VIRTUAL_ENV")
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
        self._opening = json.dumps(
            {
                "path": str(path),
                "alias": alias,
                "attach": [list(pair) for pair in attach],
                "extensions": list(extensions),
                "settings": dict(settings or {}),
                "read_from": [str(folder) for folder in read_from],
                "timeout": timeout,
            },
            default=str,
        )
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of one SELECT. Raises WarehouseError where it fails, QueryTimeout where it takes too long or its
        process came to an end."""
        with self._lock:
            process = self._process
            if process is None or process.poll() is not None:
                process = self._process = self._started()
            answer = self._asked(process, json.dumps(sql))
        if "error" in answer:
            raise (QueryTimeout if answer["too_long"] else WarehouseError)(answer["error"])
        return [tuple(_decoded(value) for value in row) for row in answer["rows"]]

    def close(self) -> None:
        """Ends the child process, where there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def _started(self) -> subprocess.Popen[str]:
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**environment, "PYTHONIOENCODING": "utf-8", "PYTHONSAFEPATH": "1"},
            cwd=Path(__file__).resolve().anchor,
            text=True,
            encoding="utf-8",
        )
        answer = self._asked(process, self._opening)
        if "error" in answer:
            raise WarehouseError(answer["error"])
        return process

    def _asked(self, process: subprocess.Popen[str], line: str) -> dict[str, Any]:
        assert process.stdin is not None
        assert process.stdout is not None
        timer = threading.Timer(self._timeout + GRACE, process.kill)
        timer.daemon = True
        timer.start()
        try:
            process.stdin.write(line + "\n")
            process.stdin.flush()
            return dict(json.loads(process.stdout.readline()))
        except (OSError, ValueError) as error:
            process.kill()
            process.communicate()
            raise QueryTimeout("The query took too much time or memory, and its process was ended.") from error
        finally:
            timer.cancel()


def serve() -> None:
    """The child: opens the database that the first line of standard input names, then answers a query a line."""
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    # DuckDB draws a progress bar on standard output: answers keep the pipe, whatever else is printed goes nowhere.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)

    def say(answer: Mapping[str, Any]) -> None:
        print(json.dumps(answer), file=answers, flush=True)

    opening = json.loads(sys.stdin.readline())
    _limit()
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
            for line in sys.stdin:
                try:
                    rows = sandbox.run(json.loads(line))
                    say({"rows": [[_encoded(value) for value in row] for row in rows]})
                except WarehouseError as error:
                    say({"error": str(error), "too_long": isinstance(error, QueryTimeout)})
    except WarehouseError as error:
        say({"error": str(error)})


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows: the parent's time limit and DuckDB's own limit of memory remain
        return
    for kind, most in (("RLIMIT_FSIZE", 0), ("RLIMIT_CORE", 0), ("RLIMIT_AS", ADDRESS_SPACE)):
        number = getattr(resource, kind, None)
        if number is not None:
            try:
                resource.setrlimit(number, (most, most))
            except (ValueError, OSError):  # the system knows the limit and does not let it be set
                continue


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
