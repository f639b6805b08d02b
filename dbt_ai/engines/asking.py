"""Many questions at once, within a bound, without losing an answer."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dbt_ai.engines.errors import EngineUnavailable
from dbt_ai.engines.values import Answer, Engine, Request
from dbt_ai.errors import EngineError


@dataclass(frozen=True)
class Result:
    """What became of one request: an answer, or the reason why there is none. `sent` is False where the engine had
    become unavailable before it was this request's turn."""

    request: Request
    answer: Answer | None = None
    error: EngineError | None = None
    sent: bool = True


def ask_all(
    engine: Engine,
    requests: Sequence[Request],
    *,
    concurrency: int = 4,
    on_answer: Callable[[Result], None] | None = None,
) -> tuple[Result, ...]:
    """Asks every request, at most `concurrency` at once; the results in the order of the requests.

    An EngineError fails its own request. The first EngineUnavailable stops further sending; what is under way is waited
    for. `on_answer` is called for each result as it comes, in the caller's thread. Ctrl-C stops further sending and is
    raised at once: every result that had come was given to `on_answer`.
    """
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for place in range(len(requests)):
        waiting.put(place)
    done: queue.SimpleQueue[tuple[int, Result | BaseException]] = queue.SimpleQueue()
    stop = threading.Event()
    unavailable: list[EngineUnavailable] = []

    def work() -> None:
        while True:
            try:
                place = waiting.get_nowait()
            except queue.Empty:
                return
            request = requests[place]
            if stop.is_set():
                done.put((place, Result(request, error=unavailable[0] if unavailable else None, sent=False)))
                continue
            try:
                done.put((place, Result(request, engine.answer(request))))
            except EngineUnavailable as error:
                unavailable.append(error)
                stop.set()
                done.put((place, Result(request, error=error)))
            except EngineError as error:
                done.put((place, Result(request, error=error)))
            except BaseException as defect:
                stop.set()
                done.put((place, defect))
                return

    # daemons: after Ctrl-C nobody waits minutes for a server that still thinks
    for _ in range(max(1, min(concurrency, len(requests)))):
        threading.Thread(target=work, daemon=True, name="asking").start()
    results: dict[int, Result] = {}
    try:
        while len(results) < len(requests):
            try:
                place, result = done.get(timeout=0.2)  # not for ever: that could not be interrupted on Windows
            except queue.Empty:
                continue
            if isinstance(result, BaseException):
                raise result
            results[place] = result
            if on_answer is not None:
                on_answer(result)
    except KeyboardInterrupt:
        while on_answer is not None and not done.empty():
            _, late = done.get()
            if isinstance(late, Result):
                on_answer(late)
        raise
    finally:
        stop.set()
    return tuple(results[place] for place in range(len(requests)))
