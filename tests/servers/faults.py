"""What can go wrong between a question and its answer, by name: call a fault for a fresh script.

    api.script = FAILING["refusal"]()

`RECOVERED` are those that the engine gets over by itself; `FAILING` those that fail this one request; `STOPPING` those
after which it makes no sense to ask anything else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from tests.servers.loopback_api import (
    AT_ONCE,
    Http,
    Received,
    Reply,
    Says,
    Script,
    enveloped,
    error,
    filled,
    in_turn,
)

Fault = Callable[[], Script]

HTML = b"<!doctype html><html><body>Please sign in</body></html>"


def right(received: Received) -> str:
    """The answer as it should be."""
    return json.dumps(filled(received))


def right_without_schema(received: Received) -> Reply:
    """A server that knows no JSON schema, and follows the one it finds in the instructions."""
    if received.schema is not None:
        return error(400, "This response_format type is unavailable now")
    instructions = received.messages[0][1]
    schema = json.loads(instructions[instructions.index("{") :])
    return {"model_description": "Text.", "columns": dict.fromkeys(schema["properties"]["columns"]["properties"])}


def unknown_column(received: Received) -> Reply:
    answer = filled(received)
    answer["columns"]["no_such_column"] = "Made up."
    return dict(answer)


def twice_the_same(received: Received) -> Reply:
    return right(received).replace('"columns": {', '"columns": {"order_id": "Once.", ')


def half_a_json(received: Received) -> Http:
    body = enveloped(received, Says(right(received))).body
    return Http(body=body[: len(body) // 2])


def reset_in_the_body(received: Received) -> Http:
    return Http(body=enveloped(received, Says(right(received))).body, reset_after=40)


RECOVERED: Mapping[str, Fault] = {
    "none": lambda: right,
    "think prefix": lambda: lambda r: f"<think>\nAn order has an id. {{not JSON}}\n</think>\n\n{right(r)}",
    "think without opening tag": lambda: lambda r: f"An order has an id.\n</think>\n{right(r)}",
    "code fence": lambda: lambda r: f"```json\n{right(r)}\n```",
    "words around a code fence": lambda: lambda r: f"Here you are:\n```json\n{right(r)}\n```\nAnything else?",
    "reasoning_content": lambda: lambda r: Says(right(r), reasoning="An order has an id."),
    "reasoning": lambda: lambda r: Says(right(r), reasoning="An order has an id.", reasoning_field="reasoning"),
    "no JSON schema": lambda: right_without_schema,
    "429 once": lambda: in_turn(error(429, "Slow down", retry_after="0.01"), right),
    "500 once": lambda: in_turn(error(500, "Oops"), right),
    "half a JSON once": lambda: in_turn(half_a_json, right),
    "reset once": lambda: in_turn(Http(reset_after=0), right),
    "reset in the body once": lambda: in_turn(reset_in_the_body, right),
    "prose once": lambda: in_turn("I would rather not say it in JSON.", right),
    "unknown column once": lambda: in_turn(unknown_column, right),
    "the same column twice once": lambda: in_turn(twice_the_same, right),
}

FAILING: Mapping[str, Fault] = {
    "429 for ever": lambda: lambda _: error(429, "Slow down"),
    "500 for ever": lambda: lambda _: error(500, "Oops"),
    "error in a 200": lambda: lambda _: Http(body=b'{"error": {"message": "upstream is gone"}}'),
    "not the API's JSON": lambda: lambda _: Http(body=b'["hello"]'),
    "half a JSON": lambda: half_a_json,
    "reset": lambda: lambda _: Http(reset_after=0),
    "reset in the body": lambda: reset_in_the_body,
    "slow": lambda: lambda _: Http(delay=60),
    "empty": lambda: lambda _: "",
    "no content": lambda: lambda _: Says(None),
    "refusal": lambda: lambda _: Says(None, refusal="I cannot help with that."),
    "truncated": lambda: lambda r: Says(right(r)[:20], finish="length"),
    "thinks without end": lambda: lambda _: "<think>An order has an id, and",
    "content filter": lambda: lambda r: Says(right(r)[:20], finish="content_filter"),
    "prose": lambda: lambda _: "I would rather not say it in JSON.",
    "a list": lambda: lambda _: "[1, 2]",
    "deep nesting": lambda: lambda _: "[" * 100_000,
    "unknown column": lambda: unknown_column,
    "10 MB": lambda: lambda r: Says(json.dumps({**filled(r), "model_description": "x" * 10_000_000})),
}

STOPPING: Mapping[str, Fault] = {
    "401": lambda: lambda r: error(401, f"Incorrect API key provided: {r.headers.get('authorization', '')}"),
    "403": lambda: lambda r: error(403, f"Not allowed: {r.headers.get('authorization', '')}"),
    "unknown model": lambda: lambda _: error(404, "The model `played` does not exist", code="model_not_found"),
    "unknown model, said as Ollama does": lambda: (
        lambda _: error(404, 'model "played" not found, try pulling it first')
    ),
    "404": lambda: lambda _: error(404, "Not Found"),
    "no quota": lambda: lambda _: error(429, "You exceeded your current quota", code="insufficient_quota"),
    "HTML": lambda: lambda _: Http(body=HTML, content_type="text/html"),
    "HTML said to be JSON": lambda: lambda _: Http(body=HTML),
    "redirect": lambda: lambda _: Http(307, headers={"Location": "http://127.0.0.1:1/v1/elsewhere", **AT_ONCE}),
}

ALL: Mapping[str, Fault] = {**RECOVERED, **FAILING, **STOPPING}
