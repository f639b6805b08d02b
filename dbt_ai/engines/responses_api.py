"""OpenAI's Responses API: questions as arguments of its body, answers from it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dbt_ai.engines.dialects import Dialect
from dbt_ai.engines.talk import (
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
    text_of,
    tools_of,
)
from dbt_ai.engines.values import Request


def arguments(request: Request, turns: Sequence[Turn], dialect: Dialect, offers_tools: bool) -> dict[str, Any]:
    """The body for a request and the turns of the talk about it, but for the model."""
    level = schema_level(dialect, offers_tools)
    in_background = request.background and dialect.background
    sent: dict[str, Any] = {
        "instructions": instructions_for(request, level in ("strict", "plain")),
        "input": [item for turn in turns for item in _items(turn)],
        dialect.limit: dialect.tokens_for(request.max_output_tokens),
    }
    if dialect.store or in_background:
        # a background run is deleted when it was read, and after some minutes where it is not stored until then
        sent["store"] = in_background
    if in_background:
        sent["background"] = True
    if dialect.effort:
        sent["reasoning"] = {"effort": dialect.effort_for(request.effort)}
    if level == "object":
        sent["text"] = {"format": {"type": "json_object"}}
    elif level != "none":
        sent["text"] = {"format": {"type": "json_schema", **answer_form(request, level)}}
    if offers_tools:
        sent["tools"] = [{"type": "function", **tool} for tool in tools_of(request, dialect)]
    if request.tools and dialect.encrypted:
        sent["include"] = ["reasoning.encrypted_content"]
    return sent


def _items(turn: Turn) -> list[Mapping[str, Any]]:
    if isinstance(turn, Spoken):
        return [{"role": turn.role, "content": turn.text}]
    results = [
        {"type": "function_call_output", "call_id": call.id, "output": result}
        for call, result in zip(turn.said.calls, turn.results, strict=True)
    ]
    return [*turn.said.items, *results]


def read(body: Mapping[str, Any]) -> Said | None:
    """What the model said; None where this is no answer of this API."""
    if not isinstance(body.get("output"), list):
        return None
    output = mappings(body["output"])
    parts = [part for item in output if item.get("type") == "message" for part in mappings(item.get("content"))]
    refusal = next((part.get("refusal") for part in parts if part.get("type") == "refusal"), None)
    reason = mapping(body.get("incomplete_details")).get("reason")
    if body.get("status") == "incomplete" and reason != "content_filter":
        reason = "length"
    said = Said(
        "",
        text=text_of(parts, "output_text", "text"),
        calls=tuple(
            call_of(item.get("name"), item.get("arguments"), item.get("call_id"))
            for item in output
            if item.get("type") == "function_call"
        ),
        # thinking that is not encrypted is known by a number only, which nobody stored
        items=tuple(item for item in output if item.get("type") != "reasoning" or item.get("encrypted_content")),
        cost=cost_of(body.get("usage"), "input", "output"),
    )
    return said_of(said, refusal, reason)
