"""The two ways to put questions to an engine: to send them, or to use only what was answered before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from dbt_ai.engines.asking import Result, ask_each
from dbt_ai.engines.values import Answer, Engine, Request
from dbt_ai.tasks.tiers import OnAnswer, Tier


@runtime_checkable
class StoringEngine(Engine, Protocol):
    """An engine that keeps its answers."""

    def stored(self, request: Request) -> Answer | None:
        """What was answered before, None where nothing was."""


def send(concurrency: int) -> Callable[[Tier, Sequence[Request], OnAnswer], None]:
    """Asks the tier's engine, at most `concurrency` requests at once."""

    def ask(tier: Tier, requests: Sequence[Request], on_answer: OnAnswer) -> None:
        places = {id(request): place for place, request in enumerate(requests)}

        def told(result: Result) -> None:
            on_answer(places[id(result.request)], result.answer or result.error)

        ask_each(tier.engine, requests, told, concurrency=concurrency)

    return ask


@dataclass(frozen=True)
class Withheld:
    """What a tier would be asked: the requests without an answer, and how many more there are that have one."""

    tier: Tier
    requests: tuple[Request, ...]
    answered: int


def withhold(
    on_open: Callable[[Withheld], None],
    before: Callable[[Tier, Sequence[Request]], None] = lambda tier, requests: None,
) -> Callable[[Tier, Sequence[Request], OnAnswer], None]:
    """Sends nothing: answers come from the store alone, and `on_open` is told what a tier would be asked. `before` is
    called with all of a tier's requests first."""

    def ask(tier: Tier, requests: Sequence[Request], on_answer: OnAnswer) -> None:
        before(tier, requests)
        is_open = []
        for place, request in enumerate(requests):
            found = tier.engine.stored(request) if isinstance(tier.engine, StoringEngine) else None
            on_answer(place, found)
            if found is None:
                is_open.append(request)
        on_open(Withheld(tier, tuple(is_open), len(requests) - len(is_open)))

    return ask
