"""The money that one run may spend. It is set aside before it is spent, so that the cap holds whatever happens."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal

from dbt_ai.engines.errors import CapReached
from dbt_ai.engines.prices import NANO, shown_usd
from dbt_ai.errors import EngineError


class Budget:
    """What a run may spend, in nano-dollars; shared by all its engines and threads. `cap_usd` None means no bound.

    What is spent and what is set aside are never more than the cap together, as long as nobody spends more than was
    set aside for it. A thread must not set money aside while it holds some: it could wait for itself.
    """

    def __init__(self, cap_usd: float | None = None) -> None:
        self.cap = None if cap_usd is None else int(Decimal(str(cap_usd)) * NANO)
        self._spent = 0
        self._held = 0
        self._changed = threading.Condition()

    @property
    def spent(self) -> int:
        """What is spent for good."""
        return self._spent

    @property
    def held(self) -> int:
        """What is set aside for requests under way."""
        return self._held

    def set_aside(self, amount: int, what: str, stopped: Callable[[], EngineError | None] = lambda: None) -> None:
        """Sets `amount` aside for `what` ("a request to gpt-5-mini"), to be settled exactly once.

        Waits while requests under way hold the money that may be left. Raises CapReached where it would not be enough
        if all of them were free, and what `stopped` returns as soon as it returns something (see `wake`).
        """
        with self._changed:
            while True:
                if (why := stopped()) is not None:
                    raise why
                if self.cap is None or self._spent + self._held + amount <= self.cap:
                    self._held += amount
                    return
                if self._spent + amount > self.cap:
                    raise CapReached(
                        f"The cap of {shown_usd(self.cap)} is reached: {shown_usd(self._spent)} are spent, and {what} "
                        f"can cost up to {shown_usd(amount)}. Run again with a higher --max-cost to go on."
                    )
                self._changed.wait(0.2)  # not for ever: that could not be interrupted on Windows

    def settle(self, amount: int, spent: int) -> None:
        """`amount` is no longer set aside, and `spent` of it is spent."""
        with self._changed:
            self._held -= amount
            self._spent += spent
            self._changed.notify_all()

    def wake(self) -> None:
        """Whoever waits looks again whether it is stopped."""
        with self._changed:
            self._changed.notify_all()
