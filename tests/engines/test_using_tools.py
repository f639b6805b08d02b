"""The tools that a model may use, through both APIs: counted, checked, recorded, given back as each API wants it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from dbt_ai.engines.openai_engine import OpenAIEngine
from dbt_ai.engines.settings import EngineSettings
from dbt_ai.engines.values import Answer
from dbt_ai.errors import EngineError
from tests.servers.faults import TOOL, right
from tests.servers.loopback_api import LoopbackAPI, Received, Reply, Says, error, in_turn
from tests.servers.matrix import LOOK_UP, WITH_TOOLS

BY_NAME = ("responses", "chat")
A, B = (TOOL, '{"name": "a"}'), (TOOL, '{"name": "b"}')


def ask(api: LoopbackAPI, first: str, request: Any = WITH_TOOLS) -> Answer:
    settings = EngineSettings(model="played", base_url=api.base_url, api=first, retries=1)
    return OpenAIEngine(settings, {}).answer(request)


def returned(received: Received) -> list[str]:
    return [text for role, text in received.messages if role == "tool"]


@pytest.mark.parametrize("first", BY_NAME)
def test_parallel_calls_are_made_in_order_and_recorded(api: LoopbackAPI, first: str) -> None:
    api.script = in_turn(Says(None, calls=(A, B)), right)
    answer = ask(api, first)
    assert returned(api.received[1]) == ["a is a column.", "b is a column."]
    recorded = [(call.number, call.name, call.arguments, call.result) for call in answer.tool_calls]
    assert recorded == [
        (1, TOOL, {"name": "a"}, "a is a column."),
        (2, TOOL, {"name": "b"}, "b is a column."),
    ]
    assert answer.cost.requests == 2


@pytest.mark.parametrize("first", BY_NAME)
def test_calls_in_several_turns_are_counted_together(api: LoopbackAPI, first: str) -> None:
    api.script = in_turn(Says(None, calls=(A, B)), Says(None, calls=(A, B)), right)
    answer = ask(api, first)
    assert [call.number for call in answer.tool_calls] == [1, 2, 3]
    assert "Not done: 3 uses of tools were allowed" in returned(api.received[2])[3]
    assert [received.tools for received in api.received] == [(TOOL,), (TOOL,), ()]


@pytest.mark.parametrize("first", BY_NAME)
def test_a_model_that_calls_what_it_is_not_offered_fails_in_the_end(api: LoopbackAPI, first: str) -> None:
    api.script = lambda _: Says(None, calls=(A,))
    with pytest.raises(EngineError, match="went on to use tools in place of an answer"):
        ask(api, first)
    assert len(api.received) == WITH_TOOLS.max_tool_calls + 4


@pytest.mark.parametrize(
    ("call", "arguments", "told"),
    [
        ((TOOL, '{"name": '), {}, "The arguments of look_up cannot be used: they are not JSON"),
        ((TOOL, "[1]"), {}, "cannot be used: they are not a JSON object"),
        ((TOOL, ""), {}, "do not follow its schema: at the arguments: 'name' is a required property"),
        ((TOOL, '{"name": 7}'), {"name": 7}, "do not follow its schema: at name: 7 is not of type 'string'"),
        (("rm", "{}"), {}, "There is no tool 'rm'. There are: look_up."),
    ],
)
@pytest.mark.parametrize("first", BY_NAME)
def test_a_wrong_call_is_told_and_counts(
    api: LoopbackAPI, first: str, call: tuple[str, str], arguments: dict[str, Any], told: str
) -> None:
    api.script = in_turn(Says(None, calls=(call,)), right)
    answer = ask(api, first, replace(WITH_TOOLS, max_tool_calls=1))
    (recorded,) = answer.tool_calls
    assert (recorded.name, recorded.arguments) == (call[0], arguments)
    assert told in recorded.result
    assert returned(api.received[1]) == [recorded.result]
    assert api.received[1].tools == ()


@pytest.mark.parametrize("first", BY_NAME)
def test_tools_that_may_not_be_used_are_not_offered(api: LoopbackAPI, first: str) -> None:
    ask(api, first, replace(WITH_TOOLS, max_tool_calls=0))
    assert api.received[0].tools == ()


@pytest.mark.parametrize("first", BY_NAME)
def test_a_server_without_tools_answers_without(api: LoopbackAPI, first: str) -> None:
    def script(received: Received) -> Reply:
        return error(400, "played does not support tools") if received.tools else right(received)

    api.script = script
    assert ask(api, first).tool_calls == ()


def test_responses_get_their_own_items_back_and_thinking_encrypted(api: LoopbackAPI) -> None:
    api.script = in_turn(Says(None, calls=(A,)), right)
    ask(api, "responses")
    first, second = (received.json for received in api.received)
    assert first["tools"] == [
        {
            "type": "function",
            "name": TOOL,
            "description": LOOK_UP.description,
            "parameters": LOOK_UP.parameters,
            "strict": True,
        }
    ]
    assert first["include"] == ["reasoning.encrypted_content"]
    assert first["text"]["format"]["strict"]
    assert first["store"] is False
    thinking, call, result = second["input"][1:]
    assert (thinking["type"], thinking["encrypted_content"]) == ("reasoning", "gAAA")
    assert (call["type"], call["call_id"]) == ("function_call", "call_1")
    assert result == {"type": "function_call_output", "call_id": "call_1", "output": "a is a column."}


def test_thinking_that_nobody_stored_is_not_given_back(api: LoopbackAPI) -> None:
    def script(received: Received) -> Reply:
        if "include" in received.json:
            return error(400, "Encrypted content is not supported with this model.", param="include")
        assert not any(item.get("type") == "reasoning" for item in received.json["input"])
        return right(received) if returned(received) else _without_encryption(received)

    api.script = script
    assert len(ask(api, "responses").tool_calls) == 1


def _without_encryption(received: Received) -> Reply:
    from tests.servers.loopback_api import Http, enveloped

    return Http(body=enveloped(received, Says(None, calls=(A,))).body.replace(b'"gAAA"', b"null"))


def test_chat_gets_its_message_back_with_what_else_the_server_put_into_it(api: LoopbackAPI) -> None:
    api.script = in_turn(Says(None, calls=(A,), reasoning="I must look."), right)
    ask(api, "chat")
    first, second = (received.json for received in api.received)
    function = {"name": TOOL, "description": LOOK_UP.description, "parameters": LOOK_UP.parameters, "strict": True}
    assert first["tools"] == [{"type": "function", "function": function}]
    assert "response_format" not in first, "a grammar would keep the model from calling"
    assert second["messages"][-2:] == [
        {
            "role": "assistant",
            "content": None,
            "reasoning_content": "I must look.",
            "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": TOOL, "arguments": A[1]}}],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "a is a column."},
    ]


def test_the_form_is_enforced_once_tools_are_over(api: LoopbackAPI) -> None:
    api.script = in_turn(Says(None, calls=(A,)), right)
    ask(api, "chat", replace(WITH_TOOLS, max_tool_calls=1))
    assert "response_format" in api.received[1].json


@pytest.mark.parametrize("arguments", [{"name": "a"}, {}, None])
def test_arguments_may_come_as_an_object(api: LoopbackAPI, arguments: Any) -> None:
    from tests.servers.loopback_api import Http, enveloped

    def script(received: Received) -> Reply:
        if returned(received):
            return right(received)
        sent = json.loads(enveloped(received, Says(None, calls=(A,))).body)
        sent["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"] = arguments
        del sent["choices"][0]["message"]["tool_calls"][0]["id"]
        return Http(body=json.dumps(sent).encode())

    api.script = script
    (call,) = ask(api, "chat").tool_calls
    assert call.arguments == (arguments or {})
    message, result = api.received[1].json["messages"][-2:]
    assert message["tool_calls"][0]["id"] == result["tool_call_id"] == "call_1"
    assert isinstance(message["tool_calls"][0]["function"]["arguments"], str)
