"""The engine against a real HTTP server: each shape of API times each fault."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from dbt_ai.engines.errors import EngineUnavailable
from dbt_ai.engines.openai_engine import OpenAIEngine
from dbt_ai.engines.settings import EngineSettings, read_key
from dbt_ai.engines.values import Request
from dbt_ai.errors import EngineError
from tests.servers import faults
from tests.servers.loopback_api import LoopbackAPI, Script, error, filled, in_turn, without_responses

TEXT = {"type": ["string", "null"]}
COLUMNS = {
    "type": "object",
    "properties": {"order_id": TEXT, "status": TEXT},
    "required": ["order_id", "status"],
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "properties": {"model_description": TEXT, "columns": COLUMNS},
    "required": ["model_description", "columns"],
    "additionalProperties": False,
}
REQUEST = Request(
    target="model.shop.orders",
    instructions="Describe the columns.",
    prompt="select order_id, status from raw_orders",
    schema_name="descriptions",
    schema=SCHEMA,
    prompt_version="1",
    effort="high",
)
KEY = "sk-canary-5ad0c1f3e7"
SHAPES: Mapping[str, tuple[str, Callable[[Script], Script]]] = {
    "responses": ("responses", lambda script: script),
    "chat": ("chat", lambda script: script),
    "responses that turn out to be chat": ("responses", without_responses),
}


def engine_at(api: LoopbackAPI, shape: str = "chat", environ: Mapping[str, str] | None = None) -> OpenAIEngine:
    settings = EngineSettings(
        model="played", base_url=api.base_url, api=SHAPES[shape][0], timeout_seconds=0.5, retries=1
    )
    return OpenAIEngine(settings, {"DBTAI_API_KEY": KEY} if environ is None else environ)


def engine_and(api: LoopbackAPI, shape: str, fault: str) -> OpenAIEngine:
    api.script = SHAPES[shape][1](faults.ALL[fault]())
    return engine_at(api, shape)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("fault", faults.RECOVERED)
def test_what_the_engine_gets_over(api: LoopbackAPI, shape: str, fault: str) -> None:
    answer = engine_and(api, shape, fault).answer(REQUEST)
    assert set(answer.content["columns"]) == {"order_id", "status"}
    assert (answer.engine, answer.model) == ("reasoning", "played")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("fault", faults.FAILING)
def test_what_fails_one_request(api: LoopbackAPI, shape: str, fault: str) -> None:
    with pytest.raises(EngineError) as raised:
        engine_and(api, shape, fault).answer(REQUEST)
    assert not isinstance(raised.value, EngineUnavailable)
    assert_one_clear_sentence(raised.value)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("fault", faults.STOPPING)
def test_what_stops_all_asking(api: LoopbackAPI, shape: str, fault: str) -> None:
    with pytest.raises(EngineUnavailable) as raised:
        engine_and(api, shape, fault).answer(REQUEST)
    assert_one_clear_sentence(raised.value)


def assert_one_clear_sentence(raised: EngineError) -> None:
    sentence = str(raised)
    assert "\n" not in sentence
    assert sentence[0].isupper() or sentence.startswith(("http", "played"))
    assert 20 < len(sentence) < 500
    assert raised.exit_code == 3
    assert KEY not in "".join(traceback.format_exception(raised))
    assert raised.__cause__ is None
    assert raised.__context__ is None, "the client's exception knows the headers, and the key among them"


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


def test_what_a_server_does_not_understand_is_asked_of_it_once_only(api: LoopbackAPI) -> None:
    api.script = without_responses(faults.right)
    engine = engine_at(api, "responses")
    for _ in range(3):
        engine.answer(REQUEST)
    assert [received.api for received in api.received] == ["responses"] + ["chat/completions"] * 3


def test_a_model_that_does_not_reason_is_asked_without_effort(api: LoopbackAPI) -> None:
    unsupported = error(400, "Unsupported parameter: 'reasoning.effort'", param="reasoning.effort")
    api.script = lambda received: unsupported if "reasoning" in received.json else filled(received)
    engine_at(api, "responses").answer(REQUEST)
    assert len(api.received) == 2


@pytest.mark.parametrize("shape", ["responses", "chat"])
def test_the_one_repair_turn_quotes_the_answer_and_what_is_wrong_with_it(api: LoopbackAPI, shape: str) -> None:
    wrong = json.dumps({"model_description": None, "columns": {"order_id": None, "status": None, "amount": "Sum."}})
    api.script = in_turn(wrong, faults.right)
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
    api.script = faults.unknown_column
    with pytest.raises(EngineError, match="'no_such_column' was unexpected"):
        engine_at(api).answer(REQUEST)
    assert len(api.received) == 2


@pytest.mark.parametrize("shape", SHAPES)
def test_tokens_are_as_the_server_counted_them(api: LoopbackAPI, shape: str) -> None:
    api.script = SHAPES[shape][1](faults.right)
    cost = engine_at(api, shape).answer(REQUEST).cost
    assert (cost.input_tokens, cost.cached_tokens, cost.output_tokens, cost.reasoning_tokens) == (100, 60, 30, 10)
    assert cost.usd is None
    assert cost.seconds > 0


def test_an_oversize_answer_is_not_read_to_its_end(api: LoopbackAPI) -> None:
    api.script = faults.FAILING["10 MB"]()
    with pytest.raises(EngineError, match="longer than 1,000,000 bytes"):
        engine_at(api).answer(REQUEST)
    assert len(api.received) == 1


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


# --- the key ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["responses", "chat"])
@pytest.mark.parametrize("fault", faults.ALL)
def test_the_key_is_in_no_log_and_no_message(
    api: LoopbackAPI, shape: str, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    engine = engine_and(api, shape, fault)
    told = ""
    try:
        told = repr(engine.answer(REQUEST))
    except EngineError as raised:
        told = "".join(traceback.format_exception(raised))
    assert KEY in api.sent.decode(), "the server must have received it, or this test shows nothing"
    assert KEY not in told + repr(engine) + str(engine)
    for record in caplog.records:
        assert KEY not in record.getMessage() + str(record.args)


def test_a_server_that_echoes_the_key_does_not_get_it_into_a_message(api: LoopbackAPI) -> None:
    api.script = lambda received: error(418, f"I saw {received.headers['authorization']}")
    with pytest.raises(EngineError, match=r"I saw Bearer \[key\]"):
        engine_at(api).answer(REQUEST)


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
