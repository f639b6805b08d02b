"""The words for what is said between us and a model, whichever of OpenAI's two APIs carries it. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from dbt_ai.engines import outcomes
from dbt_ai.engines.dialects import Dialect
from dbt_ai.engines.reading import is_cut_off, shortened
from dbt_ai.engines.values import Cost, Request

NO_COST = Cost()


@dataclass(frozen=True)
class Call:
    """A tool that the model wants to use: the number by which the API knows it, its name, its arguments as JSON."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class Said:
    """What the model said, and what it cost. `outcome` is ANSWERED (then there are a `text` and its JSON, `content`),
    CALLED_TOOLS (then there are `calls`, and `items`, which are given back with the results), or what went wrong: then
    `trouble` is a sentence for a person, and for INVALID one for the model."""

    outcome: str
    text: str = ""
    calls: tuple[Call, ...] = ()
    items: tuple[Mapping[str, Any], ...] = ()
    cost: Cost = NO_COST
    trouble: str = ""
    content: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Spoken:
    """A turn of the talk in words; `role` is "user" or "assistant"."""

    role: str
    text: str


@dataclass(frozen=True)
class Used:
    """A turn in which the model used tools: what it said, and what each of its calls returned."""

    said: Said
    results: tuple[str, ...]


Turn = Spoken | Used


def instructions_for(request: Request, form_is_enforced: bool) -> str:
    """The instructions, and the form of the answer where the server does not enforce it."""
    if form_is_enforced:
        return request.instructions
    told = "Answer with one JSON object that follows this JSON schema, and with nothing else:"
    return f"{request.instructions}\n\n{told}\n{json.dumps(request.schema, ensure_ascii=False)}"


def schema_level(dialect: Dialect, offers_tools: bool) -> str:
    """How the form of the answer is asked for in this turn: a value of `Dialect.schema`."""
    return "none" if offers_tools and not dialect.schema_with_tools else dialect.schema


def answer_form(request: Request, level: str) -> dict[str, Any]:
    """The form of the answer as both APIs name it, at the level "strict" or "plain"."""
    strictly = {"strict": True} if level == "strict" else {}
    return {"name": request.schema_name, "schema": request.schema, **strictly}


def tools_of(request: Request, dialect: Dialect) -> list[dict[str, Any]]:
    """The request's tools as both APIs describe a function."""
    strictly = {"strict": True} if dialect.strict_tools else {}
    return [
        {"name": tool.name, "description": tool.description, "parameters": tool.parameters, **strictly}
        for tool in request.tools
    ]


def server_error(error: Any) -> str:
    """The sentence for an error that stands where an answer should be."""
    said = error.get("message") if isinstance(error, Mapping) else error
    return f"The server could not answer: {shortened(str(said))}"


def said_of(said: Said, refusal: Any, finish: Any) -> Said:
    """`said` with the outcome that its text, its calls, a refusal and the reason for its end make together."""
    if refusal:
        told = f"The model refused to answer: {shortened(str(refusal))}"
        return replace(said, outcome=outcomes.REFUSED_BY_MODEL, trouble=told)
    if finish == "content_filter":
        return replace(said, outcome=outcomes.FILTERED, trouble="The server's content filter stopped the answer.")
    if finish == "length" or is_cut_off(said.text):
        told = "The answer was cut off: the model reached its limit of tokens before it was done."
        return replace(said, outcome=outcomes.TRUNCATED, trouble=told)
    if said.calls:
        return replace(said, outcome=outcomes.CALLED_TOOLS)
    if not said.text.strip():
        return replace(said, outcome=outcomes.EMPTY, trouble="The model's answer is empty.")
    return replace(said, outcome=outcomes.ANSWERED)


def call_of(name: Any, arguments: Any, id: Any) -> Call:
    """A call from what the server sent: some servers send the arguments as an object."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments or {})
    return Call(str(id or ""), str(name or ""), text)


def mapping(value: Any) -> Mapping[str, Any]:
    """`value` where it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The objects in `value`, none where it is no list."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def text_of(content: Any, *kinds: str) -> str:
    """The text of `content`: a text, or a list of parts of which those of the `kinds` are text."""
    if isinstance(content, list):
        return "".join(str(part.get("text") or "") for part in mappings(content) if part.get("type") in kinds)
    return str(content or "")


def cost_of(usage: Any, read: str, written: str) -> Cost:
    """The tokens as the server counted them; `read` and `written` begin the names of those that went in and out."""
    usage = mapping(usage)
    into, out = mapping(usage.get(f"{read}_tokens_details")), mapping(usage.get(f"{written}_tokens_details"))
    cached = _count(into, "cached_tokens")
    return Cost(
        input_tokens=_count(usage, f"{read}_tokens"),
        # DeepSeek counts what its cache had beside the others
        cached_tokens=_count(usage, "prompt_cache_hit_tokens") if cached is None else cached,
        written_tokens=_count(into, "cache_write_tokens"),
        output_tokens=_count(usage, f"{written}_tokens"),
        reasoning_tokens=_count(out, "reasoning_tokens"),
    )


def _count(usage: Mapping[str, Any], name: str) -> int | None:
    value = usage.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def sum_of(first: Cost, second: Cost) -> Cost:
    """Both costs together; what only one of them knows counts as it is."""
    sums: dict[str, Any] = {}
    for each in fields(Cost):
        known = [value for value in (getattr(first, each.name), getattr(second, each.name)) if value is not None]
        sums[each.name] = sum(known) if known else None
    return Cost(**sums)
