"""The query that is mutated: its text in sqlglot's own form, its tree, and where each node stands in that text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import cached_property

import sqlglot
from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError

from dbt_ai.sql.mutants.columns import Columns, read_columns
from dbt_ai.sql.mutants.places import Span, token_ranges
from dbt_ai.sql.query import QueryError, quiet_sqlglot

_SHORT = 80
Schema = Mapping[str, Mapping[str, str]]


class Original:
    """A parsed query. `text` is its SQL as sqlglot writes it, and `tree` what that text is parsed to.

    A mutant is `text` with a few pieces replaced, which costs less than to copy and write the whole tree: every node
    that is written on its own is a piece of the text that the whole tree is written to. Nothing here changes `tree`.
    """

    def __init__(self, sql: str, dialect: str, schema: Schema | None = None) -> None:
        """Raises QueryError for what cannot be parsed, and for anything but a single query."""
        self.dialect = dialect
        self.schema: Schema = schema or {}
        self._generator = Dialect.get_or_raise(dialect or None).generator(comments=False)
        source = parsed(sql, dialect)
        self.text = self.sql(source)
        self.tree = parsed(self.text, dialect)
        self._ranges = token_ranges(self.tree)
        self._spans: dict[int, Span | None] = {}
        self._source = source

    def sql(self, node: exp.Expr) -> str:
        """A node as SQL, without comments."""
        return self._generator.generate(node)

    def short(self, node: exp.Expr) -> str:
        """A node as SQL for a sentence: what is too long has a gap in its middle."""
        return shortened(self.sql(node))

    def differ_in_type(self, one: exp.Expr, other: exp.Expr) -> bool:
        """Whether two expressions may be of different types: they are, or it is not known. (Of numbers it never is:
        how wide a sum or a quotient is, each database sees in its own way.)"""
        kinds = (self.columns.type(one), self.columns.type(other))
        return kinds[0] is None or kinds[0] != kinds[1] or kinds[0].is_type(*exp.DataType.NUMERIC_TYPES)

    def span(self, node: exp.Expr) -> Span | None:
        """Where `node` stands in `text` (start, end); None where it cannot be told."""
        key = id(node)
        if key not in self._spans:
            self._spans[key] = self._found(node)
        return self._spans[key]

    def _found(self, node: exp.Expr) -> Span | None:
        if node is self.tree:
            return (0, len(self.text))
        inner = self._ranges.get(id(node))
        if inner is None:
            return None
        written = self.sql(node)
        first, last = inner
        starts = [
            start for start in range(max(0, last - len(written)), first + 1) if self.text.startswith(written, start)
        ]
        return (starts[0], starts[0] + len(written)) if len(starts) == 1 else None

    def line(self, node: exp.Expr) -> int | None:
        """The line of the original source on which `node` begins, from 1; that of what it is part of, where sqlglot
        keeps no place of its words."""
        place: exp.Expr | None = node
        while place is not None and id(place) not in self._ranges:
            place = place.parent
        known = bisect_right(self._lines, (self._ranges[id(place)][0], len(self.text))) if place is not None else 0
        return self._lines[known - 1][1] if known else None

    @cached_property
    def columns(self) -> Columns:
        """What is known of the columns and types of the query."""
        return read_columns(self.text, self.dialect, self.schema)

    @cached_property
    def _lines(self) -> list[Span]:
        """The start and the source line of each token of `text` that both trees know the place of."""
        ours, theirs = _leaves(self.tree), _leaves(self._source)
        texts, sources = [text for _, text, _ in ours], [text for _, text, _ in theirs]
        if texts == sources:
            return [(start, line) for (start, _, _), (_, _, line) in zip(ours, theirs, strict=True)]
        return [
            (ours[block.a + offset][0], theirs[block.b + offset][2])
            for block in SequenceMatcher(None, texts, sources, autojunk=False).get_matching_blocks()
            for offset in range(block.size)
        ]


def shortened(text: str) -> str:
    """A text that fits into a sentence: what is too long has a gap in its middle."""
    half = _SHORT // 2 - 2
    return text if len(text) <= _SHORT else f"{text[:half].rstrip()} … {text[-half:].lstrip()}"


def parsed(sql: str, dialect: str) -> exp.Query:
    """The tree of one query. Raises QueryError for what cannot be parsed, and for anything but a single query."""
    try:
        with quiet_sqlglot():
            statements = [
                statement
                for statement in sqlglot.parse(sql, dialect=dialect or None)
                if statement is not None and not isinstance(statement, exp.Semicolon)
            ]
    except (SqlglotError, RecursionError) as error:
        raise QueryError(f"The SQL cannot be parsed as {dialect or 'SQL'}: {str(error).splitlines()[0]}.") from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise QueryError("The SQL is not one SELECT.")
    return statements[0]


def _leaves(tree: exp.Expr) -> list[tuple[int, str, int]]:
    """(start, text, line) of the tokens whose place is known, in the order of the text."""
    return sorted(
        (node.meta["start"], (node.name or node.key).casefold(), node.meta["line"])
        for node in tree.walk()
        if node.meta_get("start") is not None and node.meta_get("line") is not None
    )
