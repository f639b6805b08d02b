"""What is in a batch that is under way is not asked a second time."""

from __future__ import annotations

from dbt_ai.engines.batch_book import BatchBook
from dbt_ai.engines.values import Answer, Engine, Request, Stoppable
from dbt_ai.errors import EngineError


class BatchWaiting:
    """An Engine that asks another one only what no batch is going to answer."""

    def __init__(self, engine: Engine, book: BatchBook) -> None:
        self._engine = engine
        self._book = book

    @property
    def name(self) -> str:
        return self._engine.name

    @property
    def model(self) -> str:
        return self._engine.model

    def answer(self, request: Request) -> Answer:
        """The engine's answer. Raises EngineError where a batch is under way that has the question, too."""
        number = self._book.under_way(request.key(self.model))
        if number is not None:
            raise EngineError(f"It waits for batch {number}: run `dbtai batch collect` when that is done, then again.")
        return self._engine.answer(request)

    def stop(self, why: EngineError) -> None:
        """See Stoppable."""
        if isinstance(self._engine, Stoppable):
            self._engine.stop(why)
