"""Where expressions stand in a text, which the tree does not know of all, and how text is said in Jinja."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from dbt_ai.sql.outline import Part
from dbt_ai.tasks.refactoring.values import ModelText


def calls_of(model: ModelText, name: str) -> Iterator[tuple[Part, exp.Expr]]:
    """Every call of the function `name` with its place, the outermost first."""
    tokens = model.outline.tokens
    for number, token in enumerate(tokens[:-1]):
        opening = tokens[number + 1]
        if token.text.casefold() == name and opening.token_type is TokenType.L_PAREN:
            last = _closing(tokens, number + 1)
            yield from _parsed(model, Part(token.start, tokens[last].end + 1))


def cases_of(model: ModelText) -> Iterator[tuple[Part, exp.Case]]:
    """Every CASE with its place, the outermost first."""
    tokens = model.outline.tokens
    for number, token in enumerate(tokens):
        if token.token_type is not TokenType.CASE:
            continue
        depth = 0
        for other in tokens[number:]:
            depth += (other.token_type is TokenType.CASE) - (other.token_type is TokenType.END)
            if not depth:
                for part, tree in _parsed(model, Part(token.start, other.end + 1)):
                    if isinstance(tree, exp.Case):
                        yield part, tree
                break


def within(model: ModelText, part: Part) -> Sequence[Token]:
    """The tokens of a part of the text."""
    return [token for token in model.outline.tokens if part.start <= token.start and token.end < part.end]


def jinja_string(text: str) -> str | None:
    """`text` as a string of Jinja; None for one that has none.

    >>> jinja_string("a"), jinja_string("it's"), jinja_string("{{ a }}")
    ("'a'", '"it\\'s"', None)
    """
    if any(piece in text for piece in ("\\", "{{", "{%", "{#", "}}", "%}", "#}", "\n")):
        return None
    return next((f"{quote}{text}{quote}" for quote in "'\"" if quote not in text), None)


def _closing(tokens: Sequence[Token], opening: int) -> int:
    depth = 0
    for number in range(opening, len(tokens)):
        kind = tokens[number].token_type
        depth += (kind is TokenType.L_PAREN) - (kind is TokenType.R_PAREN)
        if not depth:
            return number
    return len(tokens) - 1  # not reached: an outline has them all


def _parsed(model: ModelText, part: Part) -> Iterator[tuple[Part, exp.Expr]]:
    try:
        yield part, sqlglot.parse_one(model.masked.text[part.start : part.end], dialect=model.known.dialect or None)
    except SqlglotError:
        return
