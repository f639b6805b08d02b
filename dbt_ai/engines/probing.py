"""Finding out what a server understands, once for all threads: one asks, the others wait for what it learns."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from dbt_ai.engines.dialects import Dialect
from dbt_ai.engines.errors import EngineUnavailable

# A server refuses what it does not understand before it begins to think: one that has not by now has understood.
_PATIENCE = 3.0
_TICK = 0.5  # seconds: Windows delivers no Ctrl-C to a thread that waits for ever


class Probing:
    """The dialect that the threads of an engine speak with one server.

    `first` is where to begin, `known` what was learnt before, `learn` is told what was learnt now. Requests differ in
    what they `need` of a server beside an answer (tools, a background run): each such set is found out about once.
    """

    def __init__(self, first: Dialect, known: Dialect | None, learn: Callable[[Dialect], None]) -> None:
        self._dialect = known or first
        self._understood: set[frozenset[str]] = set() if known is None else {frozenset()}
        self._learn = learn
        self._changed = threading.Condition()
        self._prober: Talk | None = None
        self._failure: EngineUnavailable | None = None

    @contextlib.contextmanager
    def talk(self, needs: frozenset[str]) -> Iterator[Talk]:
        """Waits until somebody else has found out, or for a while, then hands out the dialect to speak.

        Raises the EngineUnavailable that the one who found out met: asking again would meet it again.
        """
        talk = self._enter(needs)
        try:
            yield talk
        except EngineUnavailable as failure:
            self._leave(talk, failure)
            raise
        finally:
            self._leave(talk, None)

    def _enter(self, needs: frozenset[str]) -> Talk:
        with self._changed:
            waited_for: Talk | None = None
            while needs not in self._understood and self._prober is not None:
                waited_for = self._prober
                left = waited_for.since + _PATIENCE - time.monotonic()
                if left <= 0:
                    return Talk(self, needs, waited_for.dialect)
                self._changed.wait(min(left, _TICK))
            if waited_for is not None and self._failure is not None:
                raise self._failure
            talk = Talk(self, needs, self._dialect)
            if needs not in self._understood:
                self._prober, self._failure = talk, None
            return talk

    def _leave(self, talk: Talk, failure: EngineUnavailable | None) -> None:
        with self._changed:
            if self._prober is talk:
                self._prober, self._failure = None, failure
                self._changed.notify_all()

    def _understands(self, talk: Talk) -> None:
        with self._changed:
            if self._dialect == talk.dialect and talk.needs in self._understood:
                return
            new = self._dialect != talk.dialect or not self._understood
            self._dialect = talk.dialect
            self._understood |= {talk.needs, frozenset()}
            if self._prober is talk:
                self._prober = None
            self._changed.notify_all()
        if new:
            self._learn(talk.dialect)


class Talk:
    """One thread's talk with the server: in `dialect`, until the server refuses it."""

    def __init__(self, probing: Probing, needs: frozenset[str], dialect: Dialect) -> None:
        self.dialect = dialect
        self.needs = needs
        self.since = time.monotonic()
        self._probing = probing
        self._refused = {dialect}

    def go_on_in(self, dialect: Dialect) -> bool:
        """The server has refused the dialect so far. Whether the next one is worth a try: it is not where it was
        refused before."""
        if dialect in self._refused:
            return False
        self._refused.add(dialect)
        self.dialect = dialect
        self.since = time.monotonic()
        return True

    def understood(self) -> None:
        """The server has answered."""
        self._probing._understands(self)
