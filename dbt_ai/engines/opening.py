"""The engines of a run, as the settings and the environment allow them, and what they share."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from dbt_ai.engines.batch_book import FILE as BOOK
from dbt_ai.engines.batch_book import BatchBook
from dbt_ai.engines.batch_waiting import BatchWaiting
from dbt_ai.engines.budget import Budget
from dbt_ai.engines.cache import AnswerStore, CachedEngine
from dbt_ai.engines.dialects import Dialect
from dbt_ai.engines.errors import EngineUnavailable
from dbt_ai.engines.ledger import FILE as LEDGER
from dbt_ai.engines.ledger import Ledger, new_run
from dbt_ai.engines.metered import Metered
from dbt_ai.engines.openai_engine import OpenAIEngine, usual_dialect
from dbt_ai.engines.prices import Price, PriceTable, price_of, usd
from dbt_ai.engines.servers import Servers
from dbt_ai.engines.settings import NAMES_OF_SERVERS, NO_KEY, EngineSettings, is_openai, read_key, shown_url
from dbt_ai.engines.throttle import Throttle

DEFAULT_MODEL = "gpt-6-luna"  # of OpenAI's; other servers have other models
STUDENT_SECONDS = 120.0
CACHE = Path(".dbt_ai") / "answers.sqlite"
STATE = Path(".dbt_ai")
SERVERS = Path(".dbt_ai")


def engine_settings(
    model: str | None,
    base_url: str | None,
    environ: Mapping[str, str] = os.environ,
    *,
    name: str = "reasoning",
    offline: bool = False,
    needs_key: bool = True,
) -> EngineSettings:
    """How to reach the model. Asks nobody anything, and writes nothing.

    Raises EngineUnavailable where there is no key and `needs_key`, or no model is named for a server that is not
    OpenAI's.
    """
    settings = EngineSettings(model=model or DEFAULT_MODEL, base_url=base_url, name=name, offline=offline)
    if name == "student":  # what takes it longer is better asked of somebody else
        settings = replace(settings, timeout_seconds=STUDENT_SECONDS, retries=1)
    url = settings.resolved_base_url(environ)
    if needs_key:
        read_key(url, environ)
    if model is None and not is_openai(url):
        variable = "DBTAI_STUDENT_MODEL" if name == "student" else "DBTAI_MODEL"
        raise EngineUnavailable(
            f"No model is named for {shown_url(url)}: set {variable}, or `{variable[6:].lower()}` in dbt_ai.yml, to "
            "one that is there."
        )
    return settings


class Engines:
    """The engines of one run and what they share: the answers of earlier runs and the ledger in `.dbt_ai/` of the
    project at `root`, and the money. Raises CacheError or LedgerError where one of the files cannot be used."""

    def __init__(
        self,
        root: Path,
        *,
        prices: PriceTable,
        max_cost: float | None = None,
        concurrency: int = 8,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._root = root
        self._prices = prices
        self._concurrency = concurrency
        self._environ = environ
        self.budget = Budget(max_cost)
        self.store = AnswerStore(root / CACHE)
        self.ledger = Ledger(root / LEDGER)
        self._servers = Servers(root / STATE)
        self._book = BatchBook(root / BOOK) if (root / BOOK).exists() else None
        self._run = new_run()
        self._price_of: dict[str, Price | None] = {}

    def open(self, settings: EngineSettings) -> CachedEngine:
        """The engine that `settings` describe. Raises UsageError where there is a cap, and no price to hold it by."""
        url = settings.resolved_base_url(self._environ)
        price = price_of(settings.model, url, self._prices)
        self._price_of[settings.model] = price
        meter = Metered(self.budget, self.ledger, self._run, model=settings.model, base_url=url, price=price)
        throttle = Throttle(self._concurrency)
        engine = OpenAIEngine(settings, self._environ, meter=meter, throttle=throttle, servers=self._servers)
        return CachedEngine(engine if self._book is None else BatchWaiting(engine, self._book), self.store)

    def price(self, model: str) -> Price | None:
        """What a model that was opened costs at its server, None where it is not known."""
        return self._price_of[model]

    def dialect(self, settings: EngineSettings) -> Dialect:
        """How its server would be spoken to first: as it understood it last, or as such servers usually do."""
        url = settings.resolved_base_url(self._environ)
        return self._servers.dialect(url, settings.model) or usual_dialect(settings, url)

    def spent(self) -> float:
        """US dollars that this run has spent."""
        return usd(self.budget.spent)

    def close(self) -> None:
        """Lets go of the files."""
        self.store.close()
        self.ledger.close()
        if self._book is not None:
            self._book.close()


def key_source(base_url: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """The name of the environment variable whose key the server at `base_url` would be given, None for no key."""
    for name in ("DBTAI_API_KEY", "DBTAI_API_KEY_FILE", "OPENAI_API_KEY"):
        alone = {each: environ[each] for each in (name, *NAMES_OF_SERVERS) if environ.get(each)}
        try:
            if name in alone and read_key(base_url, alone) != NO_KEY:
                return name
        except EngineUnavailable:
            continue
    return None
