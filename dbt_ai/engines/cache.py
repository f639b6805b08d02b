"""Answers that were paid for, by what decides them: model, effort, prompt and schema.

One SQLite file that several processes and threads may use at once. Each answer is on disk before it is handed on.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

from dbt_ai.engines.claims import claims_at
from dbt_ai.engines.errors import CacheError
from dbt_ai.engines.values import Answer, Cost, Engine, Request, Stoppable, ToolCall
from dbt_ai.errors import EngineError

VERSION = 2  # of the table
_TABLE = """
create table if not exists answers (
    key text primary key,
    model text not null,
    engine text not null,
    content text not null,
    cost text not null,
    tool_calls text not null default '[]',
    answered_at text not null default current_timestamp
) without rowid
"""


class AnswerStore:
    """The file with the answers. A damaged one is put aside under a name that ends in `.damaged`, and a new one begun;
    one of a newer version is left as it is, and CacheError says so."""

    def __init__(self, path: Path, *, wait_seconds: float = 30.0) -> None:
        self.path = path
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

    def get(self, key: str) -> Answer | None:
        """The stored answer, marked as from the cache, with what it cost then; None where there is none."""
        with self._lock, self._told():
            found = self._connection.execute(
                "select content, engine, model, cost, tool_calls from answers where key = ?", (key,)
            ).fetchone()
            if found is None:
                return None
            try:
                return _answer(*found)
            except (ValueError, TypeError):  # a disk that forgets: the question has to be asked again
                with self._connection:
                    self._connection.execute("delete from answers where key = ?", (key,))
                return None

    def put(self, key: str, answer: Answer) -> None:
        """Stores an answer for good; the first one for a key stays."""
        calls = [asdict(call) for call in answer.tool_calls]
        row = (key, answer.model, answer.engine, *map(json.dumps, (answer.content, asdict(answer.cost), calls)))
        with self._lock, self._told(), self._connection:
            self._connection.execute(
                "insert or ignore into answers (key, model, engine, content, cost, tool_calls) "
                "values (?, ?, ?, ?, ?, ?)",
                row,
            )

    def close(self) -> None:
        """Lets go of the file."""
        with self._lock:
            self._connection.close()

    def _open(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CacheError(f"The folder {self.path.parent} cannot be made ({error.strerror}): make it.") from None
        connection = sqlite3.connect(self.path, timeout=self._wait_seconds, check_same_thread=False)
        try:
            (version,) = connection.execute("pragma user_version").fetchone()
            if version > VERSION:
                raise CacheError(
                    f"The cache {self.path} was written by a newer dbtai: use that one, or delete the file and pay for "
                    "its answers again."
                )
            # A log to append to: an answer is safe from kill -9 at once, without waiting for the disk each time.
            # Another process may be switching it on right now; then it is on for all.
            with contextlib.suppress(sqlite3.OperationalError):
                connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = normal")
            if version < VERSION:
                _bring_up_to_date(connection)
            connection.execute("select key, model, engine, content, cost from answers limit 1").fetchone()
        except BaseException:
            connection.close()
            raise
        return connection

    def _put_aside(self) -> None:
        for suffix in ("", "-journal", "-wal", "-shm"):
            name = self.path.with_name(self.path.name + suffix)
            with contextlib.suppress(FileNotFoundError):
                os.replace(name, name.with_name(f"{name.name}.damaged"))

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._error(error) from None

    def _error(self, error: sqlite3.Error) -> CacheError:
        return CacheError(
            f"The cache {self.path} cannot be used ({error}): free the disk, make the file writable, or delete it."
        )


class CachedEngine:
    """An Engine that asks another one only what was not answered before. What a thread or another process is asking
    right now is waited for, and not paid for twice.

    Where an answer cannot be stored it is handed on all the same, and the next question raises CacheError, so that no
    money is spent on answers that would be lost.
    """

    def __init__(self, engine: Engine, store: AnswerStore) -> None:
        self._engine = engine
        self._store = store
        self._claims = claims_at(store.path.with_name(f"{store.path.name}-asking"))
        self._why: EngineError | None = None  # nothing is asked any more

    @property
    def name(self) -> str:
        return self._engine.name

    @property
    def model(self) -> str:
        return self._engine.model

    def stored(self, request: Request) -> Answer | None:
        """What was answered before, None where nothing was. Asks nobody."""
        return self._store.get(request.key(self.model))

    def answer(self, request: Request) -> Answer:
        """The stored answer, else the engine's. `cost` of a stored one says nothing of this run: it cost nothing."""
        key = request.key(self.model)
        stored = self._store.get(key)
        if stored is not None:
            return stored
        with self._claims.hold(key, self._check):
            stored = self._store.get(key)
            if stored is not None:
                return stored
            answer = self._engine.answer(request)
            try:
                self._store.put(key, replace(answer, from_cache=False))
            except CacheError as failure:
                self._why = self._why or failure
            return answer

    def stop(self, why: EngineError) -> None:
        """From now on `why` is raised for every question whose answer is not stored; see Stoppable."""
        self._why = self._why or why
        self._claims.wake()
        if isinstance(self._engine, Stoppable):
            self._engine.stop(why)

    def _check(self) -> None:
        if self._why is not None:
            raise self._why


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    with connection:
        connection.execute("begin immediate")  # of several processes, one after the other
        connection.execute(_TABLE)
        columns = {row[1] for row in connection.execute("pragma table_info(answers)")}
        if "tool_calls" not in columns:  # of version 1, whose program can go on reading and writing
            connection.execute("alter table answers add column tool_calls text not null default '[]'")
        connection.execute(f"pragma user_version = {VERSION}")


def _answer(content: str, engine: str, model: str, cost: str, tool_calls: str) -> Answer:
    calls = tuple(ToolCall(**call) for call in json.loads(tool_calls))
    return Answer(json.loads(content), engine, model, Cost(**json.loads(cost)), from_cache=True, tool_calls=calls)


def _identity(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
