"""Pairs of a question and the answer that a student is to give."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dbt_ai.distill.cases import Case
from dbt_ai.evidence.sharing import Share, Sharing, sharing
from dbt_ai.evidence.student_prompt import PROMPT_VERSION, column_request
from dbt_ai.evidence.values import Evidence

CASE, PERSON, CORRECTION = "case", "person", "correction"  # teachers that are no models


@dataclass(frozen=True)
class Pair:
    """One example: the system's and the user's part of the chat, and the answer as the server's grammar lets it be
    written. `group` is the model that it is from: what is held out is held out by group; `kind` what the column is;
    `teacher` who answered: "case", "person", "correction" for a person who changed what we wrote, or the name of a
    model; `prompt_version` how it was asked."""

    group: str
    kind: str
    instructions: str
    prompt: str
    answer: str
    teacher: str = CASE
    prompt_version: str = PROMPT_VERSION

    @property
    def text(self) -> str | None:
        """The description in the answer; None where there is nothing to say."""
        found: str | None = json.loads(self.answer)["description"]
        return found


def answer_text(description: str | None) -> str:
    """The JSON that a student answers with.

    >>> answer_text("Weight in kilograms."), answer_text(None)
    ('{"description": "Weight in kilograms."}', '{"description": null}')
    """
    return json.dumps({"description": description}, ensure_ascii=False)


def pair_of(evidence: Evidence, column: str, text: str | None, levels: Sharing, group: str, teacher: str) -> Pair:
    """The pair of a column's question and a text."""
    request = column_request(evidence, column, levels)
    facts = evidence.facts.column(column) if evidence.facts else None
    kind = facts.kind.value if facts else "unknown"
    return Pair(group, kind, request.instructions, request.prompt, answer_text(text), teacher)


def pairs_of(cases: Iterable[Case]) -> Sequence[Pair]:
    """A pair for each lesson of the cases."""
    levels = sharing(Share.STATISTICS)
    return [
        pair_of(case.evidence, lesson.column, lesson.text, levels, case.id, CASE)
        for case in cases
        for lesson in case.lessons
    ]
