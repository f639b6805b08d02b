"""Chat Completions, as OpenAI and the servers that look like it speak it: questions out, answers in. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dbt_ai.engines import outcomes
from dbt_ai.engines.dialects import Dialect
from dbt_ai.engines.reading import is_json
from dbt_ai.engines.talk import (
    Call,
    Said,
    Spoken,
    Turn,
    answer_form,
    call_of,
    cost_of,
    instructions_for,
    mapping,
    mappings,
    said_of,
    schema_level,
    server_error,
    text_of,
    tools_of,
)
from dbt_ai.engines.values import Request


def arguments(request: Request, turns: Sequence[Turn], dialect: Dialect, offers_tools: bool) -> dict[str, Any]:
    """The body for a request and the turns of the talk about it, but for the model."""
    level = schema_level(dialect, offers_tools)
    messages: list[Mapping[str, Any]] = [message for turn in turns for message in _messages(turn)]
    instructions = instructions_for(request, level in ("strict", "plain"))
    if dialect.system:
        messages.insert(0, {"role": "system", "content": instructions})
    else:
        messages[0] = {"role": "user", "content": f"{instructions}\n\n{messages[0]['content']}"}
    sent: dict[str, Any] = {
        "messages": messages,
        dialect.limit: dialect.tokens_for(request.max_output_tokens),
    }
    if dialect.store:
        sent["store"] = False
    if dialect.effort:
        sent["reasoning_effort"] = dialect.effort_for(request.effort)
    if level == "object":
        sent["response_format"] = {"type": "json_object"}
    elif level != "none":
        sent["response_format"] = {"type": "json_schema", "json_schema": answer_form(request, level)}
    if offers_tools:
        sent["tools"] = [{"type": "function", "function": tool} for tool in tools_of(request, dialect)]
    return sent


def _messages(turn: Turn) -> list[Mapping[str, Any]]:
    if isinstance(turn, Spoken):
        return [{"role": turn.role, "content": turn.text}]
    results = [
        {"role": "tool", "tool_call_id": call.id, "content": result}
        for call, result in zip(turn.said.calls, turn.results, strict=True)
    ]
    return [*turn.said.items, *results]


def read(body: Mapping[str, Any]) -> Said | None:
    """What the model said; None where this is no answer of this API."""
    if not isinstance(body.get("choices"), list):
        return None
    choice = next(iter(mappings(body["choices"])), {})
    message = mapping(choice.get("message"))
    wanted = mappings(message.get("tool_calls"))
    calls = tuple(_call(call, number) for number, call in enumerate(wanted, 1))
    if choice.get("error"):
        return Said(outcomes.SERVER_ERROR, trouble=server_error(choice["error"]))
    said = Said(
        "",
        text=text_of(message.get("content"), "text", "output_text"),  # `reasoning` beside it is not the answer
        calls=calls,
        items=(_given_back(message, wanted, calls),) if calls else (),
        cost=cost_of(body.get("usage"), "prompt", "completion"),
    )
    return said_of(said, message.get("refusal"), choice.get("finish_reason"))


def _call(call: Mapping[str, Any], number: int) -> Call:
    function = mapping(call.get("function"))
    return call_of(function.get("name"), function.get("arguments"), call.get("id") or f"call_{number}")


def _given_back(
    message: Mapping[str, Any], wanted: Sequence[Mapping[str, Any]], calls: Sequence[Call]
) -> Mapping[str, Any]:
    """What the model said when it used tools, as the server wants to see it again."""
    again: dict[str, Any] = {"role": "assistant", "content": message.get("content")}
    if message.get("reasoning_content") is not None:
        again["reasoning_content"] = message["reasoning_content"]  # DeepSeek refuses to go on without it
    again["tool_calls"] = [
        {
            **raw,  # Gemini wants its signatures back
            "id": call.id,
            "type": "function",
            # a server that renders the talk with a template fails at arguments that are not JSON
            "function": {"name": call.name, "arguments": call.arguments if is_json(call.arguments) else "{}"},
        }
        for raw, call in zip(wanted, calls, strict=True)
    ]
    return again
