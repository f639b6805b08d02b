"""A Python process of its own that answers a line of JSON with a line of JSON, for SQL that nobody has looked at: one
that hangs or eats memory is killed, and nothing of this process is within reach of it.

It has no environment but what Python needs, no way to write a file, and limits of memory and time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

ADDRESS_SPACE = 16 * 1024**3  # bytes: DuckDB reserves much more than it uses
_ENVIRONMENT = ("PATH", "PYTHONPATH", "HOME", "USERPROFILE", "SYSTEMROOT", "TEMP", "TMP", "LANG", "VIRTUAL_ENV")


class ChildEnded(Exception):
    """The child took too much time or memory, and came to an end."""


class Child:
    """The process of `program`, which is Python and reads its questions from standard input."""

    def __init__(self, program: str) -> None:
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**environment, "PYTHONIOENCODING": "utf-8", "PYTHONSAFEPATH": "1"},
            cwd=Path(__file__).resolve().anchor,
            text=True,
            encoding="utf-8",
        )

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, question: Any, seconds: float) -> dict[str, Any]:
        """The answer to one question. Raises ChildEnded where there is none after `seconds`; the child is gone then."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        timer = threading.Timer(seconds, self._process.kill)
        timer.daemon = True
        timer.start()
        try:
            self._process.stdin.write(json.dumps(question, default=str) + "\n")
            self._process.stdin.flush()
            return dict(json.loads(self._process.stdout.readline()))
        except (OSError, ValueError) as error:
            self.end()
            raise ChildEnded("The process was ended.") from error
        finally:
            timer.cancel()

    def end(self) -> None:
        """Ends the process; it may have ended already."""
        self._process.kill()
        self._process.communicate()


def questions_and_answers() -> tuple[Any, Callable[[Any], None]]:
    """In the child: the lines of standard input, and a function that says an answer. From here on the limits hold."""
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    # DuckDB draws a progress bar on standard output: answers keep the pipe, whatever else is printed goes nowhere.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    _limit()
    return sys.stdin, lambda answer: print(json.dumps(answer), file=answers, flush=True)


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
