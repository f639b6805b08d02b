"""A text cut into sentences, and what surrounds a claim in one: negations, hedges, examples."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbt_ai.checks.claims.context import Sentence

_ABBREVIATIONS = ("e.g.", "i.e.", "etc.", "vs.", "incl.", "excl.", "no.", "approx.", "resp.", "a.k.a.", "cf.", "u.s.")
_END = re.compile(r"[.!?](?=[\s)]|$)|\n\s*\n|\n\s*(?=[-*|] )")
# Where one of these stands shortly before a claim, the sentence denies it or does not commit itself to it.
_DENIED = re.compile(
    r"(\bnot|n't|\bnever|\bno longer|\bwithout|\brather than|\binstead of|\bnon|\bneither)\b[^,;.:]{0,24}$",
    re.IGNORECASE,
)
_HEDGED = re.compile(
    r"\b(usually|mostly|typically|generally|normally|should|may|maybe|might|could|sometimes|possibly"
    r"|often|almost|nearly|"
    r"expected to|supposed to|intended to|meant to|ideally|likely|probably|if|unless|once|until|when|where)\b"
    r"[^,;.:]{0,40}$",
    re.IGNORECASE,
)
EXAMPLES = re.compile(
    r"\b(e\.g\.?|i\.e\.?|eg|for example|for instance|such as|examples?|like|including)(?=[\s,:(]|$)", re.I
)
OPEN_END = re.compile(r"\b(etc|and so on|and others?|or others?|and more|among others|or similar)\b|\.\.\.|…", re.I)


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a text with their places; code in backticks is never cut.

    >>> [found.text for found in sentences("Order id, e.g. 17. One row per `raw. order`.")]
    ['Order id, e.g. 17.', 'One row per `raw. order`.']
    """
    start = 0
    quiet = [match.span() for match in re.finditer(r"`[^`]*`", text)]
    for match in _END.finditer(text):
        end = match.end()
        if any(low <= match.start() < high for low, high in quiet):
            continue
        before = text[start:end].rstrip().lower()
        following = text[end:].lstrip()
        if before.endswith(_ABBREVIATIONS) and (following[:1].islower() or not before.endswith("etc.")):
            continue
        if text[end : end + 1] == ")":
            end += 1
        yield from _trimmed(text, start, end)
        start = end
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[Sentence]:
    piece = text[start:end]
    lead = len(piece) - len(piece.lstrip())
    piece = piece.strip()
    if piece:
        yield Sentence(piece, start + lead, start + lead + len(piece))


def denied(sentence: Sentence, position: int) -> bool:
    """Whether the words before `position` deny what follows."""
    return bool(_DENIED.search(sentence.text[:position]))


def committed(sentence: Sentence, position: int) -> bool:
    """Whether the sentence asserts what stands at `position`, neither denied nor hedged."""
    before = sentence.text[:position]
    return not _DENIED.search(before) and not _HEDGED.search(before)
