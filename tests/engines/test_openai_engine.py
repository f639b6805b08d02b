"""The engine against a real HTTP server. What it makes of faults is in test_conformance.py."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from dbt_ai.engines.errors import EngineUnavailable
from dbt_ai.engines.openai_engine import OpenAIEngine
from dbt_ai.engines.settings import EngineSettings, read_key
from dbt_ai.errors import EngineError
from tests.servers.faults import right, unknown_column
from tests.servers.loopback_api import Http, LoopbackAPI, Received, Reply, Says, error, filled, in_turn
from tests.servers.matrix import KEY, REQUEST, SCHEMA

APIS = ("responses", "chat")


def engine_at(api: LoopbackAPI, first: str = "chat", environ: Mapping[str, str] | None = None) -> OpenAIEngine:
    settings = EngineSettings(model="played", base_url=api.base_url, api=first, timeout_seconds=30, retries=1)
    return OpenAIEngine(settings, {"DBTAI_API_KEY": KEY} if environ is None else environ)


# --- what is sent ----------------------------------------------------------------------------------------------------


def test_responses_get_a_strict_schema_the_effort_and_are_not_stored(api: LoopbackAPI) -> None:
    engine_at(api, "responses").answer(REQUEST)
    (received,) = api.received
    assert received.path == "/v1/responses"
    assert received.json == {
        "model": "played",
        "instructions": "Describe the columns.",
        "input": [{"role": "user", "content": "select order_id, status from raw_orders"}],
        "text": {"format": {"type": "json_schema", "name": "descriptions", "schema": SCHEMA, "strict": True}},
        "reasoning": {"effort": "high"},
        "max_output_tokens": 16_000,
        "store": False,
    }


def test_any_other_base_url_gets_chat_completions_with_a_strict_schema(api: LoopbackAPI) -> None:
    OpenAIEngine(EngineSettings(model="played", base_url=api.base_url), {}).answer(REQUEST)
    (received,) = api.received
    assert received.path == "/v1/chat/completions"
    assert received.json == {
        "model": "played",
        "messages": [
            {"role": "system", "content": "Describe the columns."},
            {"role": "user", "content": "select order_id, status from raw_orders"},
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "descriptions", "schema": SCHEMA, "strict": True},
        },
        "reasoning_effort": "high",
        "max_tokens": 16_000,
    }


@pytest.mark.parametrize("shape", APIS)
def test_the_one_repair_turn_quotes_the_answer_and_what_is_wrong_with_it(api: LoopbackAPI, shape: str) -> None:
    wrong = json.dumps({"model_description": None, "columns": {"order_id": None, "status": None, "amount": "Sum."}})
    api.script = in_turn(wrong, right)
    answer = engine_at(api, shape).answer(REQUEST)
    first, second = api.received
    assert second.messages[:2] == first.messages
    assert second.messages[2] == ("assistant", wrong)
    role, told = second.messages[3]
    assert role == "user"
    assert "at columns" in told
    assert "'amount' was unexpected" in told
    assert answer.cost.input_tokens == 200


def test_a_second_wrong_answer_is_refused_with_what_is_wrong(api: LoopbackAPI) -> None:
    api.script = unknown_column
    with pytest.raises(EngineError, match="'no_such_column' was unexpected"):
        engine_at(api).answer(REQUEST)
    assert len(api.received) == 2


@pytest.mark.parametrize("shape", APIS)
def test_tokens_are_as_the_server_counted_them_and_bytes_as_they_went(api: LoopbackAPI, shape: str) -> None:
    cost = engine_at(api, shape).answer(replace(REQUEST, prompt="Größe")).cost
    assert (cost.input_tokens, cost.cached_tokens, cost.output_tokens, cost.reasoning_tokens) == (100, 60, 30, 10)
    assert cost.usd is None
    assert cost.seconds > 0
    assert cost.requests == 1
    assert cost.sent_bytes == len(api.received[0].body)
    assert cost.received_bytes > 300


def test_all_requests_of_an_answer_cost(api: LoopbackAPI) -> None:
    api.script = in_turn(error(500, "Oops"), "prose", right)
    cost = engine_at(api).answer(REQUEST).cost
    assert (cost.requests, cost.input_tokens) == (3, 200)
    assert cost.sent_bytes == sum(len(received.body) for received in api.received)


def test_an_oversize_answer_is_not_read_to_its_end(api: LoopbackAPI) -> None:
    api.script = lambda received: Says(json.dumps({**filled(received), "model_description": "x" * 10_000_000}))
    with pytest.raises(EngineError, match="longer than 1,000,000 bytes"):
        engine_at(api).answer(REQUEST)
    assert len(api.received) == 1


def test_an_oversize_error_is_not_read_to_its_end(api: LoopbackAPI) -> None:
    api.script = lambda _: Http(400, b'{"error": {"message": "' + b"x" * 50_000_000)
    with pytest.raises(EngineError, match=r"answered with an error \(400\)"):
        engine_at(api).answer(REQUEST)


# --- limits of tokens ------------------------------------------------------------------------------------------------


def limits(api: LoopbackAPI) -> list[int]:
    return [received.json["max_tokens"] for received in api.received]


def test_a_cut_off_answer_is_asked_for_once_more_with_twice_the_limit(api: LoopbackAPI) -> None:
    api.script = in_turn(Says('{"model', finish="length"), right)
    engine_at(api).answer(REQUEST)
    assert limits(api) == [16_000, 32_000]


def test_an_answer_that_is_cut_off_twice_fails(api: LoopbackAPI) -> None:
    api.script = lambda _: Says('{"model', finish="length")
    with pytest.raises(EngineError, match="was cut off"):
        engine_at(api).answer(REQUEST)
    assert limits(api) == [16_000, 32_000]


def test_a_high_limit_is_not_doubled(api: LoopbackAPI) -> None:
    api.script = lambda _: Says('{"model', finish="length")
    with pytest.raises(EngineError, match="was cut off"):
        engine_at(api).answer(replace(REQUEST, max_output_tokens=40_000))
    assert limits(api) == [40_000]


def test_half_of_a_short_context_is_left_to_the_question(api: LoopbackAPI) -> None:
    def script(received: Received) -> Reply:
        told = "'max_tokens' is too large: 16000. This model's maximum context length is 8192 tokens."
        return error(400, told) if received.json["max_tokens"] > 8000 else right(received)

    api.script = script
    engine_at(api).answer(REQUEST)
    assert limits(api) == [16_000, 4_096]


# --- where it is sent ------------------------------------------------------------------------------------------------


def test_nobody_at_the_base_url() -> None:
    with LoopbackAPI() as api:
        url = api.base_url
    settings = EngineSettings(model="played", base_url=url, retries=0)
    with pytest.raises(EngineUnavailable, match=r"Nobody answers at http://127\.0\.0\.1"):
        OpenAIEngine(settings, {}).answer(REQUEST)


@pytest.mark.parametrize(
    "url", ["api.example.com/v1", "ftp://example.com", "file:///etc/passwd", "http://", "http://[::"]
)
def test_a_base_url_that_is_none(url: str) -> None:
    with pytest.raises(EngineUnavailable, match="is not an address"):
        OpenAIEngine(EngineSettings(model="played", base_url=url), {"DBTAI_API_KEY": KEY}).answer(REQUEST)


def test_azures_deployments_get_the_key_in_a_header_of_its_own(api: LoopbackAPI) -> None:
    url = api.base_url.replace("/v1", "/openai/deployments/mine?api-version=2024-10-21")
    settings = EngineSettings(model="mine", base_url=url)
    api.script = lambda received: Http(body=b"{}")
    with pytest.raises(EngineError):
        OpenAIEngine(settings, {"DBTAI_API_KEY": KEY}).answer(REQUEST)
    received = api.received[0]
    assert received.path == "/openai/deployments/mine/chat/completions?api-version=2024-10-21"
    assert received.headers["api-key"] == KEY
    assert "authorization" not in received.headers
    assert {"max_completion_tokens", "store", "reasoning_effort"} < set(received.json)


@pytest.mark.parametrize(
    "url", ["https://mine.openai.azure.com/openai/v1", "https://mine.services.ai.azure.com/openai/v1"]
)
def test_azure_needs_a_key_of_its_own(url: str) -> None:
    with pytest.raises(EngineUnavailable, match="set DBTAI_API_KEY, or"):
        OpenAIEngine(EngineSettings(model="mine", base_url=url), {"OPENAI_API_KEY": KEY}).answer(REQUEST)


def test_offline_only_this_machine_is_asked(api: LoopbackAPI) -> None:
    here = EngineSettings(model="played", base_url=api.base_url, offline=True)
    OpenAIEngine(here, {}).answer(REQUEST)
    away = EngineSettings(model="played", base_url="http://192.0.2.1/v1", offline=True)
    with pytest.raises(EngineUnavailable, match=r"http://192\.0\.2\.1/v1 is not on this machine, and offline is set"):
        OpenAIEngine(away, {"DBTAI_API_KEY": KEY}).answer(REQUEST)


def test_a_question_that_is_no_unicode_text_is_not_sent(api: LoopbackAPI) -> None:
    with pytest.raises(EngineError, match="no Unicode text"):
        engine_at(api).answer(replace(REQUEST, prompt="\ud800"))
    assert api.received == []


# --- the key ---------------------------------------------------------------------------------------------------------


def test_the_key_is_in_no_log_and_no_repr(api: LoopbackAPI, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    engine = engine_at(api)
    engine.answer(REQUEST)
    assert KEY in api.sent.decode(), "the server must have received it, or this test shows nothing"
    assert caplog.records, "the client must have logged, or this test shows nothing"
    for told in (repr(engine), str(engine), caplog.text, *(str(record.args) for record in caplog.records)):
        assert KEY not in told


OF_OPENAI = {
    "OPENAI_API_KEY": "canary-key",
    "OPENAI_ADMIN_KEY": "canary-admin",
    "OPENAI_ORG_ID": "canary-organization",
    "OPENAI_PROJECT_ID": "canary-project",
    "OPENAI_CUSTOM_HEADERS": "X-Gateway: canary-gateway\nAuthorization: Bearer canary-authorization",
    "AZURE_OPENAI_API_KEY": "canary-azure",
    "AZURE_OPENAI_AD_TOKEN": "canary-token",
}


@pytest.mark.parametrize("path", ["/v1", "/openai/deployments/mine"])
def test_what_the_environment_says_for_openai_goes_nowhere_else(
    api: LoopbackAPI, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    for name, value in OF_OPENAI.items():
        monkeypatch.setenv(name, value)
    settings = EngineSettings(model="played", base_url=api.base_url.replace("/v1", path))
    api.script = lambda received: right(received) if path == "/v1" else Http()
    with contextlib.suppress(EngineError):
        OpenAIEngine(settings, {**OF_OPENAI, "DBTAI_API_KEY": KEY}).answer(REQUEST)
    assert KEY in api.sent.decode()
    assert b"canary-" not in api.sent.replace(KEY.encode(), b"")


def test_a_password_in_a_url_is_sent_as_such(api: LoopbackAPI) -> None:
    url = api.base_url.replace("127.0.0.1", "user:hidden@127.0.0.1")
    OpenAIEngine(EngineSettings(model="played", base_url=url), {}).answer(REQUEST)
    assert api.received[0].headers["authorization"].startswith("Basic ")


def test_it_goes_to_the_server_that_the_environment_names(api: LoopbackAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Gateway: of-the-gateway")
    OpenAIEngine(EngineSettings(model="played"), {"OPENAI_BASE_URL": api.base_url}).answer(REQUEST)
    assert api.received[0].headers["x-gateway"] == "of-the-gateway"


def test_a_server_that_echoes_the_key_does_not_get_it_into_a_message(api: LoopbackAPI) -> None:
    api.script = lambda received: error(418, f"I saw {received.headers['authorization']}")
    with pytest.raises(EngineError, match=r"I saw Bearer \[key\]"):
        engine_at(api).answer(REQUEST)


def test_a_word_that_a_local_server_is_given_for_a_key_may_be_said(api: LoopbackAPI) -> None:
    api.script = lambda received: filled(received, lambda name: f"What {name} of ollama means.")
    answer = engine_at(api, environ={"DBTAI_API_KEY": "ollama"}).answer(REQUEST)
    assert answer.content["columns"]["status"] == "What status of ollama means."


def test_no_key() -> None:
    with pytest.raises(EngineUnavailable, match="set OPENAI_API_KEY or DBTAI_API_KEY, or DBTAI_API_KEY_FILE"):
        OpenAIEngine(EngineSettings(model="played"), {}).answer(REQUEST)


def test_a_server_on_this_machine_needs_no_key_and_gets_none_of_openai(api: LoopbackAPI) -> None:
    engine_at(api, environ={"OPENAI_API_KEY": KEY}).answer(REQUEST)
    assert KEY.encode() not in api.sent


def test_a_key_from_a_file(api: LoopbackAPI, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    engine_at(api, environ={"DBTAI_API_KEY_FILE": str(file), "OPENAI_API_KEY": "sk-other"}).answer(REQUEST)
    assert api.received[0].headers["authorization"] == f"Bearer {KEY}"


def test_which_key_goes_where() -> None:
    both = {"OPENAI_API_KEY": "of-openai", "DBTAI_API_KEY": "ours"}
    assert read_key("https://api.openai.com/v1", both) == "ours"
    assert read_key("https://api.openai.com/v1", {"OPENAI_API_KEY": "of-openai"}) == "of-openai"
    assert read_key("https://eu.api.openai.com/v1", {"OPENAI_API_KEY": "of-openai"}) == "of-openai"
    set_here = {"OPENAI_API_KEY": "of-openai", "OPENAI_BASE_URL": "https://llm.example.com/v1/"}
    assert read_key("https://llm.example.com/v1", set_here) == "of-openai"


@pytest.mark.parametrize(
    "url", ["https://evil.example/v1", "http://api.openai.com/v1", "https://api.openai.com.evil.example/v1"]
)
def test_a_base_url_from_the_project_cannot_collect_openais_key(url: str) -> None:
    with pytest.raises(EngineUnavailable, match="set DBTAI_API_KEY, or") as raised:
        read_key(url, {"OPENAI_API_KEY": KEY})
    assert KEY not in str(raised.value)


@pytest.mark.parametrize("variable", ["DBTAI_API_KEY", "DBTAI_API_KEY_FILE"])
def test_a_base_url_from_the_project_cannot_collect_a_key_of_ours(variable: str, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(KEY)
    given = {variable: str(file) if variable.endswith("FILE") else KEY}
    with pytest.raises(EngineUnavailable, match="set DBTAI_BASE_URL to it") as raised:
        read_key("https://llm.example.com/v1", {**given, "DBTAI_BASE_URL": "https://other.example.com/v1"})
    assert KEY not in str(raised.value)
    assert read_key("https://llm.example.com/v1", {**given, "DBTAI_BASE_URL": "https://llm.example.com/v1/"}) == KEY
    assert read_key("http://127.0.0.1:4000/v1", given) == KEY


def test_an_answer_that_quotes_the_key_is_not_kept(api: LoopbackAPI) -> None:
    api.script = lambda received: filled(received, lambda name: f"Signed {KEY}.")
    with pytest.raises(EngineError, match="quotes your key") as raised:
        engine_at(api).answer(REQUEST)
    assert KEY not in str(raised.value)


@pytest.mark.parametrize("key", ["two words", "tab\there", "line\nbreak", "schlüssel", "   "])
def test_a_key_that_no_header_can_carry(tmp_path: Path, key: str) -> None:
    file = tmp_path / "key"
    file.write_text(key, encoding="utf-8")
    for environ in ({"DBTAI_API_KEY": key}, {"DBTAI_API_KEY_FILE": str(file)}):
        with pytest.raises(EngineUnavailable, match="empty or has characters") as raised:
            read_key("https://api.openai.com/v1", environ)
        assert key.strip() == "" or key not in str(raised.value)


def test_a_key_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="cannot be read: No such file"):
        read_key("https://api.openai.com/v1", {"DBTAI_API_KEY_FILE": str(tmp_path / "none")})


def test_a_message_shows_no_password_of_a_url() -> None:
    settings = EngineSettings(model="played", base_url="http://user:hidden@127.0.0.1:9/v1?token=hidden", retries=0)
    with pytest.raises(EngineUnavailable) as raised:
        OpenAIEngine(settings, {}).answer(REQUEST)
    assert "hidden" not in str(raised.value)
