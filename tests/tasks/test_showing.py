"""What `--show-prompts` prints is what a server would receive."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from dbt_ai.engines.dialects import first_dialect
from dbt_ai.engines.openai_engine import OpenAIEngine
from dbt_ai.engines.settings import EngineSettings
from dbt_ai.engines.values import Request, Tool
from dbt_ai.tasks.showing import show_requests
from tests.servers.loopback_api import LoopbackAPI

TEXT = {"type": ["string", "null"]}
SCHEMA = {
    "type": "object",
    "properties": {"model_description": TEXT},
    "required": ["model_description"],
    "additionalProperties": False,
}
ONE = Request(
    "model.shop.orders", "Write well.\n", "Data: größe \u2713\n", "descriptions", SCHEMA, "document-2", "high"
)
TWO = replace(ONE, target="model.shop.lines", prompt="Other data.\n")
TOOL = Tool("look", "Looks at it.", {"type": "object", "properties": {}, "required": []}, lambda arguments: "")


@pytest.mark.parametrize("request_", [ONE, TWO])
def test_the_json_is_what_the_server_receives(request_: Request) -> None:
    with LoopbackAPI() as api:
        OpenAIEngine(EngineSettings(model="played", base_url=api.base_url, api="chat"), {}).answer(request_)
        (received,) = [each for each in api.received if each.method == "POST"]
    dialect = first_dialect("chat", at_openai=False)
    (shown,) = json.loads(show_requests([request_], "played", form="json", dialect=dialect))["requests"]
    assert shown["target"] == request_.target
    assert shown["body"] == received.json


def test_the_text_has_every_word_once() -> None:
    text = show_requests([ONE, TWO], "gpt-x")
    assert text.count("Write well.") == 1
    for words in ("model.shop.orders (effort high", "model.shop.lines", "größe \u2713", "Other data.", "16,000 tokens"):
        assert words in text
    assert text.count('"model_description"') == 4
    assert text.startswith("To gpt-x: 2 requests, ")
    shown = json.loads(show_requests([ONE, TWO], "gpt-x", form="json"))["requests"]
    size = sum(len(json.dumps(each["body"], ensure_ascii=False).encode()) for each in shown)
    assert f"{size:,} bytes." in text


def test_instructions_that_differ_stand_with_each_request_and_tools_are_shown() -> None:
    text = show_requests([ONE, replace(TWO, instructions="Think.", tools=(TOOL,), max_tool_calls=7)], "gpt-x")
    assert text.index("=== Request 1") < text.index("Write well.") < text.index("=== Request 2") < text.index("Think.")
    assert "Looks at it." in text
    assert "at most 7 uses of tools" in text


def test_nothing_is_said_to_be_nothing() -> None:
    assert show_requests([], "gpt-x") == "Nothing would be sent.\n"
    assert json.loads(show_requests([], "gpt-x", form="json"))["requests"] == []
