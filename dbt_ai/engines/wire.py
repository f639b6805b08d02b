"""From a request to the body of an HTTP request, and from the body of its answer to what the model said. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dbt_ai.engines import chat_api, outcomes, responses_api
from dbt_ai.engines.dialects import Dialect
from dbt_ai.engines.talk import Said, Turn, server_error
from dbt_ai.engines.values import Request


def body_for(
    model: str, request: Request, turns: Sequence[Turn], dialect: Dialect, offers_tools: bool
) -> dict[str, Any]:
    """The body of the HTTP request for a request and the turns of the talk about it."""
    api = responses_api if dialect.api == "responses" else chat_api
    return {"model": model, **api.arguments(request, turns, dialect, offers_tools)}


def read(body: Any, dialect: Dialect) -> Said:
    """What the model said, from the decoded body of an answer with status 200."""
    if isinstance(body, Mapping) and body.get("error"):
        return Said(outcomes.SERVER_ERROR, trouble=server_error(body["error"]))
    api = responses_api if dialect.api == "responses" else chat_api
    said = api.read(body) if isinstance(body, Mapping) else None
    told = "The server's answer is not an answer of OpenAI's API: check the base URL."
    return said or Said(outcomes.NOT_AN_API, trouble=told)
