"""The ways in which the Jinja of a file can branch, so that each is compiled, not only the one of this run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from dbt_ai.sql.islands import Island, Islands
from dbt_ai.sql.islands.reading import IslandKind

_CONDITION = re.compile(r"^\{%[-+]?\s*(?:el)?if\b(.*?)[-+]?%\}$", re.DOTALL)
_OF_A_RUN = re.compile(r"^\s*(not\s+)?is_incremental\(\)\s*$")  # compiled both ways anyway
_STRING = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
_MOST = 6
MOST_TOGETHER = 4

World = Mapping[str, str]
"""What stands in the place of a piece of Jinja."""


@dataclass(frozen=True)
class _Condition:
    """The condition from `start` to before `end` of a piece of Jinja."""

    written: str
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.written[self.start : self.end].strip()

    def put(self, value: bool) -> str:
        """The piece with a value in the place of the condition."""
        return f"{self.written[: self.start]} {'true' if value else 'false'} {self.written[self.end :]}"


def worlds_of(*files: Islands, together: bool = False) -> Sequence[World]:
    """The worlds to compile in: the one of this run, then one for each condition of the files that only it is true, and
    one that none is; where they are taken `together`, one for each choice of those that are true. Conditions in a loop
    are of its items, and stay.

    >>> from dbt_ai.sql.islands import read_islands
    >>> worlds_of(read_islands("{% if var('a') %}1{%- elif b %}2{% endif %}"))[1]
    {"{% if var('a') %}": '{% if true %}', '{%- elif b %}': '{%- elif false %}'}
    """
    found = {one.written: one for islands in files for one in _conditions(islands)}
    if not found:
        return ({},)
    conditions = conditions_of(*files)
    choices: list[tuple[str, ...]] = [*((one,) for one in conditions[:_MOST]), ()]
    if together:
        sizes = range(len(conditions[:MOST_TOGETHER]) + 1)
        choices = [choice for size in sizes for choice in combinations(conditions[:MOST_TOGETHER], size)]
    return ({}, *({written: one.put(one.text in true) for written, one in found.items()} for true in choices))


def conditions_of(*files: Islands) -> list[str]:
    """The conditions of the files, each once, but for is_incremental(), and those in a loop."""
    return list(dict.fromkeys(one.text for islands in files for one in _conditions(islands)))


def _conditions(islands: Islands) -> Iterator[_Condition]:
    loops = [(block.start, block.end) for block in islands.blocks if block.name == "for" or block.opaque]
    for island in islands.islands:
        found = _condition(islands.written(island), island)
        if found is None or _OF_A_RUN.match(found.text):
            continue
        if not any(start < island.start < end for start, end in loops):
            yield found


def _condition(written: str, island: Island) -> _Condition | None:
    """The condition of `{% if ... %}`, or of the only `a if ... else b` in another piece of Jinja."""
    if statement := _CONDITION.match(written):
        return _Condition(written, *statement.span(1)) if island.kind is IslandKind.STATEMENT else None
    if island.kind is not IslandKind.EXPRESSION and island.name != "set":
        return None
    words = list(_words(written))
    ifs, elses = ([place for place, word in words if word == wanted] for wanted in ("if", "else"))
    if len(ifs) != 1 or len(elses) != 1 or ifs[0] > elses[0]:
        return None
    inside = written[ifs[0] + len("if") : elses[0]]
    balanced = all(inside.count(pair[0]) == inside.count(pair[1]) for pair in ("()", "[]", "{}"))
    return _Condition(written, ifs[0] + len("if"), elses[0]) if balanced else None


def _words(written: str) -> Iterator[tuple[int, str]]:
    """The words of a piece of Jinja with their places, but for those in strings."""
    plain = _STRING.sub(lambda found: " " * len(found[0]), written)
    for word in re.finditer(r"\w+", plain):
        yield word.start(), word[0]


def in_world(islands: Islands, world: World) -> str:
    """The text of the file in a world."""
    text = islands.text
    for island in reversed(islands.islands):
        new = world.get(islands.written(island))
        if new is not None:
            text = text[: island.start] + new + text[island.end :]
    return text
