"""Translated SQL in the layout of what it was translated from: the same lines and words, but for what had to change."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

import sqlglot
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError

if TYPE_CHECKING:
    from sqlglot.tokenizer_core import Token


def in_layout_of(translated: str, sql: str, dialect: str) -> str:
    """`translated` (DuckDB's) with the line breaks, spaces, comments and spelling of `sql` wherever a piece of it is
    the same; as it is, where that would be another query.

    >>> print(in_layout_of('SELECT CAST(a AS TEXT) AS b FROM t', "select a::text as b -- told\\nfrom t", "postgres"))
    select CAST(a AS text) as b -- told
    from t
    """
    try:
        ours = Dialect.get_or_raise("duckdb").tokenize(translated)
        theirs = Dialect.get_or_raise(dialect).tokenize(sql)
        text = _merged(translated, ours, sql, theirs)
        return text if _form(text) == _form(translated) else translated
    except SqlglotError:
        return translated


def _merged(translated: str, ours: list[Token], sql: str, theirs: list[Token]) -> str:
    """The tokens of `translated`, those that are in `sql` as they are written there, with all of its line breaks."""
    same = SequenceMatcher(None, _forms(translated, ours), _forms(sql, theirs), autojunk=False).get_matching_blocks()
    place = {block.a + number: block.b + number for block in same for number in range(block.size)}
    pieces, last = list[str](), -1  # of the tokens of `sql` the last one that was told
    for number, token in enumerate(ours):
        gap = translated[ours[number - 1].end + 1 : token.start] if number else ""
        own = place.get(number)
        if own is None:
            pieces += [gap, translated[token.start : token.end + 1]]
            continue
        between = sql[theirs[last].end + 1 if last >= 0 else 0 : theirs[own].start]
        follows = own == last + 1 and (number == 0 or place.get(number - 1) == last)
        pieces.append(between if follows else _with_breaks(gap, between))
        pieces.append(sql[theirs[own].start : theirs[own].end + 1])
        last = own
    return "".join(pieces)


def _with_breaks(gap: str, between: str) -> str:
    """`gap`, or the line breaks that are in `between` with the spaces behind the last one."""
    head, found, tail = between.rpartition("\n")
    if not found:
        return gap
    return "\n" * (head.count("\n") + 1) + tail[: len(tail) - len(tail.lstrip())]


def _forms(sql: str, tokens: list[Token]) -> list[str]:
    """Tokens as they are written; words without regard to case."""
    texts = (sql[token.start : token.end + 1] for token in tokens)
    return [text.casefold() if text[:1].isalpha() or text[:1] == "_" else text for text in texts]


def _form(sql: str) -> str:
    return sqlglot.parse_one(sql, dialect="duckdb").sql("duckdb", comments=False)
