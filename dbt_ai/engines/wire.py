"""The two shapes in which OpenAI's API is spoken: Responses, and Chat Completions. Pure.

A question goes out as keyword arguments for the client's `create`, an answer comes back as the decoded body.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dbt_ai.engines.reading import shortened
from dbt_ai.engines.values import Cost, Request
from dbt_ai.errors import EngineError


@dataclass(frozen=True)
class Dialect:
    """What a server has turned out to understand. `api` is "responses" or "chat"; `schema` whether it takes a strict
    JSON schema; `effort` whether it takes the effort of reasoning."""

    api: str
    schema: bool = True
    effort: bool = True


@dataclass(frozen=True)
class Said:
    """What the model said, and what it cost."""

    text: str
    cost: Cost


Turn = tuple[str, str]  # role and text


def arguments(request: Request, turns: Sequence[Turn], dialect: Dialect) -> dict[str, Any]:
    """The arguments of `create` for a request and the turns of the talk about it, but for the model."""
    instructions = request.instructions
    if not dialect.schema:
        instructions += "\n\nAnswer with one JSON object that follows this JSON schema, and with nothing else:\n"
        instructions += json.dumps(request.schema, ensure_ascii=False)
    named = {"name": request.schema_name, "schema": request.schema, "strict": True}
    messages = [{"role": role, "content": text} for role, text in turns]
    if dialect.api == "responses":
        sent: dict[str, Any] = {"instructions": instructions, "input": messages, "store": False}
        if dialect.schema:
            sent["text"] = {"format": {"type": "json_schema", **named}}
        if dialect.effort:
            sent["reasoning"] = {"effort": request.effort}
        return sent
    sent = {"messages": [{"role": "system", "content": instructions}, *messages]}
    if dialect.schema:
        sent["response_format"] = {"type": "json_schema", "json_schema": named}
    if dialect.effort:
        sent["reasoning_effort"] = request.effort
    return sent


def read(body: Any, dialect: Dialect) -> Said:
    """What the model said. Raises EngineError for a refusal, for nothing, and for an answer that was cut off."""
    if not isinstance(body, Mapping):
        raise EngineError("The server's answer is not an answer of OpenAI's API: check the base URL.")
    if isinstance(body.get("error"), Mapping):
        raise EngineError(f"The server could not answer: {shortened(str(body['error'].get('message')))}")
    return _read_response(body) if dialect.api == "responses" else _read_completion(body)


def _read_response(body: Mapping[str, Any]) -> Said:
    parts = [
        part
        for item in _mappings(body.get("output"))
        if item.get("type") == "message"
        for part in _mappings(item.get("content"))
    ]
    refusal = next((part.get("refusal") for part in parts if part.get("type") == "refusal"), None)
    reason = _mapping(body.get("incomplete_details")).get("reason")
    if body.get("status") == "incomplete" and reason != "content_filter":
        reason = "length"
    text = "".join(str(part.get("text") or "") for part in parts if part.get("type") == "output_text")
    usage = _mapping(body.get("usage"))
    cost = Cost(
        input_tokens=_count(usage, "input_tokens"),
        cached_tokens=_count(_mapping(usage.get("input_tokens_details")), "cached_tokens"),
        output_tokens=_count(usage, "output_tokens"),
        reasoning_tokens=_count(_mapping(usage.get("output_tokens_details")), "reasoning_tokens"),
    )
    return _said(text, refusal, reason, cost)


def _read_completion(body: Mapping[str, Any]) -> Said:
    choice = next(iter(_mappings(body.get("choices"))), {})
    message = _mapping(choice.get("message"))
    content = message.get("content")  # `reasoning_content` and `reasoning` beside it are not the answer
    if isinstance(content, list):
        content = "".join(str(part.get("text") or "") for part in _mappings(content))
    usage = _mapping(body.get("usage"))
    cost = Cost(
        input_tokens=_count(usage, "prompt_tokens"),
        cached_tokens=_count(_mapping(usage.get("prompt_tokens_details")), "cached_tokens"),
        output_tokens=_count(usage, "completion_tokens"),
        reasoning_tokens=_count(_mapping(usage.get("completion_tokens_details")), "reasoning_tokens"),
    )
    return _said(str(content or ""), message.get("refusal"), choice.get("finish_reason"), cost)


def _said(text: str, refusal: Any, finish: Any, cost: Cost) -> Said:
    if refusal:
        raise EngineError(f"The model refused to answer: {shortened(str(refusal))}")
    if finish == "content_filter":
        raise EngineError("The server's content filter stopped the answer.")
    if finish == "length" or (text.lstrip().startswith("<think>") and "</think>" not in text):
        raise EngineError("The answer was cut off: the model reached its limit of tokens before it was done.")
    if not text.strip():
        raise EngineError("The model's answer is empty.")
    return Said(text, cost)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _count(usage: Mapping[str, Any], name: str) -> int | None:
    value = usage.get(name)
    return value if isinstance(value, int) else None
