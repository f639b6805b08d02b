"""Requests to an engine and its answers. Nothing here knows of dbt."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Request:
    """One question. `instructions` is the part that never changes (first, so that providers cache it), `prompt` the
    part about the target. `schema` is the strict JSON schema of the answer. `target` is told in reports only."""

    target: str
    instructions: str
    prompt: str
    schema_name: str
    schema: Mapping[str, Any]
    prompt_version: str
    effort: str = "low"
    max_output_bytes: int = 1_000_000

    def key(self, model: str) -> str:
        """SHA-256 of everything that decides the answer: the model and this request, without `target`."""
        parts = [model, self.effort, self.prompt_version, self.instructions, self.prompt, self.schema]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Cost:
    """What an answer cost. Tokens as the server counted them, None where it did not; `usd` None where not known."""

    input_tokens: int | None = None
    cached_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    usd: float | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class Answer:
    """The validated JSON of an answer, who gave it, and what it cost. `from_cache` answers cost nothing now."""

    content: Mapping[str, Any]
    engine: str
    model: str
    cost: Cost = Cost()
    from_cache: bool = False


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
