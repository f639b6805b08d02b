"""The expressions in the text of a query that could stand by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from dbt_ai.sql.outline import Outline, Part

_HEAD = "select "
_LEAST = 4  # tokens: nothing shorter is worth a name
_MOST = 400
_OPENING = {
    TokenType.L_PAREN: TokenType.R_PAREN,
    TokenType.L_BRACKET: TokenType.R_BRACKET,
    TokenType.CASE: TokenType.END,
}
_CLOSING = frozenset(_OPENING.values())
_NO_FUNCTION = frozenset([
    "all", "and", "any", "as", "between", "by", "case", "distinct", "else", "except", "exists", "filter", "from",
    "group", "having", "ilike", "in", "intersect", "is", "join", "like", "limit", "not", "offset", "on", "or",
    "order", "over", "partition", "qualify", "select", "then", "union", "using", "values", "when", "where", "with",
    "within",
])  # fmt: skip
_NAMES = (TokenType.VAR, TokenType.IDENTIFIER)
_BEHIND_CALL = ("over", "filter", "within")
_LEVELS: Sequence[frozenset[str]] = (
    frozenset({"or"}),
    frozenset({"and"}),
    frozenset({"=", "<", ">", "<=", ">=", "<>", "!="}),
    frozenset({"+", "-", "||"}),
    frozenset({"*", "/", "//", "%"}),
)
_STATEMENTS = frozenset({"case", "when", "then", "else", "end"})
_STOPS = frozenset([
    "select", "from", "where", "group", "having", "qualify", "order", "limit", "union", "except", "intersect", "on",
    "join", "left", "right", "inner", "full", "cross", "using", "window", "with", "offset", "lateral",
])  # fmt: skip


@dataclass(frozen=True)
class Expression(Part):
    """An expression from `start` to before `end` of the text. `alias` is the name of the column of a SELECT that it is,
    or is a part of; `whole` says that it is all of it. `columns` are the columns that it names and `literals` the texts
    and numbers, each where it stands."""

    tree: exp.Expr = field(compare=False)
    alias: str = ""
    whole: bool = False
    columns: tuple[Part, ...] = ()
    literals: tuple[Part, ...] = ()


def expressions_of(outline: Outline, dialect: str) -> list[Expression]:
    """Every expression in a query that has some length and no query in it, in the order of the text.

    >>> from dbt_ai.sql.outline import outline
    >>> text = "select round(a / 100.0, 2) as euros from t where lower(trim(b)) = 'x'"
    >>> [text[one.start : one.end] for one in expressions_of(outline(text, ""), "")]
    ['round(a / 100.0, 2)', "lower(trim(b)) = 'x'", 'lower(trim(b))', 'trim(b)']
    """
    reader = _Reader(outline)
    names = [(item.start, item.end, item.name) for _, query in outline.query.queries() for arm in query.arms
             for item in arm.items if item.tree.alias]  # fmt: skip
    found: list[Expression] = []
    for first, last in sorted(set(reader.spans()), key=lambda span: (span[0], -span[1])):
        tokens = outline.tokens[first:last]
        if not _LEAST <= len(tokens) <= _MOST:
            continue
        start, end = tokens[0].start, tokens[-1].end + 1
        tree = _parsed(outline.text[start:end], dialect)
        if tree is None:
            continue
        item = next(((s, e, name) for s, e, name in names if s <= start and end <= e), None)
        found.append(
            Expression(
                start,
                end,
                tree,
                item[2] if item else "",
                item is not None and item[0] == start and not _more(outline, end, item[1], item[2]),
                tuple(_columns(tree, start, outline.text)),
                tuple(Part(t.start, t.end + 1) for t in tokens if t.token_type in (TokenType.STRING, TokenType.NUMBER)),
            )
        )
    return found


def _more(outline: Outline, start: int, end: int, alias: str) -> bool:
    """Whether there is more between two places than an alias."""
    words = [t.text.casefold() for t in outline.tokens if start <= t.start < end]
    return words not in (["as", alias.casefold()], [alias.casefold()])


def _parsed(text: str, dialect: str) -> exp.Expr | None:
    try:
        tree = sqlglot.parse_one(_HEAD + text, dialect=dialect or None)
    except (SqlglotError, RecursionError):
        return None
    if not isinstance(tree, exp.Select) or {name for name, value in tree.args.items() if value} != {"expressions"}:
        return None
    if len(tree.expressions) != 1 or tree.find(exp.Alias, exp.Star, exp.Subquery, exp.Placeholder, exp.Lambda):
        return None
    inner: exp.Expr = tree.expressions[0]
    return None if isinstance(inner, exp.Tuple) or inner.find(exp.Query) else inner


def _columns(tree: exp.Expr, start: int, text: str) -> Iterator[Part]:
    for column in tree.find_all(exp.Column):
        places = [part.meta for part in column.parts]
        if any("start" not in place for place in places):
            continue
        first = min(place["start"] for place in places) - len(_HEAD) + start
        last = max(place["end"] for place in places) - len(_HEAD) + start + 1
        yield Part(first, last)


class _Reader:
    def __init__(self, outline: Outline) -> None:
        self._tokens = outline.tokens
        self._words = [token.text.casefold() for token in outline.tokens]
        self._match: dict[int, int] = {}
        stack: list[int] = []
        for place, token in enumerate(self._tokens):
            if token.token_type in _OPENING:
                stack.append(place)
            elif token.token_type in _CLOSING and stack:
                self._match[stack.pop()] = place

    def spans(self) -> Iterator[tuple[int, int]]:
        """Places of tokens (first, behind the last) between which an expression may stand."""
        for first, last in self._pieces():
            yield from self._split(first, last, 0)
        for opening, closing in self._match.items():
            if self._tokens[opening].token_type is TokenType.CASE:
                yield from self._primary(opening, closing + 1)
            elif self._tokens[opening].token_type is TokenType.L_PAREN and opening:
                called = self._is_function(self._tokens[opening - 1])
                end = closing + 1
                while called and end + 1 < len(self._tokens) and self._words[end] in _BEHIND_CALL:
                    end = next((self._match[at] + 1 for at in (end + 1, end + 2) if at in self._match), end)
                    yield opening - 1, end
                yield from self._primary(opening - 1 if called else opening, end)

    def _primary(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """A span, and the same with a cast behind it."""
        yield first, last
        while last + 1 < len(self._tokens) and self._tokens[last].token_type is TokenType.DCOLON:
            last += 2
            if last in self._match and self._tokens[last].token_type is TokenType.L_PAREN:
                last = self._match[last] + 1
            yield first, last

    def _is_function(self, token: Token) -> bool:
        return token.text.isidentifier() and token.text.casefold() not in _NO_FUNCTION

    def _pieces(self) -> Iterator[tuple[int, int]]:
        """What stands between the commas and the words of clauses, in each pair of parentheses by itself."""
        yield from self._cut(0, len(self._tokens))
        for opening, closing in self._match.items():
            yield from self._cut(opening + 1, closing)

    def _cut(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        start = place = first
        while place < last:
            word = self._words[place]
            called = place + 1 < last and self._tokens[place + 1].token_type is TokenType.L_PAREN
            stops = (word in _STOPS and not (called and word in ("left", "right"))) or word in _STATEMENTS
            if self._tokens[place].token_type is TokenType.COMMA or (stops and place not in self._match):
                yield from self._unnamed(start, place)
                start = place + 1
            place = self._match.get(place, place) + 1
        yield from self._unnamed(start, last)

    def _unnamed(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """A piece, without the name that it may have behind it."""
        while first < last and self._words[first] in ("distinct", "by", "all"):
            first += 1
        if last - first < 2:
            return
        yield first, last
        if self._words[last - 2] == "as":
            yield first, last - 2
        elif self._tokens[last - 1].token_type in (*_NAMES, TokenType.DESC, TokenType.ASC):
            yield first, last - 1

    def _split(self, first: int, last: int, level: int) -> Iterator[tuple[int, int]]:
        """A piece and the operands in it, down to those of multiplication."""
        yield first, last
        for number in range(level, len(_LEVELS)):
            cuts = list(self._operators(first, last, _LEVELS[number]))
            if cuts:
                starts, ends = [first, *(cut + 1 for cut in cuts)], [*cuts, last]
                for start, end in zip(starts, ends, strict=True):
                    if end - start >= _LEAST:
                        yield from self._split(start, end, number + 1)
                return

    def _operators(self, first: int, last: int, words: frozenset[str]) -> Iterator[int]:
        place, between = first, False
        while place < last:
            word = self._words[place]
            if word == "between":
                between = True
            elif word == "and" and between:
                between = False
            elif word in words and place > first:
                yield place
            place = self._match.get(place, place) + 1
