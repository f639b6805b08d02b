"""What stands in a model's file in a person's words: comments, numbers, and texts and names in quotes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import sqlglot
from sqlglot.errors import SqlglotError

from dbt_ai.sql.islands import Islands
from dbt_ai.sql.islands.reading import IslandKind

_QUOTES = "'\"`$"


@dataclass(frozen=True)
class Words:
    """The comments of a file, of SQL and of Jinja, with how often each is there, and its `literals`: numbers, and all
    that stands in quotes."""

    comments: Counter[str]
    literals: frozenset[str]


def words_of(islands: Islands, dialect: str) -> Words | None:
    """The words of a text, in all branches; None where it cannot be taken apart.

    >>> from dbt_ai.sql.islands import read_islands
    >>> text = "select 1 -- one\\n{# two #}{% if a %}, '-- three' /* four */{% endif %}"
    >>> found = words_of(read_islands(text), "duckdb")
    >>> sorted(found.comments), sorted(found.literals)
    (['four', 'one', '{# two #}'], ["'-- three'", '1'])
    """
    plain = islands.text
    for island in islands.islands:
        plain = plain[: island.start] + "j".ljust(island.end - island.start, "_") + plain[island.end :]
    try:
        tokens = sqlglot.tokenize(plain + "\nj", dialect=dialect or None)  # so that the last comment has its token
    except (SqlglotError, RecursionError):
        return None
    comments = [comment for token in tokens for comment in token.comments]
    comments += [islands.written(island) for island in islands.islands if island.kind is IslandKind.COMMENT]
    written = (plain[token.start : token.end + 1] for token in tokens)
    return Words(
        Counter(" ".join(comment.split()) for comment in comments),
        frozenset(text for text in written if text[:1].isdigit() or any(quote in text for quote in _QUOTES)),
    )
