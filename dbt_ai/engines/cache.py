"""Answers that were paid for, by what decides them: model, effort, prompt and schema.

One SQLite file that several processes and threads may use at once. Each answer is on disk before it is handed on.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

from dbt_ai.engines.claims import claims_at
from dbt_ai.engines.errors import CacheError
from dbt_ai.engines.sqlite_file import Kind, SqliteFile
from dbt_ai.engines.values import Answer, Cost, Engine, Request, Stoppable, ToolCall
from dbt_ai.errors import EngineError

_TABLE = """
create table if not exists answers (
    key text primary key,
    model text not null,
    engine text not null,
    content text not null,
    cost text not null,
    answered_at text not null default current_timestamp
) without rowid
"""
_KIND = Kind(
    name="cache",
    migrations=(
        lambda connection: connection.execute(_TABLE),
        lambda connection: connection.execute("alter table answers add column tool_calls text not null default '[]'"),
    ),
    probe="select key, model, engine, content, cost, tool_calls from answers limit 1",
    newer="delete the file and pay for its answers again",
    error=CacheError,
)


class AnswerStore:
    """The file with the answers. A damaged one is put aside under a name that ends in `.damaged`, and a new one begun;
    one of a newer version is left as it is, and CacheError says so."""

    def __init__(self, path: Path, *, wait_seconds: float = 30.0) -> None:
        self.path = path
        self._file = SqliteFile(path, _KIND, wait_seconds=wait_seconds)

    def get(self, key: str) -> Answer | None:
        """The stored answer, marked as from the cache, with what it cost then; None where there is none."""
        with self._file.reading() as connection:
            found = connection.execute(
                "select content, engine, model, cost, tool_calls from answers where key = ?", (key,)
            ).fetchone()
        if found is None:
            return None
        try:
            return _answer(*found)
        except (ValueError, TypeError):  # a disk that forgets: the question has to be asked again
            with self._file.writing() as connection:
                connection.execute("delete from answers where key = ?", (key,))
            return None

    def put(self, key: str, answer: Answer) -> bool:
        """Stores an answer for good. The first one for a key stays: False where there was one."""
        calls = [asdict(call) for call in answer.tool_calls]
        row = (key, answer.model, answer.engine, *map(json.dumps, (answer.content, asdict(answer.cost), calls)))
        with self._file.writing() as connection:
            done = connection.execute(
                "insert or ignore into answers (key, model, engine, content, cost, tool_calls) "
                "values (?, ?, ?, ?, ?, ?)",
                row,
            )
            return done.rowcount == 1

    def close(self) -> None:
        """Lets go of the file."""
        self._file.close()


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


def _answer(content: str, engine: str, model: str, cost: str, tool_calls: str) -> Answer:
    calls = tuple(ToolCall(**call) for call in json.loads(tool_calls))
    return Answer(json.loads(content), engine, model, Cost(**json.loads(cost)), from_cache=True, tool_calls=calls)
