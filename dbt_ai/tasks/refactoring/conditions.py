"""The parts of a condition in the text, so that one of them can go and the others stay."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType

from dbt_ai.sql.islands import Splice
from dbt_ai.sql.outline import Part
from dbt_ai.tasks.refactoring.cutting import InTheWayError, clause_cut, only_blank, without_comments
from dbt_ai.tasks.refactoring.values import ModelText


def terms_of(model: ModelText, clause: Part, condition: exp.Expr) -> list[tuple[Part, exp.Expr]]:
    """What AND joins in the condition that `clause` ends with: each at its place in the text. Empty where the text is
    not laid out as the tree is."""
    trees = list(condition.flatten()) if isinstance(condition, exp.And) else [condition]
    tokens = [token for token in model.outline.tokens if clause.start <= token.start < clause.end]
    words = (TokenType.WHERE, TokenType.ON)
    spans = list[tuple[int, int]]()
    start, depth, between = len(tokens), 0, False
    for place, token in enumerate(tokens):
        kind = token.token_type
        depth += (kind is TokenType.L_PAREN) - (kind is TokenType.R_PAREN)
        if depth:
            continue
        if kind in words and start == len(tokens):
            start = place + 1
        elif kind is TokenType.BETWEEN:
            between = True
        elif kind is TokenType.AND and start < place:
            if not between:
                spans.append((start, place))
                start = place + 1
            between = False
    spans.append((start, len(tokens)))
    if len(spans) != len(trees) or any(one >= other for one, other in spans):
        return []
    parts = [Part(tokens[one].start, tokens[other - 1].end + 1) for one, other in spans]
    return list(zip(parts, trees, strict=True))


def term_cut(model: ModelText, clause: Part, terms: Sequence[Part], gone: Part) -> Splice:
    """The edit that takes a term out of a condition, and the clause with it where it was the only one. Raises
    InTheWayError where a comment or Jinja would be lost."""
    number = terms.index(gone)
    if len(terms) == 1:
        return clause_cut(model, clause)
    without_comments(model, gone)
    if number == 0:
        _only_and(model, gone.end, terms[1].start)
        return Splice(gone.start, terms[1].start)
    _only_and(model, terms[number - 1].end, gone.start)
    return Splice(terms[number - 1].end, gone.end)


def _only_and(model: ModelText, start: int, end: int) -> None:
    between = model.text[start:end].strip()
    if between.casefold() != "and":
        only_blank(model, start, end, between[:3])
        raise InTheWayError("unusual-layout")
