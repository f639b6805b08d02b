"""Pairs of a question and the answer that a student is to give."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dbt_ai.distill.cases import Case
from dbt_ai.evidence.sharing import Share, sharing
from dbt_ai.evidence.student_prompt import column_request


@dataclass(frozen=True)
class Pair:
    """One example: the system's and the user's part of the chat, and the answer as the server's grammar lets it be
    written. `group` is the model that it is from: what is held out is held out by group; `kind` what the column is."""

    group: str
    kind: str
    instructions: str
    prompt: str
    answer: str


def answer_text(description: str | None) -> str:
    """The JSON that a student answers with.

    >>> answer_text("Weight in kilograms."), answer_text(None)
    ('{"description": "Weight in kilograms."}', '{"description": null}')
    """
    return json.dumps({"description": description}, ensure_ascii=False)


def pairs_of(cases: Iterable[Case]) -> Sequence[Pair]:
    """A pair for each lesson of the cases."""
    levels = sharing(Share.STATISTICS)
    found = []
    for case in cases:
        for lesson in case.lessons:
            request = column_request(case.evidence, lesson.column, levels)
            facts = case.evidence.facts.column(lesson.column) if case.evidence.facts else None
            kind = facts.kind.value if facts else "unknown"
            found.append(Pair(case.id, kind, request.instructions, request.prompt, answer_text(lesson.text)))
    return found
