"""What a server does not understand is found out once, by one thread, and remembered for some days."""

from __future__ import annotations

import json
import multiprocessing
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from dbt_ai.engines.dialects import Dialect, first_dialect
from dbt_ai.engines.errors import EngineUnavailable
from dbt_ai.engines.openai_engine import OpenAIEngine
from dbt_ai.engines.servers import Servers
from dbt_ai.engines.settings import EngineSettings
from dbt_ai.errors import EngineError
from dbt_ai.values import EFFORTS
from tests.servers.faults import right
from tests.servers.loopback_api import LoopbackAPI, Received, Reply, error
from tests.servers.matrix import REQUEST, WITH_TOOLS
from tests.servers.shapes import SHAPES


def engine_at(api: LoopbackAPI, servers: Servers | None = None, first: str | None = None) -> OpenAIEngine:
    return OpenAIEngine(EngineSettings(model="played", base_url=api.base_url, api=first), {}, servers=servers)


def old_server(received: Received) -> Reply:
    """One that knows neither schema nor effort, and says so one after the other."""
    for name in ("reasoning_effort", "response_format"):
        if name in received.json:
            return error(400, f"Unknown parameter: '{name}'.", param=name)
    return right(received)


PROBES = 3  # of an old server: the effort, the schema, any JSON


def test_it_is_asked_of_it_once_only(api: LoopbackAPI) -> None:
    api.script = old_server
    engine = engine_at(api)
    for _ in range(3):
        engine.answer(REQUEST)
    assert len(api.received) == PROBES + 3


def test_sixteen_threads_find_out_once(api: LoopbackAPI) -> None:
    api.script = old_server
    engine = engine_at(api)
    together = threading.Barrier(16)

    def ask(number: int) -> None:
        together.wait()
        engine.answer(replace(REQUEST, prompt=f"{number}"))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(ask, range(16)))
    assert len(api.received) == PROBES + 16


def test_tools_are_found_out_about_once_too(api: LoopbackAPI) -> None:
    def script(received: Received) -> Reply:
        return error(400, "played does not support tools") if received.tools else right(received)

    api.script = script
    engine = engine_at(api)
    engine.answer(REQUEST)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: engine.answer(WITH_TOOLS), range(16)))
    assert len(api.received) == 1 + 1 + 16


def test_others_do_not_wait_for_a_first_answer_that_takes_long(
    api: LoopbackAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dbt_ai.engines.probing._PATIENCE", 0.1)
    second = threading.Event()

    def script(received: Received) -> Reply:
        if received.messages[-1][1] == "first":
            assert second.wait(20), "the second question never came"
        second.set()
        return right(received)

    api.script = script
    engine = engine_at(api)
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(engine.answer, replace(REQUEST, prompt=prompt)) for prompt in ("first", "second")]
        assert [future.result(20).content for future in asked]


def test_a_wrong_key_is_found_out_by_one_thread(api: LoopbackAPI) -> None:
    entered = threading.Barrier(16)
    waiting = threading.Event()

    def script(received: Received) -> Reply:
        waiting.wait(0.3)  # until the others have come to wait
        return error(401, "No")

    api.script = script
    engine = engine_at(api)

    def ask(_: int) -> str:
        entered.wait()
        with pytest.raises(EngineUnavailable) as raised:
            engine.answer(REQUEST)
        return str(raised.value)

    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(ask, range(16)))) == 1
    assert len(api.received) == 1


def test_a_refusal_that_nothing_helps_is_not_learnt_from(api: LoopbackAPI) -> None:
    api.script = lambda _: error(400, "The reasoning of your prompt is against our rules.")
    engine = engine_at(api)
    with pytest.raises(EngineError, match="against our rules"):
        engine.answer(REQUEST)
    api.script = right
    engine.answer(REQUEST)
    assert "reasoning_effort" in api.received[-1].json


@pytest.mark.parametrize(
    ("first", "only"), [("responses", "chat/completions"), ("chat", "responses"), (None, "responses")]
)
@pytest.mark.parametrize("shape", ["OpenAI Responses", "vLLM", "Ollama", "LM Studio"])
def test_the_api_that_is_there_is_found(api: LoopbackAPI, first: str | None, only: str, shape: str) -> None:
    missing = SHAPES[shape].no_address
    api.script = lambda received: right(received) if received.api == only else missing
    engine = engine_at(api, first=first)
    for _ in range(2):
        engine.answer(REQUEST)
    assert [received.api == only for received in api.received] == [False, True, True]


def test_a_server_that_has_neither_is_no_such_server(api: LoopbackAPI) -> None:
    api.script = lambda _: error(404, "Not Found")
    with pytest.raises(EngineUnavailable, match="is not the address of an API"):
        engine_at(api).answer(REQUEST)
    assert len(api.received) == 2


@pytest.mark.parametrize(
    ("there", "told", "asked"),
    [
        (("low", "medium"), "Supported values are: 'low', and 'medium'.", ["high", "medium"]),
        (("none", "low"), "Supported values are: 'none', and 'low'.", ["high", "low"]),
        (("xhigh", "low"), "Supported values are: 'xhigh', and 'low'.", ["high", "xhigh"]),
        (("low",), "Unsupported value.", ["high", "medium", "low"]),
        (("none",), "Unsupported value.", ["high", "medium", "low", "minimal", None]),
        ((), "Supported values are: 'low'.", ["high", "low", None]),
    ],
)
def test_the_nearest_effort_that_a_model_has(
    api: LoopbackAPI, there: tuple[str, ...], told: str, asked: list[str | None]
) -> None:
    def script(received: Received) -> Reply:
        effort = received.json.get("reasoning_effort")
        if effort is None or effort in there:
            return right(received)
        return error(400, told, code="unsupported_value", param="reasoning_effort")

    api.script = script
    engine_at(api).answer(REQUEST)
    assert [received.json.get("reasoning_effort") for received in api.received] == asked


def test_an_effort_in_place_of_another_never_goes_round_in_circles() -> None:
    dialect = Dialect("chat", efforts=tuple(zip(EFFORTS, (*EFFORTS[1:], EFFORTS[0]), strict=True)))
    assert dialect.effort_for("low") in EFFORTS


# --- remembered across runs ------------------------------------------------------------------------------------------


def test_a_second_run_knows(api: LoopbackAPI, tmp_path: Path) -> None:
    api.script = old_server
    for _ in range(2):
        engine_at(api, Servers(tmp_path)).answer(REQUEST)
    assert len(api.received) == PROBES + 2


def test_it_is_forgotten_after_some_days(tmp_path: Path) -> None:
    now = [1_000_000.0]
    servers = Servers(tmp_path, clock=lambda: now[0])
    learnt = replace(first_dialect("chat", at_openai=False), effort=False, efforts=(("high", "low"),), most_tokens=9)
    servers.learn("https://models.example/v1", "m", learnt)
    assert servers.dialect("https://models.example/v1", "m") == learnt
    assert servers.dialect("https://models.example/v1", "other") is None
    assert servers.dialect("https://models.example/v2", "m") is None
    now[0] += 8 * 86_400
    assert servers.dialect("https://models.example/v1", "m") is None


def test_no_key_and_no_password_gets_into_the_file(tmp_path: Path) -> None:
    url = "https://user:hidden-word@models.example/v1?key=hidden-key"
    servers = Servers(tmp_path)
    servers.learn(url, "m", Dialect("chat"))
    assert servers.dialect(url, "m") == Dialect("chat")
    assert "hidden" not in (tmp_path / "servers.json").read_text()


def _change(content: str, change: Callable[[dict], None]) -> str:  # type: ignore[type-arg]
    decoded = json.loads(content)
    change(next(iter(decoded["servers"].values()))["dialect"])
    return json.dumps(decoded)


BROKEN: dict[str, Callable[[str], str]] = {
    "empty": lambda content: "",
    "half": lambda content: content[: len(content) // 2],
    "a list": lambda content: "[]",
    "deep": lambda content: "[" * 100_000,
    "newer": lambda content: content.replace('"version": 1', '"version": 2'),
    "another API": lambda content: _change(content, lambda dialect: dialect.update(api="smtp")),
    "another limit": lambda content: _change(content, lambda dialect: dialect.update(limit="temperature")),
    "a text for a truth": lambda content: _change(content, lambda dialect: dialect.update(effort="yes")),
    "no limit": lambda content: _change(content, lambda dialect: dialect.update(most_tokens=-1)),
    "efforts of nothing": lambda content: _change(content, lambda dialect: dialect.update(efforts=7)),
    "a field too many": lambda content: _change(content, lambda dialect: dialect.update(temperature=1)),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_as_none(api: LoopbackAPI, tmp_path: Path, case: str) -> None:
    file = tmp_path / "servers.json"
    engine_at(api, Servers(tmp_path)).answer(REQUEST)
    whole = file.read_text()
    file.write_text(BROKEN[case](whole))
    assert Servers(tmp_path).dialect(api.base_url, "played") is None
    engine_at(api, Servers(tmp_path)).answer(REQUEST)
    assert Servers(tmp_path).dialect(api.base_url, "played") is not None


def test_a_file_that_cannot_be_written_is_no_reason_to_fail(api: LoopbackAPI, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    engine_at(api, Servers(tmp_path / "file" / "folder")).answer(REQUEST)


def _learn(folder: Path, number: int) -> None:
    for model in range(20):
        Servers(folder).learn(f"http://127.0.0.1:{number}/v1", f"{model}", Dialect("chat"))


def test_many_processes_leave_a_whole_file(tmp_path: Path) -> None:
    spawned = multiprocessing.get_context("spawn")
    processes = [spawned.Process(target=_learn, args=(tmp_path, number)) for number in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    content = json.loads((tmp_path / "servers.json").read_text())
    assert Counter(type(entry["dialect"]) for entry in content["servers"].values())[dict] >= 20
    assert [path.name for path in tmp_path.iterdir()] == ["servers.json"]
