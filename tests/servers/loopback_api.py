"""A real HTTP server on 127.0.0.1 that plays OpenAI's API, faults included.

It serves `/v1/responses`, `/v1/chat/completions` and `/v1/models`. What it says is a script: a function from what was
received to what is sent back. A script returns

- a mapping or a text: what the model says, wrapped in the envelope of the API that was called;
- `Says`: the same with reasoning beside it, a refusal, or an answer cut off by a limit;
- `Http`: any bytes with any status, slowly or broken off.

    with LoopbackAPI(lambda received: {"model_description": None, "columns": {"id": "Key of the order."}}) as api:
        engine = OpenAIEngine(EngineSettings(model="played", base_url=api.base_url))
        engine.answer(request)
    assert b"secret" not in api.sent

Every request is kept in `api.received`, byte for byte.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

LINGER_NOT = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
AT_ONCE = {"retry-after-ms": "1"}  # the client waits this long before it tries again


@dataclass(frozen=True)
class Received:
    """One request as it came; the names of headers in small letters."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.body or b"{}"))

    @property
    def api(self) -> str:
        """`responses`, `chat/completions` or `models`."""
        return self.path.partition("/v1/")[2]

    @property
    def schema(self) -> dict[str, Any] | None:
        """The JSON schema that the answer has to follow, None where the request carries none."""
        if self.api == "responses":
            wrapped = self.json.get("text", {}).get("format", {})
        else:
            wrapped = self.json.get("response_format", {}).get("json_schema", {})
        return dict(wrapped["schema"]) if "schema" in wrapped else None

    @property
    def form(self) -> dict[str, Any]:
        """The JSON schema that the answer has to follow: that of the request, else the one its instructions tell."""
        if self.schema is not None:
            return self.schema
        text = self.messages[0][1]
        told = json.JSONDecoder().raw_decode(text, text.index("{", text.index("JSON schema")))[0]
        return dict(told)

    @property
    def messages(self) -> list[tuple[str, str]]:
        """Role and text of each message, the unchanging instructions as `system`; what tools returned as `tool`."""
        if self.api == "responses":
            items = [{"role": "system", "content": self.json["instructions"]}, *self.json["input"]]
        else:
            items = self.json["messages"]
        return [
            (item.get("role", "tool"), item.get("content") or item.get("output") or "")
            for item in items
            if item.get("type") not in ("reasoning", "function_call")
        ]

    @property
    def tools(self) -> tuple[str, ...]:
        """The names of the tools that are offered."""
        return tuple(tool.get("function", tool)["name"] for tool in self.json.get("tools", ()))


@dataclass(frozen=True)
class Says:
    """What the model says. `finish` is `stop`, `length` or `content_filter`; `reasoning` arrives in the extra field
    called `reasoning_field`, as local servers send it. `calls` are tools that it wants to use: names, and arguments as
    JSON."""

    text: str | None
    finish: str = "stop"
    refusal: str | None = None
    reasoning: str | None = None
    reasoning_field: str = "reasoning_content"
    calls: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Http:
    """What the server sends when it is not a model that speaks. The connection is reset after `reset_after` bytes of
    the body; `delay` is waited before anything is sent, or until the server stops, `drip` before each byte of the body.
    A body of chunks that `ends` neither says how long it is nor that it is over."""

    status: int = 200
    body: bytes = b"{}"
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    reset_after: int | None = None
    drip: float = 0.0
    ends: bool = True


Reply = Mapping[str, Any] | str | Says | Http
Script = Callable[[Received], Reply]


def error(status: int, message: str, *, code: str | None = None, param: str | None = None, **headers: str) -> Http:
    """An error as OpenAI words it."""
    body = {"error": {"message": message, "type": "error", "param": param, "code": code}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Http(status, json.dumps(body).encode(), headers={**AT_ONCE, **named})


def filled(received: Received, describe: Callable[[str], str | None] = lambda name: f"What {name} means.") -> Any:
    """An answer that follows the schema of the request: `describe(name)` in every place for a text."""
    return _fill("", received.form, describe)


def _fill(name: str, schema: Mapping[str, Any], describe: Callable[[str], str | None]) -> Any:
    if schema.get("type") == "object":
        return {key: _fill(key, value, describe) for key, value in schema["properties"].items()}
    if schema.get("type") == "array":
        return []
    return schema["enum"][0] if "enum" in schema else describe(name)


def in_turn(*replies: Reply | Script) -> Script:
    """A script that sends each reply once, the last one from then on."""
    waiting = list(replies)
    lock = threading.Lock()

    def script(received: Received) -> Reply:
        with lock:
            reply = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return reply(received) if callable(reply) else reply

    return script


def without_responses(script: Script) -> Script:
    """A server that knows Chat Completions only."""
    return lambda received: error(404, "Not Found") if received.api == "responses" else script(received)


def enveloped(received: Received, says: Says) -> Http:
    """What the model says, in the envelope of the API that was called."""
    if received.api == "models":
        return Http(body=b'{"object": "list", "data": [{"id": "played", "object": "model"}]}')
    model = received.json.get("model", "played")
    body = _response(model, says) if received.api == "responses" else _completion(model, says)
    return Http(body=json.dumps(body).encode())


def _response(model: str, says: Says) -> dict[str, Any]:
    content: list[dict[str, Any]] = []
    if says.refusal is not None:
        content.append({"type": "refusal", "refusal": says.refusal})
    elif says.text is not None:
        content.append({"type": "output_text", "text": says.text, "annotations": []})
    reason = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(says.finish)
    return {
        "id": "resp_1",
        "object": "response",
        "status": "completed" if reason is None else "incomplete",
        "incomplete_details": None if reason is None else {"reason": reason},
        "error": None,
        "model": model,
        "output": [
            {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"},
            *(
                {"type": "function_call", "id": f"fc_{n}", "call_id": f"call_{n}", "name": name, "arguments": arguments}
                for n, (name, arguments) in enumerate(says.calls, 1)
            ),
            {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": content},
        ][: None if content or not says.calls else -1],
        "usage": {
            "input_tokens": 100,
            "input_tokens_details": {"cached_tokens": 60},
            "output_tokens": 30,
            "output_tokens_details": {"reasoning_tokens": 10},
            "total_tokens": 130,
        },
    }


def _completion(model: str, says: Says) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": says.text, "refusal": says.refusal}
    if says.reasoning is not None:
        message[says.reasoning_field] = says.reasoning
    if says.calls:
        message["tool_calls"] = [
            {"id": f"call_{n}", "type": "function", "function": {"name": name, "arguments": arguments}}
            for n, (name, arguments) in enumerate(says.calls, 1)
        ]
    finish = "tool_calls" if says.calls and says.finish == "stop" else says.finish
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {
            "prompt_tokens": 100,
            "prompt_tokens_details": {"cached_tokens": 60},
            "completion_tokens": 30,
            "completion_tokens_details": {"reasoning_tokens": 10},
            "total_tokens": 130,
        },
    }


class LoopbackAPI:
    """The server, from `with` to the end of the block. `script` may be changed while it runs."""

    def __init__(self, script: Script = filled) -> None:
        self.script = script
        self.received: list[Received] = []
        self.stopping = threading.Event()
        self._defects: list[Exception] = []  # of the script: raised where the server ends
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.api = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def base_url(self) -> str:
        """What an engine is given: `http://127.0.0.1:PORT/v1`."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @property
    def sent(self) -> bytes:
        """Everything that reached the server: paths, headers and bodies."""
        lines = [f"{r.method} {r.path}\n{dict(r.headers)}\n".encode() + r.body for r in self.received]
        return b"\n".join(lines)

    def __enter__(self) -> LoopbackAPI:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        if value is None and self._defects:
            raise self._defects[0]

    def reply(self, received: Received) -> Http:
        """The bytes for one request; a delay has been waited for."""
        self.received.append(received)
        try:
            said = self.script(received)
        except Exception as defect:
            self._defects.append(defect)
            return error(418, f"The script of the test is broken: {defect!r}")
        if isinstance(said, Mapping):
            said = json.dumps(said)
        if isinstance(said, str):
            said = Says(said)
        http = enveloped(received, said) if isinstance(said, Says) else said
        self.stopping.wait(http.delay)
        return http


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    api: LoopbackAPI


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet for head and body
    server: _Server

    def _serve(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        http = self.server.api.reply(Received(self.command, self.path, headers, sent))
        self.send_response(http.status)
        self.send_header("Content-Type", http.content_type)
        body = http.body
        if http.ends:
            self.send_header("Content-Length", str(len(body)))
        else:
            self.send_header("Transfer-Encoding", "chunked")
            body = b"%x\r\n%s\r\n" % (len(body), body)
            self.close_connection = True
        for name, value in http.headers.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            if http.drip:
                self.wfile.flush()
                for byte in body:
                    if self.server.api.stopping.wait(http.drip):
                        break
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
            else:
                self.wfile.write(body[: http.reset_after])
                self.wfile.flush()
        except OSError:  # the client has had enough
            self.close_connection = True
            return
        if http.reset_after is not None:
            # no lingering: the peer gets a reset, not an end of file
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
            self.connection.close()
            self.close_connection = True

    do_GET = _serve  # noqa: N815
    do_POST = _serve  # noqa: N815
    do_DELETE = _serve  # noqa: N815

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except OSError:  # the client has had enough
            self.close_connection = True

    def finish(self) -> None:
        try:
            super().finish()
        except (OSError, ValueError):  # a connection we reset ourselves, or that the client closed
            return

    def log_message(self, format: str, *args: Any) -> None:
        """Tests print nothing."""
