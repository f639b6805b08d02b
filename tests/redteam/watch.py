"""What this process does to the world outside, as Python's audit events tell it: files, programs, connections."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.startfile", "pty.spawn")
_FILES = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.symlink", "os.link", "os.truncate", "os.chmod")
# look into the data for a model and compare its SQL, within limits of their own
_OUR_WORKERS = [
    [sys.executable, "-c", f"from dbt_ai.{module} import serve; serve()"]
    for module in ("checks.worker", "tasks.refactoring.apart")
]
_TWO_FILES = ("os.rename", "os.link")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC


class Watch:
    """Audit hooks stay for the life of a process, so there is one, and it looks only while it is told to."""

    def __init__(self) -> None:
        self._allowed: tuple[Path, tuple[int, ...]] | None = None
        self._seen: list[str] = []
        self._hooked = False

    @contextmanager
    def over(self, folder: Path, ports: tuple[int, ...]) -> Iterator[list[str]]:
        """What happens outside of `folder`, and with other ports than `ports` of this machine, in plain words."""
        if not self._hooked:
            sys.addaudithook(self._hear)
            self._hooked = True
        platform.processor()  # asks `uname`, once: clients of HTTP tell servers what machine they run on
        self._allowed, self._seen = (folder.resolve(), ports), []
        try:
            yield self._seen
        finally:
            self._allowed = None

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._allowed is None:
            return
        folder, ports = self._allowed
        if event in _PROGRAMS:
            if event != "subprocess.Popen" or list(arguments[1]) not in _OUR_WORKERS:
                self._seen.append(f"the program {arguments[0]!r} was started")
        elif event == "socket.connect":
            address = arguments[1]
            if not isinstance(address, tuple) or address[0] not in ("127.0.0.1", "::1") or address[1] not in ports:
                self._seen.append(f"a connection to {address!r} was opened")
        elif event == "socket.getaddrinfo":
            if arguments[0] not in ("127.0.0.1", "::1", "localhost", None):
                self._seen.append(f"the name {arguments[0]!r} was looked up")
        elif event in _FILES or (event == "open" and _is_write(arguments)):
            paths = arguments[:2] if event in _TWO_FILES else arguments[:1]
            for path in paths:
                if isinstance(path, (str, bytes, os.PathLike)) and not _may_change(os.fsdecode(path), folder):
                    self._seen.append(f"{event}: {os.fsdecode(path)} was touched")


def _is_write(arguments: tuple[Any, ...]) -> bool:
    _, mode, flags = arguments
    return bool((isinstance(mode, str) and set(mode) & set("wax+")) or (isinstance(flags, int) and flags & _WRITES))


def _may_change(name: str, folder: Path) -> bool:
    """Whether it lies in the folder; Python's own bytecode and what is no file may change, too."""
    path = Path(os.path.realpath(name))
    return path.is_relative_to(folder) or "__pycache__" in path.parts or path == Path(os.devnull)


WATCH = Watch()
