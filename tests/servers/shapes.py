"""The servers that speak OpenAI's API or something like it, by name: how each wraps an answer and words an error.

    api.script = SHAPES["vLLM"].speaks_by(script)

A script (see loopback_api) says what happens; the shape makes of it what that server would send. What a server does not
understand by nature, whatever the script says, is in its `refuses`. To add a server, add a Shape.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.servers.loopback_api import AT_ONCE, Http, Received, Reply, Says, Script, enveloped

Body = Mapping[str, Any]
BOTH = ("responses", "chat/completions")


def _said(status: int, message: str, code: str | None, param: str | None) -> Body:
    kind = "invalid_request_error" if status < 500 else "server_error"
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def _unknown(name: str) -> tuple[int, str, str | None]:
    return 400, f"Unknown parameter: '{name}'.", "unknown_parameter"


def _effort(field_name: str, effort: str) -> tuple[int, str, str | None]:
    message = f"Unsupported value: '{effort}' is not supported with the 'played' model. "
    return 400, f"{message}Supported values are: 'low' and 'medium'.", "unsupported_value"


@dataclass(frozen=True)
class Shape:
    """One kind of server. `api` is what the engine is told to begin with, None to let it find out. `words` makes the
    body of an error of status, message, code and parameter; `unknown` and `effort` the status, message and code for a
    parameter that the server does not know, and for an effort that the model does not have. `dress` changes the answer
    of a model from OpenAI's form into the server's own."""

    name: str
    api: str | None = None
    path: str = "/v1"
    speaks: tuple[str, ...] = ("chat/completions",)
    words: Callable[[int, str, str | None, str | None], Any] = _said
    unknown: Callable[[str], tuple[int, str, str | None]] = _unknown
    effort: Callable[[str, str], tuple[int, str, str | None]] = _effort
    dress: Callable[[dict[str, Any], Received], dict[str, Any]] = lambda body, received: body
    refuses: Callable[[Shape, Received], Http | None] = lambda shape, received: None
    reasoning_field: str = "reasoning_content"
    no_address: Http = field(default_factory=lambda: Http(404, b'{"detail":"Not Found"}'))
    no_model: tuple[int, str, str | None] = (404, "The model `played` does not exist.", "model_not_found")
    no_key: tuple[int, str] = (401, "Incorrect API key provided: {}. You can find your API key in your account.")
    no_money: tuple[int, str, str | None] = (402, "Payment required", None)
    before: bytes = b""  # of the body, to keep the connection alive

    def error(
        self, status: int, message: str, code: str | None = None, param: str | None = None, **headers: str
    ) -> Http:
        """An error in the words of this server."""
        body = json.dumps(self.words(status, message, code, param)).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Http(status, body, headers=named or AT_ONCE)

    def unknown_parameter(self, name: str) -> Http:
        """A refusal of a parameter."""
        status, message, code = self.unknown(name)
        return self.error(status, message, code, name)

    def effort_refused(self, received: Received) -> Http:
        """A refusal of the effort in a request."""
        name = "reasoning.effort" if received.api == "responses" else "reasoning_effort"
        effort = received.json.get("reasoning_effort") or received.json["reasoning"]["effort"]
        status, message, code = self.effort(name, effort)
        return self.error(status, message, code, name)

    def speaks_by(self, script: Script) -> Script:
        """What this server says where `script` says what happens."""

        def said(received: Received) -> Reply:
            if received.api not in self.speaks:
                return self.no_address
            reply = self.refuses(self, received) or script(received)
            if isinstance(reply, Http):
                return reply
            if isinstance(reply, Mapping):
                reply = json.dumps(reply)
            return self.envelope(received, Says(reply) if isinstance(reply, str) else reply)

        return said

    def envelope(self, received: Received, says: Says) -> Http:
        """What the model says, as this server sends it."""
        if says.reasoning is None and self.reasoning_field:
            says = replace(says, reasoning="An order has {an} id.", reasoning_field=self.reasoning_field)
        body = self.dress(json.loads(enveloped(received, says).body), received)
        return Http(body=self.before + json.dumps(body).encode())


def _openai_refuses(shape: Shape, received: Received) -> Http | None:
    if "max_tokens" in received.json:
        told = "Unsupported parameter: 'max_tokens' is not supported with this model. "
        told += "Use 'max_completion_tokens' instead."
        return shape.error(400, told, "unsupported_parameter", "max_tokens")
    return None


def _openai(body: dict[str, Any], received: Received) -> dict[str, Any]:
    if received.api == "responses":
        told = {name: received.json.get(name) for name in ("store", "background", "max_output_tokens", "instructions")}
        return {**body, **told, "created_at": 1, "parallel_tool_calls": True, "metadata": {}}
    body["choices"][0]["message"] |= {"annotations": [], "refusal": body["choices"][0]["message"]["refusal"]}
    return {**body, "service_tier": "default", "system_fingerprint": None}


def _azure(body: dict[str, Any], received: Received) -> dict[str, Any]:
    safe = {"hate": {"filtered": False, "severity": "safe"}}
    if received.api == "responses":
        return {**body, "content_filters": [{"blocked": False, "content_filter_results": safe}]}
    body["choices"][0]["content_filter_results"] = safe
    return {**body, "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": safe}]}


def _azure_words(status: int, message: str, code: str | None, param: str | None) -> Body:
    return {"error": {"code": code or str(status), "message": message, **({"param": param} if param else {})}}


def _ollama(body: dict[str, Any], received: Received) -> dict[str, Any]:
    del body["choices"][0]["message"]["refusal"]
    usage = {name: body["usage"][name] for name in ("prompt_tokens", "completion_tokens", "total_tokens")}
    return {**body, "system_fingerprint": "fp_ollama", "usage": usage}


def _llama_cpp(body: dict[str, Any], received: Received) -> dict[str, Any]:
    del body["choices"][0]["message"]["refusal"]
    return {**body, "system_fingerprint": "b8000-1a2b3c", "timings": {"prompt_n": 100, "predicted_n": 30}}


def _llama_cpp_refuses(shape: Shape, received: Received) -> Http | None:
    """Its templates parse the arguments of the calls that came before."""
    for message in received.json.get("messages", ()):
        for call in message.get("tool_calls", ()):
            try:
                json.loads(call["function"]["arguments"])
            except ValueError:
                return shape.error(500, "Failed to parse tool call arguments as JSON")
    if "tools" in received.json and "response_format" in received.json:
        return shape.error(400, "Cannot use custom grammar constraints with tools.")
    return None


def _vllm(body: dict[str, Any], received: Received) -> dict[str, Any]:
    body["choices"][0] |= {"logprobs": None, "stop_reason": None, "token_ids": None}
    body["choices"][0]["message"].setdefault("tool_calls", [])
    return {**body, "service_tier": None, "prompt_logprobs": None, "kv_transfer_params": None}


def _vllm_words(status: int, message: str, code: str | None, param: str | None) -> Body:
    kind = "NotFoundError" if status == 404 else "BadRequestError"
    return {"error": {"message": message, "type": kind, "param": param, "code": status}}


def _lm_studio(body: dict[str, Any], received: Received) -> dict[str, Any]:
    del body["choices"][0]["message"]["refusal"]
    body["choices"][0] |= {"logprobs": None}
    body["choices"][0]["message"].setdefault("tool_calls", [])
    return {**body, "stats": {}, "system_fingerprint": "played"}


def _lm_studio_refuses(shape: Shape, received: Received) -> Http | None:
    if received.json.get("response_format", {}).get("type") == "json_object":
        return shape.error(400, "'response_format.type' must be 'json_schema' or 'text'")
    return None


def _deepseek(body: dict[str, Any], received: Received) -> dict[str, Any]:
    del body["usage"]["prompt_tokens_details"]
    body["usage"] |= {"prompt_cache_hit_tokens": 60, "prompt_cache_miss_tokens": 40}
    return body


def _deepseek_refuses(shape: Shape, received: Received) -> Http | None:
    asked = received.json
    form = asked.get("response_format", {}).get("type")
    if form == "json_schema":
        return shape.error(400, "This response_format type is unavailable now", "invalid_request_error")
    if form == "json_object" and "json" not in str(asked["messages"]).casefold():
        told = "Prompt must contain the word 'json' in some form to use 'response_format' of type 'json_object'."
        return shape.error(400, told, "invalid_request_error")
    for place, message in enumerate(asked["messages"]):
        if message.get("tool_calls") and "reasoning_content" not in message:
            told = f"Missing `reasoning_content` field in the assistant message at message index {place}."
            return shape.error(400, told, "invalid_request_error")
    return None


def _plain(body: dict[str, Any], received: Received) -> dict[str, Any]:
    message = body["choices"][0]["message"]
    kept = {name: message[name] for name in ("content", "tool_calls", "refusal") if message.get(name)}
    choice = {"message": {"role": "assistant", **kept}}
    if body["choices"][0]["finish_reason"] != "stop":
        choice["finish_reason"] = body["choices"][0]["finish_reason"]
    return {"choices": [choice]}


def _plain_words(status: int, message: str, code: str | None, param: str | None) -> Body:
    if status != 422:
        return {"detail": message}
    return {"detail": [{"type": "extra_forbidden", "loc": ["body", param], "msg": message, "input": {"tools": "high"}}]}


_PLAIN_KNOWS = ("model", "messages", "max_tokens", "max_completion_tokens", "tools")


def _plain_refuses(shape: Shape, received: Received) -> Http | None:
    unknown = next((name for name in received.json if name not in _PLAIN_KNOWS), None)
    return None if unknown is None else shape.unknown_parameter(unknown)


_NO_QUOTA = (429, "You exceeded your current quota, please check your plan.", "insufficient_quota")
_ALL = (
    Shape("OpenAI Responses", api="responses", speaks=BOTH, dress=_openai, reasoning_field="", no_money=_NO_QUOTA),
    Shape(
        "OpenAI Chat",
        api="chat",
        speaks=BOTH,
        dress=_openai,
        refuses=_openai_refuses,
        reasoning_field="",
        no_money=_NO_QUOTA,
    ),
    Shape(
        "Azure",
        api="responses",
        path="/openai/v1",
        speaks=BOTH,
        words=_azure_words,
        dress=_azure,
        reasoning_field="",
        unknown=lambda name: (400, f"Unrecognized request argument supplied: {name}", "invalid_request_error"),
        no_address=Http(404, b'{"error":{"code":"404","message": "Resource not found"}}'),
        no_model=(404, "The API deployment for this resource does not exist.", "DeploymentNotFound"),
        no_key=(401, "Access denied due to invalid subscription key {} or wrong API endpoint."),
        no_money=_NO_QUOTA,
    ),
    Shape(
        "Ollama",
        dress=_ollama,
        reasoning_field="reasoning",
        words=lambda status, message, code, param: {
            "error": {"message": message, "type": "api_error", "param": None, "code": None}
        },
        unknown=lambda name: (400, f'json: unknown field "{name}"', None),
        effort=lambda name, effort: (400, f'think value "{effort}" is not supported for this model', None),
        no_address=Http(404, b"404 page not found", "text/plain"),
        no_model=(404, 'model "played" not found, try pulling it first', None),
    ),
    Shape(
        "llama.cpp",
        dress=_llama_cpp,
        refuses=_llama_cpp_refuses,
        words=lambda status, message, code, param: {
            "error": {"code": status, "message": message, "type": "server_error" if status == 500 else "error"}
        },
        unknown=lambda name: (500, f"Unsupported param: {name}", None),
        effort=lambda name, effort: (400, f"Unsupported value for {name}: {effort}", None),
        no_address=Http(404, b'{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}'),
        no_model=(400, "model 'played' not found", None),
        no_key=(401, "Invalid API Key {}"),
    ),
    Shape(
        "vLLM",
        dress=_vllm,
        reasoning_field="reasoning",
        words=_vllm_words,
        unknown=lambda name: (
            400,
            f"[{{'type': 'extra_forbidden', 'loc': ('body', '{name}'), 'msg': 'Extra inputs are not permitted'}}]",
            None,
        ),
        effort=lambda name, effort: (
            400,
            f"[{{'type': 'literal_error', 'loc': ('body', '{name}'), 'msg': \"Input should be 'low' or 'medium'\"}}]",
            None,
        ),
        no_model=(404, "The model `played` does not exist.", None),
        no_key=(401, "Unauthorized {}"),
    ),
    Shape(
        "LM Studio",
        dress=_lm_studio,
        refuses=_lm_studio_refuses,
        words=lambda status, message, code, param: {"error": message},
        unknown=lambda name: (400, f"Unrecognized key(s) in object: '{name}'", None),
        effort=lambda name, effort: (400, f"'{name}' must be 'low' or 'medium'", None),
        no_address=Http(200, b'{"error":"Unexpected endpoint or method. (POST /v1/responses)"}'),
        no_model=(404, 'Model "played" not found', None),
    ),
    Shape(
        "DeepSeek",
        dress=_deepseek,
        refuses=_deepseek_refuses,
        unknown=lambda name: (422, f"Failed to deserialize the JSON body: {name}: unknown field", None),
        no_model=(400, "Model Not Exist", "invalid_request_error"),
        no_key=(401, "Authentication Fails, Your api key: {} is invalid"),
        no_money=(402, "Insufficient Balance", "invalid_request_error"),
        before=b"\n\n\n",
    ),
    Shape(
        "plain",
        dress=_plain,
        refuses=_plain_refuses,
        words=_plain_words,
        unknown=lambda name: (422, "Extra inputs are not permitted", None),
        reasoning_field="",
        no_model=(404, "No such model: played was not found", None),
        no_key=(401, "Not authenticated {}"),
    ),
)
SHAPES: Mapping[str, Shape] = {shape.name: shape for shape in _ALL}
