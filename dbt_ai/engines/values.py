"""Requests to an engine and its answers. Nothing here knows of dbt."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from dbt_ai.errors import EngineError


@dataclass(frozen=True)
class Tool:
    """Something of ours that a model may use while it thinks: it reads, and changes nothing.

    `parameters` is the strict JSON schema of its arguments. `call` is given arguments that follow it and returns the
    text that the model is shown. It never raises: what went wrong is said in the text. It may be called from several
    threads.
    """

    name: str
    description: str
    parameters: Mapping[str, Any]
    call: Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True)
class ToolCall:
    """One use of a tool: its number within the answer (from 1), which tool, with what, and what it returned."""

    number: int
    name: str
    arguments: Mapping[str, Any]
    result: str


@dataclass(frozen=True)
class Request:
    """One question. `instructions` is the part that never changes (first, so that providers cache it), `prompt` the
    part about the target. `schema` is the strict JSON schema of the answer. `target` is told in reports only.

    `max_output_tokens` bounds what the answer may cost, thinking included. `tools` may be used at most
    `max_tool_calls` times. `background` allows a server that can to think on while nobody is connected.
    """

    target: str
    instructions: str
    prompt: str
    schema_name: str
    schema: Mapping[str, Any]
    prompt_version: str
    effort: str = "low"
    max_output_bytes: int = 1_000_000
    max_output_tokens: int = 16_000
    tools: tuple[Tool, ...] = ()
    max_tool_calls: int = 0
    background: bool = False

    def key(self, model: str) -> str:
        """SHA-256 of everything that decides the answer: the model and this request, without `target`."""
        parts: list[Any] = [model, self.effort, self.prompt_version, self.instructions, self.prompt, self.schema]
        if self.tools:
            parts.append([[tool.name, tool.description, tool.parameters] for tool in self.tools])
            parts.append(self.max_tool_calls)
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Cost:
    """What an answer cost: all its HTTP requests together, failed ones and repairs, too.

    Tokens as the server counted them, None where it did not; `usd` None where no price is known. `seconds` is the time
    until the answer was there, `sent_bytes` and `received_bytes` are the bodies', `requests` their number.
    `cached_tokens` and `written_tokens` are those of the input that the server read from and wrote to its own cache,
    which have prices of their own.
    """

    input_tokens: int | None = None
    cached_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    usd: float | None = None
    seconds: float = 0.0
    sent_bytes: int = 0
    received_bytes: int = 0
    requests: int = 0
    written_tokens: int | None = None


@dataclass(frozen=True)
class Answer:
    """The validated JSON of an answer, who gave it, and what it cost. `from_cache` answers cost nothing now.
    `tool_calls` are the uses of the request's tools, in order."""

    content: Mapping[str, Any]
    engine: str
    model: str
    cost: Cost = Cost()
    from_cache: bool = False
    tool_calls: tuple[ToolCall, ...] = ()


class Engine(Protocol):
    """Who answers a request. Raises EngineError with one clear sentence when it cannot."""

    @property
    def name(self) -> str:
        """`student` or `reasoning`."""

    @property
    def model(self) -> str:
        """The model's name as the server knows it."""

    def answer(self, request: Request) -> Answer:
        """The answer to one request, validated against its schema."""


@runtime_checkable
class Stoppable(Protocol):
    """An engine whose waiting can be ended: for its turn, for a pause to be over, for money, for another process."""

    def stop(self, why: EngineError) -> None:
        """Nothing is sent any more: `why` is raised instead, in every thread that waits, too. What is under way goes
        on to its end."""


class Spending(Protocol):
    """One HTTP request that is about to be sent: money was set aside for it."""

    def close(self, cost: Cost, outcome: str, status: int | None = None) -> Cost:
        """Settles it, exactly once. `cost` is what the server counted, None where it is not known: then all that was
        set aside counts as spent where the server may have worked on it. `outcome` is "answered", or a word of
        engines/outcomes.py for what went wrong, `status` the HTTP status where there was one. Returns the cost with its
        money."""


class Meter(Protocol):
    """Who is asked before every HTTP request to a model and told afterwards: the budget and the ledger."""

    def open(self, request: Request, engine: str, model: str, sent_bytes: int) -> Spending:
        """Sets aside the most that the HTTP request can cost. Waits while requests under way hold the money that may
        be left, and raises CapReached where the cap does not allow it."""
