"""What can go wrong between a question and its answer, by name: call a fault with a shape for a fresh script.

    api.script = shape.speaks_by(FAILING["refusal"](shape))

`RECOVERED` are those that the engine gets over by itself; `FAILING` those that fail this one request; `STOPPING` those
after which it makes no sense to ask anything else. `USING_TOOLS` are recovered from, too, and need a request that
offers tools. To add a fault, add a line.
"""

from __future__ import annotations

import email.utils
import gzip
import json
import time
from collections.abc import Callable, Mapping

from tests.servers.loopback_api import (
    AT_ONCE,
    Http,
    Received,
    Reply,
    Says,
    Script,
    filled,
    in_turn,
)
from tests.servers.shapes import Shape

Fault = Callable[[Shape], Script]

HTML = b"<!doctype html><html><body>Please sign in</body></html>"
TOOL = "look_up"  # what the requests of the matrix offer


def right(received: Received) -> str:
    """The answer as it should be."""
    return json.dumps(filled(received))


def unknown_column(received: Received) -> Reply:
    answer = filled(received)
    answer["columns"]["no_such_column"] = "Made up."
    return dict(answer)


def twice_the_same(received: Received) -> Reply:
    return right(received).replace('"columns": {', '"columns": {"order_id": "Once.", ')


def in_words(word: Callable[[str], str]) -> Fault:
    """The right answer, in the words that `word` makes of it."""
    return lambda shape: lambda received: word(right(received))


def body(change: Callable[[bytes], Http]) -> Fault:
    """The right answer, in the HTTP that `change` makes of its body."""
    return lambda shape: lambda received: change(shape.envelope(received, Says(right(received))).body)


def once(fault: Fault) -> Fault:
    """A fault that strikes at the first request only."""

    def first(shape: Shape) -> Script:
        return in_turn(fault(shape), right)

    return first


def says(status: int, message: str, code: str | None = None, **headers: str) -> Fault:
    """An error, in the words of the shape."""
    return lambda shape: lambda _: shape.error(status, message, code, **headers)


def unknown(name: str) -> Fault:
    """A server that does not know a parameter, wherever it stands in the request."""

    def fault(shape: Shape) -> Script:
        def script(received: Received) -> Reply:
            refused = f'"{name}":' in received.body.decode()
            return shape.unknown_parameter(name) if refused else right(received)

        return script

    return fault


def no_schema(shape: Shape) -> Script:
    """A server that knows no form of the answer but the one it finds in the instructions."""

    def script(received: Received) -> Reply:
        name = "text.format" if received.api == "responses" else "response_format"
        refused = name.partition(".")[0] in received.json
        return shape.unknown_parameter(name) if refused else right(received)

    return script


def limit_renamed(shape: Shape) -> Script:
    """A server that knows the limit of tokens by the newer of its two names in Chat Completions."""

    def script(received: Received) -> Reply:
        if "max_tokens" not in received.json:
            return right(received)
        told = "Unsupported parameter: 'max_tokens' is not supported with this model. "
        return shape.error(400, f"{told}Use 'max_completion_tokens' instead.", "unsupported_parameter", "max_tokens")

    return script


def limit_too_high(shape: Shape) -> Script:
    def script(received: Received) -> Reply:
        limits = ("max_tokens", "max_completion_tokens", "max_output_tokens")
        name = next(name for name in limits if name in received.json)
        if received.json[name] <= 4096:
            return right(received)
        told = f"{name} is too large: {received.json[name]}. This model supports at most 4096 completion tokens."
        return shape.error(400, told, "invalid_value", name)

    return script


def effort_refused(shape: Shape) -> Script:
    def script(received: Received) -> Reply:
        effort = received.json.get("reasoning_effort") or received.json.get("reasoning", {}).get("effort")
        return right(received) if effort in (None, "low", "medium") else shape.effort_refused(received)

    return script


def no_system_role(shape: Shape) -> Script:
    def script(received: Received) -> Reply:
        has_one = any(message.get("role") == "system" for message in received.json.get("messages", ()))
        return shape.error(400, "System role not supported") if has_one else right(received)

    return script


def slow(body: bytes) -> Http:
    return Http(delay=60)


def a_date(received: Received) -> str:
    return email.utils.formatdate(time.time() + 0.2, usegmt=True)


RECOVERED: Mapping[str, Fault] = {
    "no fault": lambda _: right,
    "think prefix": in_words(lambda text: f"<think>\nAn order has an id. {{not JSON}}\n</think>\n\n{text}"),
    "think without opening tag": in_words(lambda text: f"An order has an id.\n</think>\n{text}"),
    "think without closing tag": in_words(lambda text: f'<think>\nIt may be {{"order_id": 1}}\n\n{text}'),
    "think with JSON in it": in_words(lambda text: f'<think>{{"columns": {{}}}} is too little</think>{text}'),
    "channels of gpt-oss": in_words(
        lambda text: (
            f"<|channel|>analysis<|message|>An id.<|end|><|start|>assistant<|channel|>final<|message|>{text}<|return|>"
        )
    ),
    "code fence": in_words(lambda text: f"```json\n{text}\n```"),
    "words around a code fence": in_words(lambda text: f"Here you are:\n```json\n{text}\n```\nAnything else?"),
    "words around the JSON": in_words(lambda text: f"Here you are: {text} Anything else?"),
    "reasoning_content": lambda _: lambda r: Says(right(r), reasoning="An order has an id."),
    "reasoning": lambda _: lambda r: Says(right(r), reasoning="An order has an id.", reasoning_field="reasoning"),
    "content in parts": lambda shape: lambda r: _in_parts(shape, r),
    "no JSON schema": no_schema,
    "unknown: strict": unknown("strict"),
    "unknown: effort": lambda shape: lambda r: unknown(_effort_name(r))(shape)(r),
    "unknown: store": unknown("store"),
    "no system role": no_system_role,
    "limit renamed": limit_renamed,
    "limit too high": limit_too_high,
    "effort refused": effort_refused,
    "429 once": once(says(429, "Slow down", retry_after="0.01")),
    "429 three times": lambda shape: in_turn(*[shape.error(429, "Slow down")] * 3, right),
    "429 with a date": lambda shape: in_turn(lambda r: shape.error(429, "Slow down", retry_after=a_date(r)), right),
    "503 with Retry-After": once(says(503, "Loading model", retry_after="0.01")),
    "500 once": once(says(500, "Oops")),
    "408 once": once(says(408, "Request timed out")),
    "409 once": once(says(409, "Locked")),
    "half a JSON once": once(body(lambda sent: Http(body=sent[: len(sent) // 2]))),
    "reset once": once(body(lambda sent: Http(reset_after=0))),
    "reset in the body once": once(body(lambda sent: Http(body=sent, reset_after=40))),
    "error in a 200 once": once(body(lambda sent: Http(body=b'{"error": {"message": "upstream is gone"}}'))),
    "chunks without an end": body(lambda sent: Http(body=sent, ends=False)),
    "gzip": body(lambda sent: Http(body=gzip.compress(sent), headers={"Content-Encoding": "gzip"})),
    "two content types": body(lambda sent: Http(body=sent, headers={"Content-Type": "application/json"})),
    "no content type": body(lambda sent: Http(body=sent, content_type="")),
    "prose once": once(in_words(lambda text: "I would rather not say it in JSON.")),
    "unknown column once": once(lambda _: unknown_column),
    "the same column twice once": once(lambda _: twice_the_same),
    "truncated once": once(lambda _: lambda r: Says(right(r)[:20], finish="length")),
}

FAILING: Mapping[str, Fault] = {
    "429 for ever": says(429, "Slow down"),
    "500 for ever": says(500, "Oops"),
    "503 for ever": says(503, "Loading model"),
    "400 that names nothing": says(400, "Bad request"),
    "prompt filtered": says(400, "The prompt triggered the content management policy.", "content_filter"),
    "error in a 200": body(lambda sent: Http(body=b'{"error": {"message": "upstream is gone"}}')),
    "not the API's JSON": body(lambda sent: Http(body=b'["hello"]')),
    "another API's JSON": body(lambda sent: Http(body=b'{"message": {"content": "{}"}, "done": true}')),
    "half a JSON": body(lambda sent: Http(body=sent[: len(sent) // 2])),
    "half a gzip": body(lambda sent: Http(body=gzip.compress(sent)[:30], headers={"Content-Encoding": "gzip"})),
    "no gzip": body(lambda sent: Http(body=sent, headers={"Content-Encoding": "gzip"})),
    "reset": body(lambda sent: Http(reset_after=0)),
    "reset in the body": body(lambda sent: Http(body=sent, reset_after=40)),
    "slow": body(slow),
    "drips": body(lambda sent: Http(body=sent, drip=0.05)),
    "empty": lambda _: lambda _: Says(""),
    "no content": lambda _: lambda _: Says(None),
    "refusal": lambda _: lambda _: Says(None, refusal="I cannot help with that."),
    "truncated": lambda _: lambda r: Says(right(r)[:20], finish="length"),
    "thinks without end": lambda _: lambda _: "<think>An order has an id, and",
    "content filter": lambda _: lambda r: Says(right(r)[:20], finish="content_filter"),
    "prose": in_words(lambda text: "I would rather not say it in JSON."),
    "a list": lambda _: lambda _: "[1, 2]",
    "deep nesting": lambda _: lambda _: "[" * 100_000,
    "unknown column": lambda _: unknown_column,
    "10 MB": lambda _: lambda r: Says(json.dumps({**filled(r), "model_description": "x" * 10_000_000})),
}

STOPPING: Mapping[str, Fault] = {
    "wrong key": lambda shape: (
        lambda r: shape.error(shape.no_key[0], shape.no_key[1].format(r.headers.get("authorization", "")))
    ),
    "403": lambda shape: lambda r: shape.error(403, f"Not allowed: {r.headers.get('authorization', '')}"),
    "unknown model": lambda shape: lambda _: shape.error(*shape.no_model),
    "no such address": lambda shape: lambda _: shape.no_address,
    "no money": lambda shape: lambda _: shape.error(*shape.no_money),
    "429 for an hour": says(429, "Slow down", retry_after="3600"),
    "HTML": lambda _: lambda _: Http(body=HTML, content_type="text/html"),
    "HTML said to be JSON": lambda _: lambda _: Http(body=HTML),
    "redirect": lambda _: lambda _: Http(307, headers={"Location": "http://127.0.0.1:1/v1/elsewhere", **AT_ONCE}),
}


def calls(*wanted: tuple[str, str]) -> Fault:
    """A model that wants to use tools as long as it may and has not, then answers."""

    def fault(shape: Shape) -> Script:
        def script(received: Received) -> Reply:
            used = any(role == "tool" for role, _ in received.messages)
            return right(received) if used or not received.tools else Says(None, calls=wanted)

        return script

    return fault


def calls_for_ever(shape: Shape) -> Script:
    """A model that uses tools as long as they are offered."""
    return lambda received: Says(None, calls=((TOOL, '{"name": "a"}'),)) if received.tools else right(received)


def knows_no_tools(shape: Shape) -> Script:
    def script(received: Received) -> Reply:
        told = "registry.ollama.ai/library/played does not support tools"
        return shape.error(400, told) if received.tools else right(received)

    return script


USING_TOOLS: Mapping[str, Fault] = {
    "a call": calls((TOOL, '{"name": "a"}')),
    "two calls at once": calls((TOOL, '{"name": "a"}'), (TOOL, '{"name": "b"}')),
    "a call too many": calls(*[(TOOL, '{"name": "a"}')] * 4),
    "a call for ever": calls_for_ever,
    "a call with no JSON": calls((TOOL, '{"name": ')),
    "a call against the schema": calls((TOOL, '{"name": 1, "other": 2}')),
    "a call of no tool": calls(("rm", "{}")),
    "a call, then a reset": lambda shape: in_turn(
        Says(None, calls=((TOOL, '{"name": "a"}'),)), body(lambda sent: Http(reset_after=0))(shape), right
    ),
    "a call, then prose": lambda shape: in_turn(Says(None, calls=((TOOL, '{"name": "a"}'),)), "I know.", right),
    "no tools": knows_no_tools,
    "unknown: tools": lambda shape: lambda r: shape.unknown_parameter("tools") if r.tools else right(r),
    "unknown: include": unknown("include"),
}

NEEDS_TIME = ("slow", "drips")  # what a time-out ends


def _in_parts(shape: Shape, received: Received) -> Reply:
    text = right(received)
    if received.api == "responses":
        return text
    sent = json.loads(shape.envelope(received, Says(text)).body)
    sent["choices"][0]["message"]["content"] = [{"type": "text", "text": text[:9]}, {"type": "text", "text": text[9:]}]
    return Http(body=json.dumps(sent).encode())


def _effort_name(received: Received) -> str:
    return "reasoning" if received.api == "responses" else "reasoning_effort"
