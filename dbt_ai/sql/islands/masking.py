"""A text of Jinja and SQL as SQL alone, each token in its place of the original."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from dbt_ai.sql.islands.reading import Block, Island, IslandKind, Islands

_WORD = re.compile(r"\w+")
_RELATION = re.compile(r"\{\{[-+]?\s*(ref|source)\s*\(|\{\{[-+]?\s*this\s*[-+]?\}\}")
_NOTHING = re.compile(r"\{\{[-+]?\s*config\s*\(")  # what leaves nothing in the SQL
_QUERY = "select "
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Masked:
    """`text` is as long as the original and has the same SQL in the same places; in the place of each Jinja expression
    there is a name, and blanks in that of everything else.

    `names` are the expressions by the name that stands for them. `relations` are the names that stand for ref(),
    source() and this. `words` are all words that stand in Jinja or in SQL that is blanked out, in lower case: what they
    name may be used there, though nobody sees it.
    """

    text: str
    names: dict[str, Island]
    relations: frozenset[str]
    words: frozenset[str]

    def holding(self, word: str) -> tuple[str, ...]:
        """The names of expressions that are a part of `word`, such as those of the Jinja in a string."""
        return tuple(name for name in self.names if name in word.casefold())


def masked(islands: Islands, parses: Callable[[str], bool]) -> Masked | None:
    """The text with SQL in the place of its Jinja, None where no reading of it satisfies `parses`.

    Of an `if` one branch is kept: the first, else the last, else (where there is no `else`) none. The body of a `for`
    is kept once. An expression in the place of the last SELECT is one of its name.

    >>> from dbt_ai.sql.islands import read_islands
    >>> text = "select {{ a }} from {{ ref('t') }} {% if b %}where c{% else %}limit 1{% endif %}"
    >>> found = masked(read_islands(text), lambda sql: True)
    >>> found.text
    'select j0_____ from j1____________           where c                            '
    >>> sorted(found.words)
    ['1', 'a', 'b', 'else', 'endif', 'if', 'limit']
    """
    for choose in (_first, _last, _first_or_none, _last_or_none):
        dark = list(_dark(islands, choose))
        for queries in (False, True):
            found = _masked(islands, dark, queries)
            if (not queries or _QUERY in found.text) and parses(found.text):
                return found
    return None


def _first(block: Block) -> int | None:
    return 0


def _last(block: Block) -> int | None:
    return len(block.branches) - 1


def _first_or_none(block: Block) -> int | None:
    return 0 if block.has_else or block.name == "for" else None


def _last_or_none(block: Block) -> int | None:
    return len(block.branches) - 1 if block.has_else or block.name == "for" else None


def _dark(islands: Islands, choose: Callable[[Block], int | None]) -> Iterator[tuple[int, int]]:
    """The spans of SQL that are blanked out."""
    for block in islands.blocks:
        kept = None if block.opaque else 0 if block.name == "for" else choose(block)
        yield from (span for number, span in enumerate(block.branches) if number != kept)


def _masked(islands: Islands, dark: Sequence[tuple[int, int]], queries: bool) -> Masked:
    characters = list(islands.text.replace("\ufeff", " "))
    names: dict[str, Island] = {}
    relations: set[str] = set()
    words: set[str] = set()
    prefix = _free_prefix(islands.text)
    for number, island in enumerate(islands.islands):
        written = islands.written(island)
        hidden = any(start <= island.start < end for start, end in dark)
        standing, head = None, ""
        if island.kind is IslandKind.EXPRESSION and not _NOTHING.match(written) and not hidden:
            head = _QUERY if queries and _is_query(islands.text, characters, island) else ""
            standing = head + f"{prefix}{_base36(number)}".ljust(len(written) - len(head), "_")
        if standing is not None and len(standing) == len(written):
            name = standing.removeprefix(head)
            names[name] = island
            if _RELATION.match(written):
                relations.add(name)
        if not _RELATION.match(written) and not _NOTHING.match(written) and island.kind is not IslandKind.COMMENT:
            words.update(word.casefold() for word in _WORD.findall(written))
        _put(characters, island.start, island.end, standing)
    for start, end in dark:
        words.update(word.casefold() for word in _WORD.findall(islands.text[start:end]))
        _put(characters, start, end, None)
    return Masked("".join(characters), names, frozenset(relations), frozenset(words))


def _is_query(text: str, characters: list[str], island: Island) -> bool:
    """Whether an expression stands where the last SELECT is expected."""
    before = "".join(characters[: island.start]).rstrip()
    return before[-1:] in ("", ")") and not text[island.end :].strip()


def _put(characters: list[str], start: int, end: int, text: str | None) -> None:
    for place in range(start, end):
        if text is not None:
            characters[place] = text[place - start]
        elif characters[place] not in "\r\n":  # a comment of SQL must end where its line does
            characters[place] = " "


def _free_prefix(text: str) -> str:
    """A beginning of names that no word of `text` has."""
    words = {word.casefold() for word in _WORD.findall(text)}
    return next(letter for letter in ("j", "q", "z", "jj", "qq", "zz") if not any(_is_name(w, letter) for w in words))


def _is_name(word: str, prefix: str) -> bool:
    return re.match(rf"{prefix}[0-9a-z]{{1,3}}_*$", word) is not None and any(c.isdigit() for c in word)


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
        if not number:
            return digits
