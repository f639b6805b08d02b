"""A time limit for one statement after the other: one thread that waits, instead of one for each statement."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf


class Watch:
    """Calls `interrupt` when a statement takes longer than its limit. The thread begins with the first one."""

    def __init__(self, interrupt: Callable[[], None]) -> None:
        self._interrupt = interrupt
        self._changed = threading.Condition()
        self._until = inf
        self._wakes = inf  # when the thread looks at the time next
        self._thread: threading.Thread | None = None

    @contextmanager
    def limit(self, seconds: float) -> Iterator[None]:
        """What runs inside is interrupted after `seconds`."""
        with self._changed:
            self._until = time.monotonic() + max(seconds, 0.001)
            if self._thread is None:
                self._thread = threading.Thread(target=self._wait, daemon=True)
                self._thread.start()
            elif self._until < self._wakes:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._until = inf

    def stop(self) -> None:
        """Ends the thread."""
        with self._changed:
            thread, self._thread = self._thread, None
            self._changed.notify()
        if thread is not None:
            thread.join()

    def _wait(self) -> None:
        with self._changed:
            while self._thread is threading.current_thread():
                left = self._until - time.monotonic()
                if left <= 0:
                    self._until = inf
                    self._interrupt()
                else:
                    self._wakes = self._until
                    self._changed.wait(None if left == inf else left)
