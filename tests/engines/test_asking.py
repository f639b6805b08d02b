"""Many questions at once: in order, within the bound, and nothing lost when something stops it."""

from __future__ import annotations

import _thread
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dbt_ai.engines.asking import Result, ask_all, ask_each
from dbt_ai.engines.cache import AnswerStore, CachedEngine
from dbt_ai.engines.errors import EngineUnavailable
from dbt_ai.engines.openai_engine import OpenAIEngine
from dbt_ai.engines.settings import EngineSettings
from dbt_ai.engines.values import Answer, Request
from dbt_ai.errors import EngineError
from tests.engines.test_openai_engine import REQUEST, engine_at
from tests.servers.faults import right
from tests.servers.loopback_api import Http, LoopbackAPI, Received, Reply, Says, enveloped, error, filled


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


def patient_engine_at(base_url: str) -> OpenAIEngine:
    return OpenAIEngine(EngineSettings(model="played", base_url=base_url, timeout_seconds=30), {})


def patient_engine(api: LoopbackAPI) -> OpenAIEngine:
    return patient_engine_at(api.base_url)


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


def test_stored_answers_come_though_the_engine_became_unavailable(api: LoopbackAPI, tmp_path: Path) -> None:
    store = AnswerStore(tmp_path / "answers.sqlite")
    asked = requests(30)
    ask_all(CachedEngine(engine_at(api), store), asked[10:20])
    api.script = lambda _: error(401, "no")
    results = ask_all(CachedEngine(engine_at(api), store), asked, concurrency=2)
    assert [result.answer is not None for result in results] == [False] * 10 + [True] * 10 + [False] * 10
    assert len(api.received) <= 10 + 2


def test_requests_are_taken_as_they_are_needed_and_told_as_they_come(api: LoopbackAPI) -> None:
    taken, came, ahead = [0], [0], [0]

    def generated() -> Iterator[Request]:
        for request in requests(60):
            taken[0] += 1
            ahead[0] = max(ahead[0], taken[0] - came[0])
            yield request

    def told(result: Result) -> None:
        assert result.answer is not None
        came[0] += 1

    ask_each(engine_at(api), generated(), told, concurrency=3)
    assert (taken[0], came[0]) == (60, 60)
    assert ahead[0] <= 2 * 3


def test_a_mistake_in_making_the_requests_is_raised(api: LoopbackAPI) -> None:
    def generated() -> Iterator[Request]:
        yield from requests(3)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask_each(engine_at(api), generated(), lambda _: None)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C raises KeyboardInterrupt, also where the tests run in a shell's background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_sends_no_more_and_waits_for_what_is_under_way(api: LoopbackAPI, tmp_path: Path) -> None:
    under_way = threading.Barrier(2)
    go_on = threading.Event()

    def script(received: Received) -> Reply:
        if prompt_of(received) not in ("prompt 0.", "prompt 1."):
            if under_way.wait(30) == 0:
                _thread.interrupt_main()
            go_on.wait(30)
        return dict(filled(received))

    waited_for: list[int] = []

    def on_interrupt(count: int) -> None:
        waited_for.append(count)
        go_on.set()

    api.script = script
    store = AnswerStore(tmp_path / "answers.sqlite")
    came: list[Result] = []
    with pytest.raises(KeyboardInterrupt):
        ask_all(
            CachedEngine(patient_engine(api), store),
            requests(50),
            concurrency=2,
            on_answer=came.append,
            on_interrupt=on_interrupt,
        )
    assert sorted(result.request.target for result in came) == [f"model {number}" for number in range(4)]
    assert all(result.answer for result in came)
    assert waited_for == [2]
    assert len(api.received) == 4
    assert all(store.get(request.key("played")) for request in requests(4))


@pytest.mark.usefixtures("interruptible")
def test_the_second_ctrl_c_leaves_what_is_under_way(api: LoopbackAPI) -> None:
    api.script = lambda _: Http(delay=60)
    came: list[Result] = []
    threading.Timer(0.3, _thread.interrupt_main).start()
    with pytest.raises(KeyboardInterrupt):
        ask_all(
            patient_engine(api),
            requests(50),
            concurrency=2,
            on_answer=came.append,
            on_interrupt=lambda _: _thread.interrupt_main(),
        )
    assert not came


CLIENT = """
import sys
from pathlib import Path
from dbt_ai.engines.asking import ask_each
from dbt_ai.engines.cache import AnswerStore, CachedEngine
from tests.engines.test_asking import patient_engine_at, requests
engine = CachedEngine(patient_engine_at(sys.argv[1]), AnswerStore(Path(sys.argv[2])))
ask_each(engine, requests(500), lambda result: result.answer and print(result.request.target), concurrency=4)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process at once")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_process_that_is_told_to_end_keeps_every_answer(api: LoopbackAPI, tmp_path: Path, number: int) -> None:
    api.script = lambda received: Http(body=enveloped(received, Says(right(received))).body, delay=0.05)
    path = tmp_path / "answers.sqlite"
    # a shell's background ignores Ctrl-C, and so would what it starts
    program = f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n{CLIENT}"
    client = subprocess.Popen(
        [sys.executable, "-c", program, api.base_url, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while len(api.received) < 8:
        assert client.poll() is None
        time.sleep(0.01)
    client.send_signal(number)
    out, told = client.communicate(timeout=60)
    assert client.returncode != 0
    assert re.search(r"Waiting for \d requests? under way; press Ctrl-C again to leave (it|them)\.", told)
    came = set(out.split("\n")) - {""}
    store = AnswerStore(path)
    stored = {request.target for request in requests(500) if store.get(request.key("played"))}
    assert 0 < len(api.received) < 100
    assert came == stored
    assert len(stored) == len(api.received)


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
