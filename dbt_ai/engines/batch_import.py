"""Answers from files in the form of OpenAI's Batch, whoever gave them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dbt_ai.engines import chat_api, outcomes, responses_api
from dbt_ai.engines.batch_book import Question, question_of, sha256_of
from dbt_ai.engines.cache import AnswerStore
from dbt_ai.engines.ledger import Ledger, Sent
from dbt_ai.engines.prices import Price, usd
from dbt_ai.engines.reading import InvalidAnswer, read_answer, shortened
from dbt_ai.engines.talk import Said, mapping
from dbt_ai.engines.values import Answer, Request
from dbt_ai.errors import UsageError

ENGINE = "batch"  # what the ledger calls it
_MOST_BYTES = 20_000_000  # of a line
_MOST_CHARACTERS = 1_000_000  # of an answer, as where it is asked for directly
_SHOWN = 5  # examples in a sentence


@dataclass(frozen=True)
class Paid:
    """Where to record what answers cost: `price` is the model's without the discount of batches, None where it is not
    known, and `server` the base URL as it may be shown."""

    ledger: Ledger
    price: Price | None
    server: str


@dataclass(frozen=True)
class ImportReport:
    """What became of the lines of files with answers. `stored` are new, `there` were there before; each other line has
    its sentence. `unknown` answer none of the questions, `failed` are the server's failures, in its words, `invalid`
    cannot be used, and `broken` are no answers at all. `keys` are the questions that have an answer now."""

    stored: int = 0
    there: int = 0
    unknown: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    def sentences(self) -> tuple[str, ...]:
        """The report for a person."""
        there = f", {self.there:,} had been stored before" if self.there else ""
        plural = " was" if self.stored == 1 else "s were"
        told = [f"{self.stored:,} answer{plural} stored{there}."]
        groups = {
            "of no question that is known here": self.unknown,
            "without an answer": self.failed,
            "with an answer that cannot be used": self.invalid,
            "that cannot be read": self.broken,
        }
        for what, lines in groups.items():
            more = f" ... and {len(lines) - _SHOWN:,} more" if len(lines) > _SHOWN else ""
            if lines:
                told.append(f"{len(lines):,} line{'' if len(lines) == 1 else 's'} {what}: ")
                told[-1] += " ".join(lines[:_SHOWN]) + more
        return tuple(told)


def import_answers(
    paths: Sequence[Path],
    requests: Iterable[Request],
    model: str,
    store: AnswerStore,
    *,
    engine: str = "reasoning",
    paid: Paid | None = None,
) -> ImportReport:
    """Stores the answers in the files that answer one of `requests`, as if the engine had just been asked.

    The files are output and error files, in any order. Raises UsageError where a file cannot be read.
    """
    questions = {question.key: question for question in (question_of(request, model) for request in requests)}
    return import_files(paths, questions.get, model, store, engine=engine, paid=paid)


def import_files(
    paths: Sequence[Path],
    question: Callable[[str], Question | None],
    model: str,
    store: AnswerStore,
    *,
    engine: str = "reasoning",
    paid: Paid | None = None,
) -> ImportReport:
    """The same where `question` finds the question for a custom_id."""
    found = _Import(question, model, store, engine, paid)
    for path in paths:
        try:
            found.read(path)
        except OSError as error:
            raise UsageError(f"The answers in {path} cannot be read: {error.strerror}.") from None
    return found.report()


class _Import:
    def __init__(
        self,
        question: Callable[[str], Question | None],
        model: str,
        store: AnswerStore,
        engine: str,
        paid: Paid | None,
    ) -> None:
        self._question = question
        self._model = model
        self._store = store
        self._engine = engine
        self._paid = paid
        self._count: Counter[bool] = Counter()
        self._told: dict[str, list[str]] = {"unknown": [], "failed": [], "invalid": [], "broken": []}
        self._keys: list[str] = []

    def report(self) -> ImportReport:
        told = {kind: tuple(lines) for kind, lines in self._told.items()}
        return ImportReport(self._count[True], self._count[False], keys=tuple(self._keys), **told)

    def read(self, path: Path) -> None:
        recorded = _Recorded(self._paid, path, self._model)
        for number, text in _lines(path):
            place = f"{path.name}, line {number}"
            line = _object(text)
            if line is None:
                self._told["broken"].append(f"{place}, is not a JSON object.")
            elif "custom_id" not in line or not (line.get("response") or line.get("error")):
                is_request = isinstance(line.get("body"), Mapping)
                why = "is a request: give the file with the answers" if is_request else "is not a line of a batch"
                self._told["broken"].append(f"{place}, {why}.")
            else:
                self._take(place, line, recorded)

    def _take(self, place: str, line: Mapping[str, Any], recorded: _Recorded) -> None:
        key = str(line["custom_id"])
        question = self._question(key)
        if question is None:
            self._told["unknown"].append(f"{place}, has the custom_id {shortened(key)[:70]}.")
            return
        failure = _failure(line)
        if failure is not None:
            self._told["failed"].append(f"{question.target} ({place}): {failure}")
            return
        response = mapping(line["response"])
        body = mapping(response.get("body", response))
        said = _said(body)
        content, wrong = None, said.trouble
        if said.outcome == outcomes.ANSWERED and len(said.text) > _MOST_CHARACTERS:
            said, wrong = replace(said, outcome=outcomes.TOO_LONG), f"it is longer than {_MOST_CHARACTERS:,} characters"
        elif said.outcome == outcomes.ANSWERED:
            try:
                content = read_answer(said.text, question.schema)
            except InvalidAnswer as invalid:
                said, wrong = (
                    replace(said, outcome=outcomes.INVALID),
                    f"it is not in the form it was asked for: {invalid}",
                )
        cost = recorded(question, said)
        if content is None:
            self._told["invalid"].append(f"{question.target} ({place}): {wrong.rstrip('.')}.")
            return
        answer = Answer(content, self._engine, self._model, replace(said.cost, usd=cost, requests=1))
        self._count[self._store.put(key, answer)] += 1
        self._keys.append(key)


class _Recorded:
    """The ledger's rows for one file, which is known by its content: to import it again adds none."""

    def __init__(self, paid: Paid | None, path: Path, model: str) -> None:
        self._paid = paid
        self._model = model
        self._price = paid.price.in_batch() if paid is not None and paid.price is not None else None
        self._run = f"{ENGINE} {sha256_of(path)[:16]}"
        self._there: set[str] = set()
        if paid is not None and paid.ledger.totals(self._run):
            self._there = {row["request_key"] for row in paid.ledger.requests() if row["run"] == self._run}

    def __call__(self, question: Question, said: Said) -> float | None:
        """Records what an answer cost, and returns it in US dollars, None where that is not known."""
        spent = self._price.cost(said.cost) if self._price is not None else None
        if self._paid is not None and question.key not in self._there:
            self._there.add(question.key)
            sent = Sent(
                *(self._run, question.target, ENGINE, self._model, self._paid.server, question.effort),
                *(question.prompt_version, question.key, 0, spent),
            )
            self._paid.ledger.end(self._paid.ledger.begin(sent), said.cost, spent, said.outcome)
        return None if spent is None else usd(spent)


def _said(body: Mapping[str, Any]) -> Said:
    """What the model said, in either API's envelope."""
    said = responses_api.read(body) or chat_api.read(body)
    if said is None:
        return Said(outcomes.NOT_AN_API, trouble="it is an answer of neither Responses nor Chat Completions.")
    if said.outcome == outcomes.CALLED_TOOLS:
        return replace(said, trouble="the model wanted to use tools, which a batch does not have.")
    return said


def _failure(line: Mapping[str, Any]) -> str | None:
    """The server's words where there is no answer."""
    response = mapping(line.get("response"))
    body = mapping(response.get("body"))
    status = response.get("status_code")
    error = line.get("error") or body.get("error")
    if not error and (status is None or status == 200) and line.get("response"):
        return None
    said = mapping(error).get("message") or mapping(error).get("code") or error or response.get("body")
    code = f" ({status})" if isinstance(status, int) and status != 200 else ""
    return f"{shortened(str(said or 'no reason was given')).rstrip('.')}{code}."


def _object(text: bytes | None) -> Mapping[str, Any] | None:
    try:
        found = json.loads(text) if text is not None else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _lines(path: Path) -> Iterator[tuple[int, bytes | None]]:
    """The lines with their numbers, without empty ones; None for one that is too long to be an answer."""
    number = 0
    with path.open("rb") as file:
        while line := file.readline(_MOST_BYTES):
            number += 1
            too_long = not line.endswith(b"\n") and len(line) == _MOST_BYTES
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            while too_long and (more := file.readline(_MOST_BYTES)):
                if more.endswith(b"\n"):
                    break
            if line.strip():
                yield number, None if too_long else line
