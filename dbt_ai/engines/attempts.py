"""HTTP requests to a model, one at a time: each in its turn, metered, and tried again where that may help."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dbt_ai.engines import outcomes
from dbt_ai.engines.background import Background
from dbt_ai.engines.connection import Connection, Reply
from dbt_ai.engines.servers import Servers
from dbt_ai.engines.settings import EngineSettings
from dbt_ai.engines.talk import NO_COST, Said
from dbt_ai.engines.throttle import LONGEST_PAUSE, Slot, Throttle
from dbt_ai.engines.values import Cost, Meter, Request, Spending, Stoppable
from dbt_ai.errors import EngineError

_AGAIN = frozenset({outcomes.SERVER_ERROR, outcomes.TIMED_OUT, outcomes.BROKEN_OFF, outcomes.UNREACHABLE})
_AGAIN_FOR_FREE = frozenset({outcomes.RATE_LIMITED, outcomes.OVERLOADED})
_MORE_FOR_FREE = 3  # times as many attempts where the server did not begin to work
_LONGEST_BACKOFF = 30.0  # seconds


@dataclass(frozen=True)
class Attempt:
    """What became of one request: what the model `said`, or the `reply` that holds none; and what it cost."""

    outcome: str
    reply: Reply
    said: Said | None
    cost: Cost


Read = Callable[[Reply], "tuple[str, Said | None]"]  # the outcome of a reply, and what the model said in it; pure


class Attempts:
    """Makes attempts at one server for one engine. Safe for many threads."""

    def __init__(self, settings: EngineSettings, meter: Meter | None, throttle: Throttle, servers: Servers) -> None:
        self._settings = settings
        self._meter = meter
        self._throttle = throttle
        self._stopped = threading.Event()
        self._why: EngineError | None = None
        self.background = Background(servers, self._stopped)

    def stop(self, why: EngineError) -> None:
        """Nothing is sent any more: `why` is raised instead, in every thread that waits, too."""
        self._why = self._why or why
        self._stopped.set()
        self._throttle.stop(why)
        if self._meter is not None and isinstance(self._meter, Stoppable):
            self._meter.stop(why)

    def attempt(
        self, connection: Connection, request: Request, path: str, body: Mapping[str, Any], read: Read
    ) -> Attempt:
        """Sends one HTTP request in its turn and has its reply read. What it cost is settled with the meter exactly
        once, whatever happens.

        Raises CapReached where the money does not allow the request, and what `stop` was given.
        """
        replayed = self.background.replay(body)
        if replayed is not None:
            outcome, said = read(replayed)
            return Attempt(outcome, replayed, said, NO_COST)
        size, started, status = _size(body), time.monotonic(), None
        cost, outcome = Cost(sent_bytes=size, requests=1), outcomes.INTERRUPTED
        spending: Spending | None = None
        try:
            with self._throttle.slot() as slot:
                if self._meter is not None:
                    spending = self._meter.open(request, self._settings.name, self._settings.model, size)
                reply = self.background.start(connection, path, request.max_output_bytes, body)
                _tell(slot, reply)
            if self.background.is_under_way(body, reply):
                outcome = outcomes.LEFT_RUNNING
                reply = self.background.follow(connection, request.max_output_bytes, body, reply)
            outcome, said = read(reply)
            status = reply.status
            cost = replace(
                NO_COST if said is None else said.cost,
                sent_bytes=size,
                received_bytes=reply.received_bytes,
                requests=1,
                seconds=time.monotonic() - started,
            )
        finally:
            if spending is not None:
                cost = spending.close(cost, outcome, status)
        return Attempt(outcome, reply, said, cost)

    def wait(self, attempt: Attempt, failed: Mapping[str, int]) -> bool:
        """Waits until it is time to try again after `attempt`. False where that is useless, or was done often enough:
        `failed` tells how many attempts of this request have ended with each outcome.

        What the server may have worked on is tried again `retries` times at most, what it put off without working three
        times as often. `Retry-After` is obeyed, up to two minutes. Raises what `stop` was given.
        """
        asked = attempt.reply.retry_after
        if attempt.outcome not in _AGAIN | _AGAIN_FOR_FREE or (asked or 0.0) > LONGEST_PAUSE:
            return False
        kind = _AGAIN if attempt.outcome in _AGAIN else _AGAIN_FOR_FREE
        before = sum(failed.get(outcome, 0) for outcome in kind)
        if before > self._settings.retries * (1 if kind is _AGAIN else _MORE_FOR_FREE):
            return False
        grown = min(_LONGEST_BACKOFF, 0.5 * 2 ** (before - 1)) * random.uniform(0.5, 1.0)
        self._stopped.wait(grown if asked is None else asked)
        self.check()
        return True

    def check(self) -> None:
        """Raises what `stop` was given."""
        if self._why is not None:
            raise self._why  # itself: who asked to stop knows it by this


def _size(body: Mapping[str, Any]) -> int:
    try:
        return len(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())
    except UnicodeEncodeError:
        told = "The question holds characters that are no Unicode text, and was not sent."
    raise EngineError(told)


def _tell(slot: Slot, reply: Reply) -> None:
    if reply.outcome in _AGAIN_FOR_FREE:
        slot.refused(reply.retry_after)
    elif reply.outcome == "":
        slot.went_well()
