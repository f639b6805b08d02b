"""What would be sent to a model, for a person to read before anything is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from dbt_ai.engines.dialects import Dialect, first_dialect
from dbt_ai.engines.talk import Spoken
from dbt_ai.engines.values import Request
from dbt_ai.engines.wire import body_for

SCHEMA_VERSION = 1
_AT_OPENAI = first_dialect("responses", at_openai=True)


def show_requests(requests: Sequence[Request], model: str, *, form: str = "text", dialect: Dialect = _AT_OPENAI) -> str:
    """All that would be sent to `model`, with a line break at its end.

    `form` "json" gives the body of each HTTP request as it would be sent, "text" the same to read: instructions that
    all requests share stand once. `dialect` is what the server is taken to understand. The key is no part of it: it
    travels in a header.
    """
    bodies = [
        body_for(model, request, [Spoken("user", request.prompt)], dialect, bool(request.tools)) for request in requests
    ]
    if form == "json":
        listed = [{"target": r.target, "body": body} for r, body in zip(requests, bodies, strict=True)]
        return json.dumps({"schema_version": SCHEMA_VERSION, "requests": listed}, ensure_ascii=False, indent=2) + "\n"
    if not requests:
        return "Nothing would be sent.\n"
    size = sum(len(json.dumps(body, ensure_ascii=False).encode()) for body in bodies)
    count = f"{len(requests):,} request{'s' if len(requests) > 1 else ''}"
    parts = [f"To {model}: {count}, {size:,} bytes."]
    shared = {request.instructions for request in requests}
    if len(shared) == 1:
        parts.append(_section("Instructions, the same in every request", requests[0].instructions))
    for number, request in enumerate(requests, 1):
        parts.append(f"=== Request {number:,} of {len(requests):,}: {request.target} ({_terms(request)}) ===")
        if len(shared) > 1:
            parts.append(_section("Instructions", request.instructions))
        parts.append(_section("Prompt", request.prompt))
        parts.append(_section(f"Form of the answer ({request.schema_name})", _json(request.schema)))
        for tool in request.tools:
            parts.append(_section(f"Tool {tool.name}", f"{tool.description}\n{_json(tool.parameters)}"))
    return "\n\n".join(parts) + "\n"


def _terms(request: Request) -> str:
    terms = [f"effort {request.effort}", f"an answer of at most {request.max_output_tokens:,} tokens"]
    if request.tools:
        terms.append(f"at most {request.max_tool_calls:,} uses of tools")
    return ", ".join(terms)


def _section(title: str, text: str) -> str:
    return f"--- {title} ---\n\n{text.strip()}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
