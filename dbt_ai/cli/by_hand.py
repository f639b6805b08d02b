"""Questions and answers that travel as files: whoever answers them, it is not asked from here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dbt_ai.engines.batch_book import FILE as BOOK
from dbt_ai.engines.batch_book import BatchBook, Question, question_of
from dbt_ai.engines.batch_export import export_requests
from dbt_ai.engines.batch_import import ImportReport, Paid, import_files
from dbt_ai.engines.settings import shown_url
from dbt_ai.engines.values import Request
from dbt_ai.errors import UsageError

if TYPE_CHECKING:
    from dbt_ai.engines.opening import Engines
    from dbt_ai.engines.settings import EngineSettings
    from dbt_ai.tasks.sending import Withheld
    from dbt_ai.tasks.tiers import Tier


def export(withheld: Sequence[Withheld], engines: Engines, settings: EngineSettings, root: Path, path: Path) -> str:
    """Writes what was withheld to `path` in OpenAI's Batch format; what was written, in a sentence.

    Raises UsageError where that cannot be.
    """
    requests = [request for each in withheld for request in each.requests]
    api = engines.dialect(settings).api
    book = BatchBook(root / BOOK)
    try:
        written = export_requests(requests, settings.model, path, api=api, store=engines.store, book=book)
    finally:
        book.close()
    answered = sum(each.answered for each in withheld)
    return str(replace(written, answered=written.answered + answered))


class Importer:
    """Takes answers from files before a tier is asked. The questions are those of the tiers so far, and those that were
    exported from here."""

    def __init__(self, paths: Sequence[Path], engines: Engines, settings: EngineSettings, root: Path) -> None:
        self._paths = paths
        self._engines = engines
        self._server = shown_url(settings.resolved_base_url())
        self._root = root
        self._questions: dict[str, Question] = {}
        self._stored = 0
        self._report: ImportReport | None = None

    def before(self, tier: Tier, requests: Sequence[Request]) -> None:
        """Stores the answers to `requests`, and to all others that are known."""
        model = tier.engine.model
        self._questions |= {question.key: question for question in (question_of(r, model) for r in requests)}
        book = BatchBook(self._root / BOOK)
        paid = Paid(self._engines.ledger, self._engines.price(model), self._server)
        try:
            self._report = import_files(
                self._paths,
                lambda key: self._questions.get(key) or book.question(key),
                model,
                self._engines.store,
                engine=tier.engine.name,
                paid=paid,
            )
        finally:
            book.close()
        self._stored += self._report.stored

    def sentences(self) -> Sequence[str]:
        """What the files had."""
        if self._report is None:
            return ("Nothing is open that an answer could be for, so the files were not read.",)
        there = self._report.there + self._report.stored - self._stored
        return replace(self._report, stored=self._stored, there=there).sentences()


def one_model(wanted: Sequence[EngineSettings]) -> EngineSettings:
    """The engine whose questions travel: a file is for one model. Raises UsageError where there is none."""
    found = next((each for each in wanted if each.name == "reasoning"), None) or next(iter(wanted), None)
    if found is None:
        raise UsageError("With --engine derived nobody is asked: choose another engine.")
    return found
