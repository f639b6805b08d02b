"""How a question about a node becomes requests to a tier, and what an answer proposes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dbt_ai.engines.values import Answer, Request
from dbt_ai.evidence.prompting import document_request, read_document_answer
from dbt_ai.evidence.sharing import Sharing
from dbt_ai.evidence.student_prompt import SCHEMA_NAME, column_request, read_column_answer
from dbt_ai.evidence.values import Evidence
from dbt_ai.sql.values import ColumnKind
from dbt_ai.tasks.effort import most_output_tokens
from dbt_ai.tasks.questions import Question
from dbt_ai.tasks.student import STUDENT, for_student
from dbt_ai.tasks.tiers import PromptOptions, Tier

_SHORT_WORD_TEXT = """
id no nr num at on by is has was to of in for per via new old day due end age sex tax vat fee net sum sku url zip
iso utc eur usd gbp pct qty kg cm km mm ml min max avg ref key lat lon lng uid car job log row vet bus van tag bag
lot
"""
_SHORT_WORDS = frozenset(_SHORT_WORD_TEXT.split())
"""Words of up to three letters that are read as what they are."""
_PLAIN = (ColumnKind.PASS_THROUGH, ColumnKind.RENAMED, ColumnKind.CAST)


def requests_of(
    tier: Tier,
    question: Question,
    evidence: Evidence,
    levels: Sharing,
    prompts: PromptOptions,
    dialect: str,
    effort: str,
    refuted: Sequence[tuple[str, str, str]] = (),
) -> list[tuple[Question, Request]]:
    """Each request, with the part of the question that it asks: one a column for a tier that is asked so, else one a
    node, several where it is wide. `effort` is how hard a reasoning model is to think, `refuted` what was wrong with
    an earlier answer (see `document_request`)."""
    if tier.by_column:
        asked = [one for one in question.columns if not tier.plain_only or is_plain(evidence, one)]
        alone = [replace(question, columns=(column,), about_node=False) for column in asked]
        return [(one, column_request(evidence, one.columns[0], levels)) for one in alone]
    requests = document_request(
        evidence,
        question.columns,
        dialect=dialect,
        share=levels,
        house_style=prompts.house_style,
        prompts=prompts.prompts,
        describe_model=question.about_node,
        effort=effort,
        refuted=refuted,
    )
    columns = len(question.columns)
    if tier.name == STUDENT:
        return [(question, for_student(request, columns)) for request in requests]
    most = most_output_tokens(effort, columns)
    return [(question, replace(request, max_output_tokens=most)) for request in requests]


def is_plain(evidence: Evidence, column: str) -> bool:
    """Whether a column has the values of one column upstream, or comes from outside of the project, and has a name of
    whole words: what `adj` or `grp` stands for, a very small model makes up.

    >>> from dbt_ai.sql.values import Relation
    >>> source = Evidence("s", "s", "source", Relation("s", (None, None, "s")))
    >>> [name for name in ("joined_on", "adj", "bag_no", "grpKey", "weight_kg", "customerId") if is_plain(source, name)]
    ['joined_on', 'bag_no', 'weight_kg', 'customerId']
    """
    if not all(map(_is_word, re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", column))):
        return False
    if evidence.facts is None:
        return evidence.sql is None
    found = evidence.facts.column(column)
    return found is not None and found.kind in _PLAIN


def _is_word(part: str) -> bool:
    word = part.casefold()
    return word in _SHORT_WORDS or (len(word) > 3 and re.search("[aeiouy]", word) is not None)


def proposals_of(tier: Tier, request: Request, answer: Answer, columns: Sequence[str]) -> dict[str | None, str]:
    """The texts of an answer, by column; None for the node. `columns` are those of the question. Raises EngineError
    where the answer cannot be used."""
    proposed: dict[str | None, str] = {}
    if request.schema_name == SCHEMA_NAME:
        text = read_column_answer(answer, columns[0])
        if text and tier.plain_only:  # what comes after the first comma is mostly made up
            text = re.split(r"[,;]|\. ", text)[0].rstrip(". ") + "."
        return {columns[0]: text} if text else proposed
    about_node, by_column = read_document_answer(answer, columns)
    if about_node:
        proposed[None] = about_node
    proposed.update(by_column)
    return proposed
