"""The islands of Jinja in a text, and the blocks that its statements make."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

from jinja2 import Environment
from jinja2.exceptions import TemplateSyntaxError
from jinja2.lexer import Lexer

from dbt_ai.errors import DbtAiError

_CONTROL = re.compile(r"(?<=\{[{%#])[-+]|[-+](?=[}%#]\})")  # of white space, which the lexer would eat
_NAME = re.compile(r"\{%[-+]?\s*(\w+)")
_ASSIGNMENT = re.compile(r"\{%[-+]?\s*set\s[^=(]*=")
# Blocks whose text is not SQL of the model where it stands.
_OPAQUE = frozenset({"macro", "call", "filter", "set", "snapshot", "test", "materialization", "docs", "raw", "block"})
_MIDDLE = {"elif": ("if",), "else": ("if", "for")}


class JinjaError(DbtAiError):
    """The Jinja of a text cannot be read. Others are not concerned."""


class IslandKind(str, Enum):
    """What a piece of Jinja is."""

    EXPRESSION = "expression"
    STATEMENT = "statement"
    COMMENT = "comment"


@dataclass(frozen=True)
class Island:
    """A piece of Jinja from `start` to before `end` of the text. `name` is the first word of a statement."""

    kind: IslandKind
    start: int
    end: int
    name: str = ""


@dataclass(frozen=True)
class Block:
    """What stands between a statement and its end, such as `if` and `endif`, from `start` to before `end` with both.
    `branches` are the spans between its statements; those of an `opaque` block are not SQL of the query."""

    name: str
    start: int
    end: int
    branches: tuple[tuple[int, int], ...]
    opaque: bool = False
    has_else: bool = False


@dataclass(frozen=True)
class Islands:
    """A text with its Jinja: `islands` in order, and `blocks`, each after those around it."""

    text: str
    islands: tuple[Island, ...] = ()
    blocks: tuple[Block, ...] = ()

    def written(self, island: Island) -> str:
        """The island as it stands in the text."""
        return self.text[island.start : island.end]


def read_islands(text: str) -> Islands:
    """The islands of `text` and their blocks. Raises JinjaError where it is no Jinja.

    >>> islands = read_islands("select 1 {% if a %}, {{ b }}{% endif %}")
    >>> [islands.written(island) for island in islands.islands]
    ['{% if a %}', '{{ b }}', '{% endif %}']
    >>> islands.blocks[0].branches
    ((19, 28),)
    """
    islands = tuple(_islands(text))
    return Islands(text, islands, tuple(sorted(_blocks(text, islands), key=lambda block: block.start)))


def _islands(text: str) -> Iterator[Island]:
    # Of the same length, but without what makes the lexer drop characters.
    copy = _CONTROL.sub(" ", text.replace("\r", " "))
    kinds = {"variable": IslandKind.EXPRESSION, "block": IslandKind.STATEMENT, "comment": IslandKind.COMMENT}
    place, start, kind = 0, 0, None
    try:
        for _, token, value in _lexer().tokeniter(copy, None):
            if token in ("raw_begin", "raw_end"):
                yield Island(
                    IslandKind.STATEMENT, place, place + len(value), "raw" if token == "raw_begin" else "endraw"
                )
            elif token.endswith("_begin"):
                start, kind = place, kinds.get(token.removesuffix("_begin"))
            elif token.endswith("_end") and kind is not None:
                end = place + len(value.rstrip())
                name = _NAME.match(text[start:end])
                yield Island(kind, start, end, name[1] if name and kind is IslandKind.STATEMENT else "")
                kind = None
            place += len(value)
    except TemplateSyntaxError as error:
        raise JinjaError(f"The Jinja cannot be read: line {error.lineno}: {error.message}") from error
    if place != len(copy) or kind is not None:
        raise JinjaError("The Jinja cannot be read to its end.")


@lru_cache(maxsize=1)
def _lexer() -> Lexer:
    return Environment(keep_trailing_newline=True).lexer


@dataclass
class _Open:
    island: Island
    branches: list[tuple[int, int]] = field(default_factory=list)
    since: int = 0
    has_else: bool = False


def _blocks(text: str, islands: tuple[Island, ...]) -> Iterator[Block]:
    stack: list[_Open] = []
    for island in islands:
        name = island.name
        if not name or name in ("do", "include", "import", "from", "extends", "break", "continue", "log", "with"):
            continue
        if name.startswith("end"):
            if not stack or stack[-1].island.name != name.removeprefix("end"):
                raise JinjaError(f"The Jinja cannot be read: {name} ends nothing.")
            opened = stack.pop()
            branches = (*opened.branches, (opened.since, island.start))
            first = opened.island
            yield Block(first.name, first.start, island.end, branches, first.name in _OPAQUE, opened.has_else)
        elif name in _MIDDLE:
            if not stack or stack[-1].island.name not in _MIDDLE[name]:
                raise JinjaError(f"The Jinja cannot be read: {name} belongs to nothing.")
            stack[-1].branches.append((stack[-1].since, island.start))
            stack[-1].since = island.end
            stack[-1].has_else = stack[-1].has_else or name == "else"
        elif name in _OPAQUE or name in ("if", "for"):
            if not (name == "set" and _ASSIGNMENT.match(text[island.start : island.end])):
                stack.append(_Open(island, since=island.end))
        else:
            raise JinjaError(f"The Jinja statement {name} is not known.")
    if stack:
        raise JinjaError(f"The Jinja cannot be read: {stack[-1].island.name} has no end.")
