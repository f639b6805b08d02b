"""A SQLite file that several processes and threads use at once, and whose tables grow with the program's versions."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dbt_ai.errors import EngineError


@dataclass(frozen=True)
class Kind:
    """What a file holds. `migrations` bring it from each version to the next, the first one makes its tables; each may
    find its work done already. `probe` is a query that a file of this kind can answer. `name` and `newer` (what to do
    about a file of a newer version) are for messages, which are raised as `error`."""

    name: str
    migrations: tuple[Callable[[sqlite3.Connection], object], ...]
    probe: str
    newer: str
    error: type[EngineError]


class SqliteFile:
    """An open file. What is committed is safe from `kill -9` at once.

    A damaged file is put aside under a name that ends in `.damaged`, and a new one begun: `damaged` is then its path.
    One of a newer version is left as it is. Raises the kind's error with one sentence for all that goes wrong.
    """

    def __init__(self, path: Path, kind: Kind, *, wait_seconds: float = 30.0) -> None:
        self.path = path
        self.damaged: Path | None = None
        self._kind = kind
        self._wait_seconds = wait_seconds
        self._lock = threading.Lock()
        seen = _identity(path)
        try:
            self._connection = self._open()
        except sqlite3.OperationalError as error:  # locked, not writable, disk full: nothing wrong with the content
            raise self._error(error) from None
        except sqlite3.DatabaseError as error:
            if _identity(path) != seen:
                raise self._error(error) from None
            self._put_aside()
            try:
                self._connection = self._open()
            except sqlite3.Error as still:
                raise self._error(still) from None

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for this thread alone."""
        with self._lock:
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise self._error(error) from None

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The same in a transaction, which is committed at the end, or rolled back where something is raised."""
        with self.reading() as connection, connection:
            yield connection

    def close(self) -> None:
        """Lets go of the file."""
        with self._lock:
            self._connection.close()

    def _open(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            sentence = f"The folder {self.path.parent} cannot be made ({error.strerror}): make it."
            raise self._kind.error(sentence) from None
        connection = sqlite3.connect(self.path, timeout=self._wait_seconds, check_same_thread=False)
        try:
            (version,) = connection.execute("pragma user_version").fetchone()
            if version > len(self._kind.migrations):
                raise self._kind.error(
                    f"The {self._kind.name} {self.path} was written by a newer dbtai: use that one, or "
                    f"{self._kind.newer}."
                )
            # A log to append to, so that nobody waits for the disk each time. Another process may be switching it on
            # right now; then it is on for all.
            with contextlib.suppress(sqlite3.OperationalError):
                connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = normal")
            if version < len(self._kind.migrations):
                self._bring_up_to_date(connection)
            connection.execute(self._kind.probe).fetchone()
        except BaseException:
            connection.close()
            raise
        return connection

    def _bring_up_to_date(self, connection: sqlite3.Connection) -> None:
        with connection:
            connection.execute("begin immediate")  # of several processes, one after the other
            (version,) = connection.execute("pragma user_version").fetchone()
            for number, migrate in enumerate(self._kind.migrations[version:], version + 1):
                migrate(connection)
                connection.execute(f"pragma user_version = {number}")

    def _put_aside(self) -> None:
        for suffix in ("", "-journal", "-wal", "-shm"):
            name = self.path.with_name(self.path.name + suffix)
            with contextlib.suppress(FileNotFoundError):
                os.replace(name, name.with_name(f"{name.name}.damaged"))
        self.damaged = self.path.with_name(f"{self.path.name}.damaged")

    def _error(self, error: sqlite3.Error) -> EngineError:
        return self._kind.error(
            f"The {self._kind.name} {self.path} cannot be used ({error}): free the disk, make the file writable, or "
            "delete it."
        )


def _identity(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
