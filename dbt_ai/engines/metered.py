"""The Meter of one model: no request without money set aside for it and a row in the ledger."""

from __future__ import annotations

import threading
from dataclasses import replace

from dbt_ai.engines.budget import Budget
from dbt_ai.engines.errors import LedgerError
from dbt_ai.engines.ledger import Ledger, Sent
from dbt_ai.engines.outcomes import may_be_billed
from dbt_ai.engines.prices import Price, no_price, usd
from dbt_ai.engines.settings import shown_url
from dbt_ai.engines.values import Cost, Request
from dbt_ai.errors import EngineError, UsageError


class Metered:
    """A Meter. All engines of a run share `budget`, `ledger` and the name of the `run`.

    Raises UsageError where there is a cap and no price, as then the cap could not be held.
    """

    def __init__(
        self, budget: Budget, ledger: Ledger, run: str, *, model: str, base_url: str, price: Price | None
    ) -> None:
        if price is None and budget.cap is not None:
            raise UsageError(no_price(model, base_url))
        self._budget = budget
        self._ledger = ledger
        self._run = run
        self._server = shown_url(base_url)
        self._price = price
        self._why: EngineError | None = None  # nothing is sent any more

    def open(self, request: Request, engine: str, model: str, sent_bytes: int) -> _Spending:
        """Sets aside the most that the request can cost, and records it. `sent_bytes` is the length of all that the
        model will read. See Meter; raises LedgerError where the request cannot be recorded, and what `stop` was given.
        """
        most = None if self._price is None else self._price.most(sent_bytes, request.max_output_tokens)
        self._budget.set_aside(most or 0, f"a request to {model}", lambda: self._why)
        try:
            sent = Sent(
                *(self._run, request.target, engine, model, self._server, request.effort, request.prompt_version),
                *(request.key(model), sent_bytes, most),
            )
            number = self._ledger.begin(sent)
        except BaseException:
            self._budget.settle(most or 0, 0)
            raise
        return _Spending(self, number, most)

    def stop(self, why: EngineError) -> None:
        """Whoever waits for money for this model, or comes for it later, is given `why`; see Stoppable. Other models
        of the run, which share the budget, go on."""
        self._why = self._why or why
        self._budget.wake()

    def _close(self, number: int, most: int | None, cost: Cost, outcome: str, status: int | None) -> Cost:
        spent = self._price.cost(cost) if self._price is not None else None
        if spent is None and most is not None:
            spent = most if may_be_billed(outcome) else 0
        self._budget.settle(most or 0, spent or 0)
        try:
            self._ledger.end(number, cost, spent, outcome, status)
        except LedgerError as failure:
            self._why = self._why or failure  # the answer is there and paid for; the next request is not sent
        return replace(cost, usd=None if spent is None else usd(spent))


class _Spending:
    """One request under way, to be closed exactly once."""

    def __init__(self, meter: Metered, number: int, most: int | None) -> None:
        self._meter = meter
        self._number = number
        self._most = most
        self._open = threading.Lock()

    def close(self, cost: Cost, outcome: str, status: int | None = None) -> Cost:
        """See Spending."""
        if not self._open.acquire(blocking=False):
            raise RuntimeError("a spending is settled once")
        return self._meter._close(self._number, self._most, cost, outcome, status)
