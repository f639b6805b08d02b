"""A mutant as a person reads it: the lines of the model's own SQL that change, in its own layout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher, unified_diff
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError

from dbt_ai.sql.mutants.original import parsed
from dbt_ai.sql.mutants.places import Span
from dbt_ai.sql.mutants.values import Mutant
from dbt_ai.sql.query import QueryError

if TYPE_CHECKING:
    from sqlglot.tokenizer_core import Token

Tokens: TypeAlias = "Sequence[Token]"


def readable(mutant: Mutant, original_sql: str) -> str:
    """The lines that differ between the original and the mutant, as a unified diff without context.

    They are lines of `original_sql` as it is written, where the change can be made in it and is then known to be the
    same query as the mutant; otherwise of both queries as sqlglot lays them out.

    >>> from dbt_ai.sql.mutants import mutants_of
    >>> sql = "select id\\nfrom orders\\nwhere amount > 0 -- free ones\\n"
    >>> print(readable(mutants_of(sql, "duckdb", operators=["comparison-boundary"])[0], sql))
    @@ -3 +3 @@
    -where amount > 0 -- free ones
    +where amount >= 0 -- free ones
    """
    dialect = Dialect.get_or_raise(mutant.dialect or None)
    before, after = original_sql, _in_layout(mutant, original_sql, dialect)
    if after is None:
        before, after = (
            dialect.generate(parsed(sql, mutant.dialect), pretty=True, comments=False)
            for sql in (original_sql, mutant.sql)
        )
    lines = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return "\n".join(list(lines)[2:])


def _in_layout(mutant: Mutant, original_sql: str, dialect: Dialect) -> str | None:
    """The original with the mutant's tokens where they differ from it; None where that is not the mutant."""

    ours, source, places = _original(original_sql, mutant.dialect)
    theirs = dialect.tokenize(mutant.sql)
    hunks = list(_hunks(ours, theirs, places))
    wanted = _in_one_form(mutant.sql, mutant.dialect)
    for lower in (source[0].text.islower(), False):
        after = original_sql
        for (start, end), (first, last) in reversed(hunks):
            after = _replaced(after, source, (start, end), _text(mutant.sql, theirs[first:last], lower))
        try:
            if _in_one_form(after, mutant.dialect) == wanted:
                return after
        except (QueryError, SqlglotError):
            continue
    return None


def _in_one_form(sql: str, dialect: str) -> str:
    return Dialect.get_or_raise(dialect or None).generate(parsed(sql, dialect), comments=False)


@lru_cache(maxsize=4)
def _original(sql: str, dialect: str) -> tuple[Tokens, Tokens, Mapping[int, int]]:
    """The tokens of the original in one form and as it is written, and which of these is which of those: the same for
    all of its mutants."""
    chosen = Dialect.get_or_raise(dialect or None)
    ours, source = chosen.tokenize(_in_one_form(sql, dialect)), chosen.tokenize(sql)
    places = {
        block.a + offset: block.b + offset
        for block in _matcher(ours, source).get_matching_blocks()
        for offset in range(block.size)
    }
    return ours, source, {**places, -1: -1, len(ours): len(source)}


def _hunks(ours: Tokens, theirs: Tokens, of_source: Mapping[int, int]) -> Iterator[tuple[Span, Span]]:
    """Which tokens of the source give way to which of the mutant, where `ours` is the source in one form and
    `of_source` has the place in the source of each of its tokens that is there.

    A hunk is widened until the source has the token before it and the token behind it.
    """
    for tag, start, end, first, last in _matcher(ours, theirs).get_opcodes():
        if tag == "equal":
            continue
        while start - 1 not in of_source:
            start, first = start - 1, first - 1
        while end not in of_source:
            end, last = end + 1, last + 1
        yield (of_source[start - 1] + 1, of_source[end]), (max(first, 0), last)


def _matcher(ours: Tokens, theirs: Tokens) -> SequenceMatcher[str]:
    return SequenceMatcher(None, _forms(ours), _forms(theirs), autojunk=False)


def _forms(tokens: Tokens) -> list[str]:
    return [f"{token.token_type.name} {token.text.upper()}" for token in tokens]


def _text(sql: str, tokens: Tokens, lower: bool) -> str:
    """The text of some tokens that follow each other; what is in capital letters is in small ones if `lower`."""
    if not tokens:
        return ""
    text, start = "", tokens[0].start
    for token in tokens:
        piece = sql[token.start : token.end + 1]
        is_word = piece.isupper() and piece.isidentifier()
        text += sql[start : token.start] + (piece.lower() if lower and is_word else piece)
        start = token.end + 1
    return text


def _replaced(sql: str, source: Tokens, place: Span, piece: str) -> str:
    """`sql` with some tokens replaced: by nothing, where `piece` is empty; put in between, where there are none."""
    start, end = place
    if start < end:
        before, after = sql[: source[start].start], sql[source[end - 1].end + 1 :]
    else:
        cut = source[start - 1].end + 1 if start else 0
        before, after = sql[:cut], sql[cut:]
        piece = piece if before.endswith(("(", "[")) else f" {piece}"
        piece = piece if after[:1].isspace() or after[:1] in (")", "]", ",", ";", "") else f"{piece} "
    if piece:
        return before + piece + after
    kept = before.rstrip()
    return kept + (after.lstrip() if kept.endswith(("(", "[")) else after)
