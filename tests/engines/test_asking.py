"""Many questions at once: in order, within the bound, and nothing lost when something stops it."""

from __future__ import annotations

import _thread
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dbt_ai.engines.asking import Result, ask_all
from dbt_ai.engines.cache import AnswerStore, CachedEngine
from dbt_ai.engines.errors import EngineUnavailable
from dbt_ai.engines.openai_engine import OpenAIEngine
from dbt_ai.engines.settings import EngineSettings
from dbt_ai.engines.values import Answer, Request
from dbt_ai.errors import EngineError
from tests.engines.test_openai_engine import REQUEST, engine_at
from tests.servers.loopback_api import Http, LoopbackAPI, Received, Reply, error, filled


def requests(count: int) -> list[Request]:
    return [replace(REQUEST, target=f"model {number}", prompt=f"prompt {number}.") for number in range(count)]


def prompt_of(received: Received) -> str:
    return received.messages[1][1]


def test_the_results_are_in_the_order_of_the_requests(api: LoopbackAPI) -> None:
    api.script = lambda received: {
        "model_description": prompt_of(received),
        "columns": {"order_id": None, "status": None},
    }
    came: list[Result] = []
    results = ask_all(engine_at(api), requests(20), concurrency=4, on_answer=came.append)
    assert [result.request.target for result in results] == [f"model {number}" for number in range(20)]
    assert [result.answer and result.answer.content["model_description"] for result in results] == [
        f"prompt {number}." for number in range(20)
    ]
    assert sorted(r.request.target for r in came) == sorted(r.request.target for r in results)


def test_no_more_are_under_way_than_allowed(api: LoopbackAPI) -> None:
    now, most = [0], [0]
    lock = threading.Lock()
    full = threading.Barrier(3)

    def script(received: Received) -> Reply:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        full.wait(10)  # three at once, or this breaks
        with lock:
            now[0] -= 1
        return dict(filled(received))

    api.script = script
    ask_all(patient_engine(api), requests(9), concurrency=3)
    assert most[0] == 3


def patient_engine(api: LoopbackAPI) -> OpenAIEngine:
    return OpenAIEngine(EngineSettings(model="played", base_url=api.base_url, timeout_seconds=30), {})


def test_one_that_fails_fails_alone(api: LoopbackAPI) -> None:
    api.script = lambda received: error(418, "no") if prompt_of(received) == "prompt 3." else filled(received)
    results = ask_all(engine_at(api), requests(8))
    assert [result.error is not None for result in results] == [number == 3 for number in range(8)]
    assert all(result.sent for result in results)


def test_a_wrong_key_is_tried_once_and_not_five_hundred_times(api: LoopbackAPI) -> None:
    api.script = lambda _: error(401, "Incorrect API key")
    results = ask_all(engine_at(api), requests(500), concurrency=4)
    assert len(api.received) <= 4
    assert len(results) == 500
    assert all(isinstance(result.error, EngineUnavailable) for result in results)
    assert sum(result.sent for result in results) == len(api.received)


def test_what_was_answered_before_the_engine_became_unavailable_is_kept(api: LoopbackAPI, tmp_path: Path) -> None:
    api.script = lambda received: error(401, "no") if prompt_of(received) == "prompt 5." else filled(received)
    store = AnswerStore(tmp_path / "answers.sqlite")
    first = ask_all(CachedEngine(engine_at(api), store), requests(10), concurrency=1)
    assert [result.answer is not None for result in first] == [True] * 5 + [False] * 5
    api.script, sent = filled, len(api.received)
    second = ask_all(CachedEngine(engine_at(api), store), requests(10), concurrency=1)
    assert all(result.answer for result in second)
    assert len(api.received) - sent == 5


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C raises KeyboardInterrupt, also where the tests run in a shell's background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_keeps_what_came_and_does_not_wait_for_the_rest(api: LoopbackAPI, tmp_path: Path) -> None:
    api.script = lambda received: (
        filled(received) if prompt_of(received) in ("prompt 0.", "prompt 1.") else Http(delay=60)
    )
    store = AnswerStore(tmp_path / "answers.sqlite")
    came: list[Result] = []

    def on_answer(result: Result) -> None:
        came.append(result)
        if len(came) == 2:
            _thread.interrupt_main()

    engine = CachedEngine(patient_engine(api), store)
    with pytest.raises(KeyboardInterrupt):
        ask_all(engine, requests(50), concurrency=2, on_answer=on_answer)
    assert sorted(result.request.target for result in came) == ["model 0", "model 1"]
    assert len(api.received) <= 4
    assert all(store.get(request.key("played")) for request in requests(2))


class Defective:
    name = "reasoning"
    model = "none"

    def answer(self, request: Request) -> Answer:
        raise ZeroDivisionError("a defect")


def test_a_defect_of_ours_is_no_failure_of_the_engine() -> None:
    with pytest.raises(ZeroDivisionError):
        ask_all(Defective(), requests(3))


def test_nothing_to_ask(api: LoopbackAPI) -> None:
    assert ask_all(engine_at(api), []) == ()
    assert issubclass(EngineUnavailable, EngineError)
