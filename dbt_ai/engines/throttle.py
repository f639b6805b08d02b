"""How many HTTP requests are under way at once: as many as the user allows, fewer while a server refuses them."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from dbt_ai.errors import EngineError

LONGEST_PAUSE = 120.0  # seconds; a server that asks for more is tried again then
_FIRST_PAUSE = 0.5
_TICK = 0.5  # seconds after which a waiting thread looks up: Windows delivers no Ctrl-C to one that waits for ever


class Throttle:
    """Places for HTTP requests to one server, handed out in the order in which they are asked for.

    A refusal (429 or 503) halves the number of places, and as many successes as there are places add one: additive
    increase, multiplicative decrease, after Chiu and Jain, "Analysis of the Increase and Decrease Algorithms for
    Congestion Avoidance in Computer Networks" (1989). As in TCP, the refusals of requests that were under way together
    count once. Safe for many threads.

    >>> throttle = Throttle(4)
    >>> with throttle.slot() as slot:
    ...     slot.refused(retry_after=0.0)
    >>> throttle.limit
    2
    """

    def __init__(self, most: int) -> None:
        self._most = max(1, most)
        self._limit = self._most
        self._changed = threading.Condition()
        self._line: deque[object] = deque()  # who waits, the first one first
        self._under_way = 0
        self._round = 0  # of requests: a new one begins with each halving
        self._refusals = 0  # rounds in a row that were refused
        self._successes = 0  # since the limit changed
        self._closed_until = 0.0
        self._why: EngineError | None = None

    @property
    def limit(self) -> int:
        """How many requests may be under way now."""
        return self._limit

    @contextlib.contextmanager
    def slot(self) -> Iterator[Slot]:
        """Waits for a free place, holds it for one HTTP request, and frees it. Say `refused` or `went_well` within.

        Raises what `stop` was given, also where it is called while this waits.
        """
        slot = self._enter()
        try:
            yield slot
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def stop(self, why: EngineError) -> None:
        """Nobody gets a place any more: `why` is raised instead, for those who wait, too. Requests under way go on."""
        with self._changed:
            self._why = self._why or why
            self._changed.notify_all()

    def _enter(self) -> Slot:
        ticket = object()
        with self._changed:
            self._line.append(ticket)
            try:
                while True:
                    if self._why is not None:
                        raise self._why
                    pause = self._closed_until - time.monotonic()
                    if pause <= 0 and self._line[0] is ticket and self._under_way < self._limit:
                        break
                    self._changed.wait(min(pause, _TICK) if pause > 0 else _TICK)
                self._under_way += 1
                return Slot(self, self._round)
            finally:
                self._line.remove(ticket)
                self._changed.notify_all()

    def _refused(self, at_round: int, retry_after: float | None) -> None:
        with self._changed:
            known = retry_after is not None and retry_after >= 0
            if at_round == self._round:
                self._limit = max(1, self._limit // 2)
                self._successes = 0
                self._round += 1
                self._refusals += 1
            elif not known:
                return
            if known and retry_after is not None:
                pause = retry_after
            else:
                # doubled each time, and of a length that chance decides: clients that were refused together come apart
                pause = _FIRST_PAUSE * 2 ** min(self._refusals - 1, 16) * random.uniform(0.5, 1.0)
            self._closed_until = max(self._closed_until, time.monotonic() + min(pause, LONGEST_PAUSE))

    def _went_well(self) -> None:
        with self._changed:
            self._refusals = 0
            self._successes += 1
            if self._successes >= self._limit:
                self._successes = 0
                self._limit = min(self._most, self._limit + 1)
                self._changed.notify_all()


@dataclass(frozen=True)
class Slot:
    """A place that is held for one HTTP request."""

    _throttle: Throttle
    _round: int

    def refused(self, retry_after: float | None) -> None:
        """The server answered 429 or 503. Nobody starts before `retry_after` seconds are over (at most LONGEST_PAUSE),
        or, where the server named none, a short pause that grows with every refusal in a row."""
        self._throttle._refused(self._round, retry_after)

    def went_well(self) -> None:
        """The server took the request."""
        self._throttle._went_well()
