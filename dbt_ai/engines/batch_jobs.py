"""OpenAI's Batch: files are submitted, looked after, and their answers collected. Half the price, within a day.

What is about to be done is written down before it is done. A run that was killed in between is gone on with by the
next one, so that nothing is submitted twice and no answer that was paid for is lost.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from dbt_ai.engines.batch_book import Batch, BatchBook, sha256_of
from dbt_ai.engines.batch_export import ENDPOINTS, MOST_BYTES, MOST_REQUESTS
from dbt_ai.engines.batch_import import ImportReport, Paid, import_files
from dbt_ai.engines.batch_server import BatchServer
from dbt_ai.engines.cache import AnswerStore
from dbt_ai.engines.errors import EngineUnavailable
from dbt_ai.engines.ledger import Ledger, now
from dbt_ai.engines.prices import PriceTable, price_of
from dbt_ai.engines.reading import shortened
from dbt_ai.engines.settings import EngineSettings
from dbt_ai.errors import EngineError, UsageError

FOLDER = Path(".dbt_ai") / "batches"  # for the files with answers
_DAY = 86_400  # seconds


@dataclass(frozen=True)
class Told:
    """A batch, a sentence about it, and what became of its answers where it was collected just now."""

    batch: Batch
    sentence: str
    imported: ImportReport | None = None


class Batches:
    """The batches of a project at one server. Raises EngineUnavailable where there is no key or nobody answers,
    EngineError where the server refuses, UsageError for files that cannot be submitted."""

    def __init__(self, book: BatchBook, settings: EngineSettings, environ: Mapping[str, str] = os.environ) -> None:
        self._book = book
        self._server = BatchServer(settings, environ)
        self._url = self._server.url

    def submit(self, paths: Sequence[Path], store: AnswerStore) -> list[Told]:
        """Submits each file that is not under way already. All are read before the first is sent."""
        files = [_read(path) for path in paths]
        told = []
        with self._book.working():
            for file in files:
                same = [
                    batch for batch in self._book.batches() if batch.sha256 == file.sha256 and not batch.collected_at
                ]
                if same and same[-1].status != "submitting":
                    told.append(Told(same[-1], f"{file.path} is submitted already, as {same[-1].id}."))
                    continue
                if same:
                    batch = same[-1]
                else:
                    self._check_questions(file, store)
                    batch = self._book.submit(
                        Batch(
                            number=0,
                            file=file.path.name,
                            sha256=file.sha256,
                            requests=len(file.keys),
                            model=file.model,
                            endpoint=file.endpoint,
                            base_url=self._url,
                            submitted_at=now(),
                        ),
                        file.keys,
                    )
                batch = self._sent(batch, file.path)
                told.append(Told(batch, f"{file.path} is submitted as {batch.id}: {batch.requests:,} requests."))
        return told

    def status(self) -> list[Told]:
        """Every batch that is not collected yet, as the server sees it now."""
        with self._book.working():
            return [self._each(self._looked_up, batch) for batch in self._waiting()]

    def collect(self, store: AnswerStore, ledger: Ledger, prices: PriceTable, folder: Path) -> list[Told]:
        """Stores the answers of each batch that is over, also of one that expired or failed in the middle. What the
        server sent is kept in `folder`."""

        def collected(batch: Batch) -> Told:
            told = self._looked_up(batch)
            if told.batch.under_way or told.batch.base_url != self._url:
                return told
            server = self._server.retrieve(told.batch.id) if told.batch.id is not None else None
            names = [server.output_file_id, server.error_file_id] if server is not None else []
            paid = Paid(ledger, price_of(batch.model, self._server.base_url, prices), self._url)
            files = [self._downloaded(name, folder) for name in names if name]
            imported = import_files(files, self._book.question, batch.model, store, paid=paid)
            self._book.forget(imported.keys)
            return Told(self._kept(replace(told.batch, collected_at=now())), told.sentence, imported)

        with self._book.working():
            return [self._each(collected, batch) for batch in self._waiting()]

    def _waiting(self) -> list[Batch]:
        return [batch for batch in self._book.batches() if batch.collected_at is None]

    def _each(self, look: Callable[[Batch], Told], batch: Batch) -> Told:
        """What there is to tell of one batch; what is wrong with it does not stop the others."""
        try:
            return look(batch)
        except EngineUnavailable:
            raise
        except EngineError as error:
            return Told(batch, f"{batch.file}: {error}")

    def _looked_up(self, batch: Batch) -> Told:
        if batch.base_url != self._url:
            # its address came from a file of the project: no key goes there unless the settings say so, too
            return Told(batch, f"{batch.file} is at {batch.base_url}: set the base URL to that to go on with it.")
        if batch.id is None:
            batch = self._adopted(batch)
        if batch.id is None:
            batch = replace(batch, status="never submitted")
            return Told(batch, f"{batch.file} was never submitted, as something came in between: submit it again.")
        server = self._server.retrieve(batch.id)
        batch = self._kept(replace(batch, status=server.status))
        counts = server.request_counts
        done = f", {counts.completed:,} answered and {counts.failed:,} failed" if counts and counts.total else ""
        errors = [shortened(str(each.message)) for each in (server.errors.data or [] if server.errors else [])[:3]]
        why = f": {' '.join(errors)}" if errors else "."
        return Told(batch, f"{batch.file} ({batch.id}): {batch.requests:,} requests, {server.status}{done}{why}")

    def _sent(self, batch: Batch, path: Path) -> Batch:
        """Goes on with a batch from where it was left: the file may be uploaded, and the batch may exist."""
        if batch.input_file_id is None:
            batch = self._kept(replace(batch, input_file_id=self._server.upload(path, batch.file)))
        else:
            batch = self._adopted(batch)
        if batch.id is not None:
            return batch
        made = self._server.create(batch.endpoint, str(batch.input_file_id))
        return self._kept(replace(batch, id=made.id, status=made.status))

    def _adopted(self, batch: Batch) -> Batch:
        """The batch with the id under which the server has it, unchanged where it does not have it."""
        if batch.input_file_id is None:
            return batch
        submitted = datetime.fromisoformat(batch.submitted_at.removesuffix("Z") + "+00:00").timestamp()
        found = self._server.find(batch.input_file_id, submitted - _DAY)
        return batch if found is None else self._kept(replace(batch, id=found.id, status=found.status))

    def _kept(self, batch: Batch) -> Batch:
        self._book.update(batch)
        return batch

    def _downloaded(self, name: str, folder: Path) -> Path:
        path = folder / f"{re.sub(r'[^A-Za-z0-9_-]', '_', name)}.jsonl"
        if not path.exists():
            part = path.with_suffix(".part")
            try:
                folder.mkdir(parents=True, exist_ok=True)
                self._server.download(name, part)
                os.replace(part, path)
            except OSError as error:
                raise UsageError(f"The answers cannot be written to {path}: {error.strerror}.") from None
        return path

    def _check_questions(self, file: _File, store: AnswerStore) -> None:
        """Nothing is paid for twice: not what is answered, and not what another batch is about to answer."""
        answered = sum(store.get(key) is not None for key in file.keys)
        under_way = sum(self._book.under_way(key) is not None for key in file.keys)
        if answered or under_way:
            raise UsageError(
                f"Of the {len(file.keys):,} requests in {file.path}, {answered:,} are answered and {under_way:,} are "
                "in a batch that is under way: export them again, which leaves these out."
            )


@dataclass(frozen=True)
class _File:
    path: Path
    sha256: str
    model: str
    endpoint: str
    keys: tuple[str, ...]


def _read(path: Path) -> _File:
    """A file with requests, checked before anything is sent."""
    try:
        size = path.stat().st_size
        hash = sha256_of(path)
        with path.open("rb") as file:
            lines = [_line(path, number, line) for number, line in enumerate(file, 1) if line.strip()]
    except OSError as error:
        raise UsageError(f"The requests in {path} cannot be read: {error.strerror}.") from None
    keys = [key for key, _, _ in lines]
    kinds = {(model, url) for _, model, url in lines}
    if not lines:
        raise UsageError(f"There are no requests in {path}.")
    if len(keys) > MOST_REQUESTS or size > MOST_BYTES:
        raise UsageError(f"{path} is more than a batch can hold: {MOST_REQUESTS:,} requests, {MOST_BYTES // 10**6} MB.")
    if len(set(keys)) < len(keys):
        raise UsageError(f"A custom_id occurs twice in {path}: export the requests again.")
    if len(kinds) > 1:
        raise UsageError(f"{path} has requests for several models or addresses: one file holds those for one.")
    ((model, url),) = kinds
    return _File(path, hash, model, url, tuple(keys))


def _line(path: Path, number: int, line: bytes) -> tuple[str, str, str]:
    try:
        found = json.loads(line)
        key, model, url = found["custom_id"], found["body"]["model"], found["url"]
    except (ValueError, TypeError, KeyError, RecursionError):
        key = model = url = None
    if not (isinstance(key, str) and isinstance(model, str) and url in ENDPOINTS.values()):
        raise UsageError(f"{path}, line {number}, is not a request of a batch: export the requests again.")
    return key, model, url
