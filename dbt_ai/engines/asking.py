"""Many questions at once, within a bound, without losing an answer."""

from __future__ import annotations

import contextlib
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from dbt_ai.engines.errors import EngineUnavailable, Stopped
from dbt_ai.engines.values import Answer, Engine, Request, Stoppable
from dbt_ai.errors import EngineError

_LOOK = 0.2  # seconds: waiting for ever could not be interrupted on Windows


@dataclass(frozen=True)
class Result:
    """What became of one request: an answer, or the reason why there is none. `sent` is False where the engine had
    become unavailable before it was this request's turn."""

    request: Request
    answer: Answer | None = None
    error: EngineError | None = None
    sent: bool = True


def tell_interruption(under_way: int) -> None:
    """Says on standard error what an interrupted run still waits for."""
    if under_way:
        requests = "1 request" if under_way == 1 else f"{under_way} requests"
        it = "it" if under_way == 1 else "them"
        print(f"\nWaiting for {requests} under way; press Ctrl-C again to leave {it}.", file=sys.stderr, flush=True)


def ask_all(
    engine: Engine,
    requests: Iterable[Request],
    *,
    concurrency: int = 8,
    on_answer: Callable[[Result], None] | None = None,
    on_interrupt: Callable[[int], None] = tell_interruption,
) -> tuple[Result, ...]:
    """Asks every request, at most `concurrency` at once; the results in the order of the requests.

    All else is as `ask_each` says; `on_answer` is what that calls `told`.
    """
    results: dict[int, Result] = {}

    def told(place: int, result: Result) -> None:
        results[place] = result
        if on_answer is not None:
            on_answer(result)

    _ask(engine, requests, told, concurrency, on_interrupt)
    return tuple(results[place] for place in range(len(results)))


def ask_each(
    engine: Engine,
    requests: Iterable[Request],
    told: Callable[[Result], None],
    *,
    concurrency: int = 8,
    on_interrupt: Callable[[int], None] = tell_interruption,
) -> None:
    """Asks every request, at most `concurrency` at once, and calls `told` with each result as it comes.

    Requests are taken as they are needed, and no result is kept: memory does not grow with their number. Both happen
    in the caller's thread. An EngineError fails its own request. The first EngineUnavailable stops further sending;
    what is under way is waited for, and answers that are stored come all the same.

    Ctrl-C and SIGTERM stop sending: `on_interrupt` is told how many are under way, they are waited for and told, and
    then KeyboardInterrupt is raised. The second one raises it at once.
    """
    _ask(engine, requests, lambda _, result: told(result), concurrency, on_interrupt)


def _ask(
    engine: Engine,
    requests: Iterable[Request],
    told: Callable[[int, Result], None],
    concurrency: int,
    on_interrupt: Callable[[int], None],
) -> None:
    run = _Run(engine)
    waiting = enumerate(requests)
    threads = under_way = 0
    stopped = False
    with _interruptions() as interrupted:
        try:
            while True:
                # as many again as are asked at once lie ready, so that no thread waits for `told`
                while under_way < 2 * concurrency and not stopped and (following := next(waiting, None)) is not None:
                    if threads < concurrency:
                        # daemons: after the second Ctrl-C nobody waits minutes for a server that still thinks
                        threading.Thread(target=run.work, daemon=True, name="asking").start()
                        threads += 1
                    run.todo.put(following)
                    under_way += 1
                if interrupted.is_set() and not stopped:
                    stopped = True
                    under_way -= run.take_back()
                    run.stop(Stopped("The run was stopped before this was asked: run again to go on."))
                    on_interrupt(under_way)
                if under_way == 0:
                    break
                try:
                    place, result = run.done.get(timeout=_LOOK)
                except queue.Empty:
                    continue
                if isinstance(result, BaseException):
                    raise result
                under_way -= 1
                told(place, result)
        finally:
            run.take_back()
            for _ in range(threads):
                run.todo.put(None)
    if stopped:
        raise KeyboardInterrupt


class _Run:
    """What the threads of one run share: the requests at hand, the results, and why nothing more is sent."""

    def __init__(self, engine: Engine) -> None:
        self.todo: queue.SimpleQueue[tuple[int, Request] | None] = queue.SimpleQueue()
        self.done: queue.SimpleQueue[tuple[int, Result | BaseException]] = queue.SimpleQueue()
        self._engine = engine
        self._lock = threading.Lock()
        self._why: EngineError | None = None

    def work(self) -> None:
        """What each thread does until it finds None."""
        while (following := self.todo.get()) is not None:
            place, request = following
            try:
                self.done.put((place, self._result(request)))
            except BaseException as defect:
                self.done.put((place, defect))

    def stop(self, why: EngineError) -> bool:
        """Nothing more is sent. False where that had been said before."""
        with self._lock:
            if self._why is not None:
                return False
            self._why = why
        if isinstance(self._engine, Stoppable):
            self._engine.stop(why)
        return True

    def take_back(self) -> int:
        """Removes the requests that no thread has begun, and returns their number."""
        count = 0
        with contextlib.suppress(queue.Empty):
            while True:
                count += self.todo.get_nowait() is not None
        return count

    def _result(self, request: Request) -> Result:
        why = self._why
        if why is not None and not isinstance(self._engine, Stoppable):
            return Result(request, error=why, sent=False)
        # an engine that can be stopped sends nothing more, and may have a stored answer
        try:
            return Result(request, self._engine.answer(request))
        except EngineUnavailable as error:
            first = self.stop(error)
            return Result(request, error=error, sent=first or error is not self._why)
        except EngineError as error:
            return Result(request, error=error)


@contextlib.contextmanager
def _interruptions() -> Iterator[threading.Event]:
    """The event is set by the first Ctrl-C or SIGTERM; the second raises KeyboardInterrupt. A signal that somebody else
    handles or ignores is left alone, as are all of them outside of the main thread."""
    interrupted = threading.Event()

    def handle(number: int, frame: object) -> None:
        if interrupted.is_set():
            raise KeyboardInterrupt
        interrupted.set()

    usual: dict[int, Any] = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
    ours: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        ours = {number: handler for number, handler in usual.items() if signal.getsignal(number) is handler}
    try:
        for number in ours:
            signal.signal(number, handle)
        yield interrupted
    finally:
        for number, handler in ours.items():
            signal.signal(number, handler)
