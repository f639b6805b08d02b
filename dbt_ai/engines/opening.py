"""The engines of a run, as the settings and the environment allow them, and what they share."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from dbt_ai.engines.batch_book import FILE as BOOK
from dbt_ai.engines.batch_book import BatchBook
from dbt_ai.engines.batch_waiting import BatchWaiting
from dbt_ai.engines.budget import Budget
from dbt_ai.engines.cache import AnswerStore, CachedEngine
from dbt_ai.engines.dialects import Dialect
from dbt_ai.engines.ledger import FILE as LEDGER
from dbt_ai.engines.ledger import Ledger, new_run
from dbt_ai.engines.local.engine import LocalEngine
from dbt_ai.engines.metered import Metered
from dbt_ai.engines.openai_engine import OpenAIEngine, usual_dialect
from dbt_ai.engines.prices import Price, PriceTable, price_of, usd
from dbt_ai.engines.servers import Servers
from dbt_ai.engines.settings import EngineSettings
from dbt_ai.engines.throttle import Throttle

CACHE = Path(".dbt_ai") / "answers.sqlite"
STATE = Path(".dbt_ai")  # what is known of servers


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
        if settings.local is not None:
            return CachedEngine(LocalEngine(settings.model, settings.local, meter=meter), self.store)
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
