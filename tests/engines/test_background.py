"""Background runs: followed to their end, stored no longer than that, picked up by the next run of this program."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dbt_ai.engines import outcomes
from dbt_ai.engines.errors import Stopped
from dbt_ai.engines.openai_engine import OpenAIEngine
from dbt_ai.engines.servers import Servers
from dbt_ai.engines.settings import EngineSettings
from dbt_ai.errors import EngineError
from tests.servers.faults import TOOL, right
from tests.servers.loopback_api import Http, LoopbackAPI, Received, Reply, Says, enveloped, error
from tests.servers.matrix import REQUEST, WITH_TOOLS, CountingMeter

IN_BACKGROUND = replace(REQUEST, background=True)


class Runs:
    """A server with background runs, each of which ends after it was looked at `looks` times."""

    def __init__(self, looks: int = 2, says: Any = None) -> None:
        self.looks = looks
        self.says = says or (lambda received: Says(right(received)))
        self.begun: dict[str, Received] = {}
        self.looked: dict[str, int] = {}
        self.deleted: list[str] = []
        self.failing = 0

    def __call__(self, received: Received) -> Reply:
        _, _, number = received.api.partition("/")
        if received.method == "POST":
            number = f"resp_{len(self.begun) + 1}"
            self.begun[number] = received
            return self._body(number, {"status": "queued", "output": []})
        if number not in self.begun or number in self.deleted:
            return error(404, f"Response with id '{number}' not found.")
        if received.method == "DELETE":
            self.deleted.append(number)
            return Http(body=b'{"deleted": true}')
        if self.failing:
            self.failing -= 1
            return error(500, "Oops")
        self.looked[number] = self.looked.get(number, 0) + 1
        if self.looked[number] < self.looks:
            return self._body(number, {"status": "in_progress", "output": []})
        asked = self.begun[number]
        return self._body(number, json.loads(enveloped(asked, self.says(asked)).body))

    def _body(self, number: str, body: Mapping[str, Any]) -> Http:
        return Http(body=json.dumps({**body, "id": number, "background": True}).encode())


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dbt_ai.engines.background._FIRST_PAUSE", 0.01)


def engine_at(api: LoopbackAPI, folder: Path | None = None, first: str = "responses", **more: Any) -> OpenAIEngine:
    settings = EngineSettings(model="played", base_url=api.base_url, api=first, retries=1)
    return OpenAIEngine(settings, {}, servers=Servers(folder), **more)


def kept(folder: Path) -> list[Path]:
    return list(folder.glob("background/*"))


def test_a_run_is_followed_to_its_end_and_deleted(api: LoopbackAPI, tmp_path: Path) -> None:
    api.script = runs = Runs(looks=3)
    meter = CountingMeter()
    answer = engine_at(api, tmp_path, meter=meter).answer(IN_BACKGROUND)
    assert set(answer.content["columns"]) == {"order_id", "status"}
    assert (api.received[0].json["background"], api.received[0].json["store"]) == (True, True)
    assert [received.method for received in api.received] == ["POST", "GET", "GET", "GET", "DELETE"]
    assert runs.deleted == ["resp_1"]
    assert (meter.opened, meter.closed) == (1, [outcomes.ANSWERED])
    assert (answer.cost.requests, answer.cost.input_tokens) == (1, 100)
    assert kept(tmp_path) == []


def test_looks_that_fail_are_looked_over(api: LoopbackAPI, tmp_path: Path) -> None:
    api.script = runs = Runs()
    runs.failing = 3
    assert engine_at(api, tmp_path).answer(IN_BACKGROUND)
    assert len(runs.begun) == 1


def test_a_server_that_cannot_be_looked_at_any_more_is_left_to_a_later_run(api: LoopbackAPI, tmp_path: Path) -> None:
    api.script = runs = Runs()
    runs.failing = 1_000
    meter = CountingMeter()
    with pytest.raises(EngineError, match="still thinks about it in the background"):
        engine_at(api, tmp_path, meter=meter).answer(IN_BACKGROUND)
    assert meter.closed == [outcomes.LEFT_RUNNING]
    runs.failing = 0
    assert engine_at(api, tmp_path).answer(IN_BACKGROUND)
    assert len(runs.begun) == 1
    assert kept(tmp_path) == []


def test_a_server_that_answers_at_once_is_not_followed(api: LoopbackAPI, tmp_path: Path) -> None:
    api.script = right
    assert engine_at(api, tmp_path).answer(IN_BACKGROUND)
    assert [received.method for received in api.received] == ["POST"]
    assert kept(tmp_path) == []


@pytest.mark.parametrize("first", ["chat", "responses"])
def test_a_server_without_background_runs_answers_while_we_wait(api: LoopbackAPI, first: str) -> None:
    def script(received: Received) -> Reply:
        return error(400, "Unknown parameter: 'background'.") if "background" in received.json else right(received)

    api.script = script
    assert engine_at(api, first=first).answer(IN_BACKGROUND)
    assert "background" not in api.received[-1].json
    assert api.received[-1].json.get("store") in (False, None)


def test_a_run_that_fails_is_begun_again(api: LoopbackAPI, tmp_path: Path) -> None:
    api.script = runs = Runs()
    first = [Http(body=b'{"id": "resp_1", "status": "failed", "error": {"message": "Oops"}, "output": []}')]

    def script(received: Received) -> Reply:
        return first.pop() if received.method == "GET" and first else runs(received)

    api.script = script
    assert engine_at(api, tmp_path).answer(IN_BACKGROUND)
    assert len(runs.begun) == 2


def test_a_run_that_the_server_has_forgotten_is_begun_again(api: LoopbackAPI, tmp_path: Path) -> None:
    api.script = runs = Runs()
    runs.failing = 1_000
    with pytest.raises(EngineError):
        engine_at(api, tmp_path).answer(IN_BACKGROUND)
    runs.failing = 0
    runs.deleted.append("resp_1")
    assert engine_at(api, tmp_path).answer(IN_BACKGROUND)
    assert list(runs.begun) == ["resp_1", "resp_2"]


def test_a_number_that_would_lead_elsewhere_is_no_number(api: LoopbackAPI, tmp_path: Path) -> None:
    api.script = lambda received: Http(body=b'{"id": "../files/x", "status": "queued", "output": []}')
    with pytest.raises(EngineError, match="empty"):
        engine_at(api, tmp_path).answer(IN_BACKGROUND)
    assert {received.path for received in api.received} == {"/v1/responses"}


def test_stop_leaves_a_run_to_a_later_one(api: LoopbackAPI, tmp_path: Path) -> None:
    api.script = runs = Runs(looks=1_000_000)
    engine = engine_at(api, tmp_path)
    why = Stopped("The run was stopped.")
    timer = threading.Timer(0.3, engine.stop, [why])
    timer.start()
    with pytest.raises(Stopped) as raised:
        engine.answer(IN_BACKGROUND)
    assert raised.value is why
    runs.looks = 1
    assert engine_at(api, tmp_path).answer(IN_BACKGROUND)
    assert len(runs.begun) == 1


def test_turns_of_an_interrupted_talk_are_not_paid_for_twice(api: LoopbackAPI, tmp_path: Path) -> None:
    """The model used a tool; the run was stopped while the model was thinking about the result."""

    def says(received: Received) -> Says:
        used = any(role == "tool" for role, _ in received.messages)
        return Says(right(received)) if used else Says(None, calls=((TOOL, '{"name": "a"}'),))

    api.script = runs = Runs(looks=1, says=says)
    request = replace(WITH_TOOLS, background=True)
    engine = engine_at(api, tmp_path)

    def script(received: Received) -> Reply:
        if received.method == "GET" and received.path.endswith("resp_2"):
            engine.stop(Stopped("The run was stopped."))
            return error(500, "Oops")
        return runs(received)

    api.script = script
    with pytest.raises(Stopped):
        engine.answer(request)
    assert len(runs.begun) == len(kept(tmp_path)) == 2
    api.script = runs
    meter = CountingMeter()
    answer = engine_at(api, tmp_path, meter=meter).answer(request)
    assert [call.result for call in answer.tool_calls] == ["a is a column."]
    assert len(runs.begun) == 2
    assert meter.opened == 1
    assert kept(tmp_path) == []


_PROGRAM = """
import sys
from dataclasses import replace
from pathlib import Path
from dbt_ai.engines.openai_engine import OpenAIEngine
from dbt_ai.engines.servers import Servers
from dbt_ai.engines.settings import EngineSettings
from tests.servers.matrix import REQUEST
settings = EngineSettings(model="played", base_url=sys.argv[1], api="responses")
OpenAIEngine(settings, {}, servers=Servers(Path(sys.argv[2]))).answer(replace(REQUEST, background=True))
"""


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is not there")
def test_a_run_outlives_kill_9(api: LoopbackAPI, tmp_path: Path) -> None:
    api.script = runs = Runs(looks=1_000_000)
    process = subprocess.Popen([sys.executable, "-c", _PROGRAM, api.base_url, str(tmp_path)])
    until = time.monotonic() + 60
    while not runs.looked and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait(20)
    runs.looks = 1
    assert engine_at(api, tmp_path).answer(IN_BACKGROUND)
    assert list(runs.begun) == ["resp_1"]
