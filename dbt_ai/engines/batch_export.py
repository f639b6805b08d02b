"""Questions as files in the form of OpenAI's Batch, for whoever may answer them."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from dbt_ai.engines import chat_api, responses_api
from dbt_ai.engines.batch_book import BatchBook, Question, question_of
from dbt_ai.engines.cache import AnswerStore
from dbt_ai.engines.dialects import first_dialect
from dbt_ai.engines.talk import Spoken
from dbt_ai.engines.values import Request
from dbt_ai.errors import UsageError

MOST_REQUESTS = 50_000  # of one batch
MOST_BYTES = 200_000_000
ENDPOINTS = {"responses": "/v1/responses", "chat": "/v1/chat/completions"}


@dataclass(frozen=True)
class ExportReport:
    """What was exported to which files. Left out were requests that have an answer, those in a batch that is under way,
    equal ones, and those whose model would need to use tools."""

    files: tuple[Path, ...]
    requests: int
    answered: int = 0
    under_way: int = 0
    equal: int = 0
    with_tools: int = 0

    def __str__(self) -> str:
        """
        >>> str(ExportReport((Path("ask.jsonl"),), 12, answered=3))
        '12 requests were written to ask.jsonl. Left out: 3 with an answer.'
        """
        files = ", ".join(str(file) for file in self.files)
        said = f"{self.requests:,} request{' was' if self.requests == 1 else 's were'} written to {files}."
        said = said if self.requests else "There is no request to write."
        left_out = {
            "with an answer": self.answered,
            "in a batch that is under way": self.under_way,
            "equal to others": self.equal,
            "that need tools": self.with_tools,
        }
        told = ", ".join(f"{count:,} {why}" for why, count in left_out.items() if count)
        return f"{said} Left out: {told}." if told else said


def export_requests(
    requests: Iterable[Request],
    model: str,
    path: Path,
    *,
    api: str,
    store: AnswerStore,
    book: BatchBook,
    most_requests: int = MOST_REQUESTS,
    most_bytes: int = MOST_BYTES,
) -> ExportReport:
    """Writes the requests that have no answer yet as lines for `api` ("responses" or "chat"), each known by its key.

    What does not fit into one batch goes to further files: `ask-1.jsonl`, `ask-2.jsonl` instead of `ask.jsonl`. Each
    file appears whole or not at all, and none where there is nothing to ask. Raises UsageError where they cannot be
    written.
    """
    arguments = responses_api.arguments if api == "responses" else chat_api.arguments
    dialect = replace(first_dialect(api, at_openai=True), background=False)
    left = {"answered": 0, "under_way": 0, "equal": 0, "with_tools": 0}
    seen: set[str] = set()
    files = _Files(path, most_requests, most_bytes)
    try:
        for request in requests:
            question = question_of(request, model)
            why = _left_out(request, question, seen, store, book)
            if why is not None:
                left[why] += 1
                continue
            seen.add(question.key)
            book.export(question)
            sent = arguments(request, [Spoken("user", request.prompt)], dialect, offers_tools=False)
            body = {"model": model, **sent}
            line = {"custom_id": question.key, "method": "POST", "url": ENDPOINTS[api], "body": body}
            files.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        written = files.finish()
    except OSError as error:
        raise UsageError(f"The requests cannot be written to {path}: {error.strerror}.") from None
    finally:
        files.discard()
    return ExportReport(written, len(seen), **left)


def _left_out(request: Request, question: Question, seen: set[str], store: AnswerStore, book: BatchBook) -> str | None:
    """The name of the count in ExportReport, None for a request to write."""
    if question.key in seen:
        return "equal"
    if store.get(question.key) is not None:
        return "answered"
    if request.tools:
        return "with_tools"
    return None if book.under_way(question.key) is None else "under_way"


class _Files:
    """Files under temporary names, until all of them are whole."""

    def __init__(self, path: Path, most_requests: int, most_bytes: int) -> None:
        self._path = path
        self._most = (most_requests, most_bytes)
        self._made: list[Path] = []
        self._open: IO[bytes] | None = None
        self._requests = self._bytes = 0

    def write(self, line: bytes) -> None:
        if self._open is None or self._requests == self._most[0] or self._bytes + len(line) > self._most[1]:
            self._close()
            made = self._path.with_name(f".{self._path.name}-{os.getpid()}-{len(self._made) + 1}")
            self._open = made.open("wb")
            self._made.append(made)
            self._requests = self._bytes = 0
        self._open.write(line)
        self._requests += 1
        self._bytes += len(line)

    def finish(self) -> tuple[Path, ...]:
        """Gives the files their names."""
        self._close()
        names = [self._path] if len(self._made) < 2 else [self._numbered(n + 1) for n in range(len(self._made))]
        beyond = self._numbered(1 if len(self._made) < 2 else len(self._made) + 1)
        if beyond.exists():
            raise UsageError(f"{beyond} is there from an earlier export: move it away, so that nobody submits it.")
        for made, name in zip(self._made, names, strict=False):
            os.replace(made, name)
        return tuple(names[: len(self._made)])

    def discard(self) -> None:
        """Removes what was not finished."""
        self._close()
        for made in self._made:
            with contextlib.suppress(FileNotFoundError):
                made.unlink()

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.stem}-{number}{self._path.suffix}")

    def _close(self) -> None:
        if self._open is not None:
            opened, self._open = self._open, None
            opened.flush()
            os.fsync(opened.fileno())
            opened.close()
