"""What is known of batches: the questions that were exported, the batches that were submitted, and their ends.

One SQLite file beside the answers. It holds no key and no prompt: of a question only what is needed to check its answer
and to say whose it is.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from dbt_ai.engines.claims import claims_at
from dbt_ai.engines.errors import CacheError
from dbt_ai.engines.sqlite_file import Kind, SqliteFile
from dbt_ai.engines.values import Request

FILE = Path(".dbt_ai") / "batches.sqlite"
UNDER_WAY = ("submitting", "validating", "in_progress", "finalizing", "cancelling")

_QUESTIONS = """
create table if not exists questions (
    key text primary key,
    target text not null,
    effort text not null,
    prompt_version text not null,
    schema text not null,
    batch integer
) without rowid
"""
_BATCHES = """
create table if not exists batches (
    number integer primary key,
    file text not null,
    sha256 text not null,
    requests integer not null,
    model text not null,
    endpoint text not null,
    base_url text not null,
    submitted_at text not null,
    input_file_id text,
    id text,
    status text not null,
    collected_at text
)
"""
_KIND = Kind(
    name="list of batches",
    migrations=(lambda connection: [connection.execute(table) for table in (_QUESTIONS, _BATCHES)],),
    probe="select key, batch, sha256, input_file_id, collected_at from questions left join batches on true limit 1",
    newer="move the file away to begin a new one",
    error=CacheError,
)


@dataclass(frozen=True)
class Question:
    """What is needed of a request to check its answer and to say whose it is. `key` is its custom_id."""

    key: str
    target: str
    effort: str
    prompt_version: str
    schema: Mapping[str, Any]


@dataclass(frozen=True)
class Batch:
    """A file that was submitted. `status` is the server's word for it, or "submitting" where it is not known yet
    whether the server has it; `collected_at` is set once its answers are stored. `base_url` is shown without secrets.
    """

    number: int
    file: str
    sha256: str
    requests: int
    model: str
    endpoint: str
    base_url: str
    submitted_at: str
    input_file_id: str | None = None
    id: str | None = None
    status: str = "submitting"
    collected_at: str | None = None

    @property
    def under_way(self) -> bool:
        """Whether the server may still work on it."""
        return self.status in UNDER_WAY


def question_of(request: Request, model: str) -> Question:
    """The question that a request is to `model`."""
    key = request.key(model)
    return Question(key, request.target, request.effort, request.prompt_version, request.schema)


def sha256_of(path: Path) -> str:
    """The hash of a file's content."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            found.update(chunk)
    return found.hexdigest()


class BatchBook:
    """The file, safe for several processes. Raises CacheError with one sentence."""

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(path, _KIND)
        self._claims = claims_at(path.with_name(f"{path.name}-working"))

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        """For one process at a time: nothing is submitted or collected by two at once."""
        with self._claims.hold("0", lambda: None):
            yield

    def export(self, question: Question) -> None:
        """Remembers a question that is handed out."""
        row = (question.key, question.target, question.effort, question.prompt_version, json.dumps(question.schema))
        with self._file.writing() as connection:
            connection.execute(
                "insert into questions (key, target, effort, prompt_version, schema) values (?, ?, ?, ?, ?) "
                "on conflict (key) do update set target = excluded.target",
                row,
            )

    def question(self, key: str) -> Question | None:
        """A question that was handed out, None where its key is not known."""
        with self._file.reading() as connection:
            found = connection.execute(
                "select key, target, effort, prompt_version, schema from questions where key = ?", (key,)
            ).fetchone()
        if found is None:
            return None
        key, target, effort, prompt_version, schema = found
        return Question(key, target, effort, prompt_version, json.loads(schema))

    def under_way(self, key: str) -> int | None:
        """The number of the batch that a question is in, None where it is in none that is under way."""
        with self._file.reading() as connection:
            found = connection.execute("select batch from questions where key = ?", (key,)).fetchone()
        return None if found is None else found[0]

    def submit(self, batch: Batch, keys: Iterable[str]) -> Batch:
        """Remembers a batch that is about to be submitted, and which questions are in it; the batch with its number."""
        row = {name: value for name, value in asdict(batch).items() if name != "number"}
        with self._file.writing() as connection:
            connection.execute("begin immediate")
            number = connection.execute(
                f"insert into batches ({', '.join(row)}) values ({', '.join('?' * len(row))})", tuple(row.values())
            ).lastrowid
            connection.executemany("update questions set batch = ? where key = ?", ((number, key) for key in keys))
        return Batch(**{**asdict(batch), "number": number})

    def update(self, batch: Batch) -> None:
        """Keeps what has become of a batch. The questions of one that is over are free to be asked again."""
        with self._file.writing() as connection:
            connection.execute(
                "update batches set input_file_id = ?, id = ?, status = ?, collected_at = ? where number = ?",
                (batch.input_file_id, batch.id, batch.status, batch.collected_at, batch.number),
            )
            if batch.collected_at is not None:
                connection.execute("update questions set batch = null where batch = ?", (batch.number,))

    def forget(self, keys: Iterable[str]) -> None:
        """Forgets questions that are answered."""
        with self._file.writing() as connection:
            connection.executemany("delete from questions where key = ?", ((key,) for key in keys))

    def batches(self) -> list[Batch]:
        """All batches, the oldest first."""
        names = ", ".join(field.name for field in fields(Batch))
        with self._file.reading() as connection:
            return [Batch(*row) for row in connection.execute(f"select {names} from batches order by number")]

    def close(self) -> None:
        """Lets go of the file."""
        self._file.close()
