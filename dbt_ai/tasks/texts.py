"""Checked texts on their way into a plan."""

from __future__ import annotations

from dataclasses import dataclass

from dbt_ai.values import Citation, Target, Verdict


@dataclass(frozen=True)
class Text:
    """A checked text for a target. `engine` and `model` say who proposed it. `doc_call` is a person's `{{ doc() }}`
    call that stands for the text, `rendered` what dbt makes of it.
    `citations` are what the text rests on, where its engine had to say."""

    target: Target
    text: str
    engine: str
    verdicts: tuple[Verdict, ...]
    model: str | None = None
    doc_call: str | None = None
    rendered: str | None = None
    citations: tuple[Citation, ...] = ()
