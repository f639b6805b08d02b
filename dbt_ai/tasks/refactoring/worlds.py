"""The ways in which the Jinja of a file can branch, so that each is compiled, not only the one of this run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from dbt_ai.sql.islands import Islands
from dbt_ai.sql.islands.reading import IslandKind

_CONDITION = re.compile(r"^(\{%[-+]?\s*(?:el)?if\b)(.*?)([-+]?%\})$", re.DOTALL)
_OF_A_RUN = re.compile(r"^\s*(not\s+)?is_incremental\(\)\s*$")  # compiled both ways anyway
_MOST = 6

World = Mapping[str, str]
"""What stands in the place of a statement of Jinja."""


def worlds_of(*files: Islands) -> Sequence[World]:
    """The worlds to compile in: the one of this run, then one for each condition of the files that only it is true, and
    one that none is. Conditions in a loop are of its items, and stay.

    >>> from dbt_ai.sql.islands import read_islands
    >>> worlds_of(read_islands("{% if var('a') %}1{%- elif b %}2{% endif %}"))[1]
    {"{% if var('a') %}": '{% if true %}', '{%- elif b %}': '{%- elif false %}'}
    """
    statements = {found[0]: found for islands in files for found in _conditions(islands)}
    if not statements:
        return ({},)
    conditions = list(dict.fromkeys(found[2].strip() for found in statements.values()))
    return (
        {},
        *(
            {text: _put(found, found[2].strip() == true) for text, found in statements.items()}
            for true in (*conditions[:_MOST], None)
        ),
    )


def _conditions(islands: Islands) -> Iterator[re.Match[str]]:
    loops = [(block.start, block.end) for block in islands.blocks if block.name == "for" or block.opaque]
    for island in islands.islands:
        found = _CONDITION.match(islands.written(island)) if island.kind is IslandKind.STATEMENT else None
        if found is None or _OF_A_RUN.match(found[2]):
            continue
        if not any(start < island.start < end for start, end in loops):
            yield found


def in_world(islands: Islands, world: World) -> str:
    """The text of the file in a world."""
    text = islands.text
    for island in reversed(islands.islands):
        new = world.get(islands.written(island))
        if new is not None:
            text = text[: island.start] + new + text[island.end :]
    return text


def _put(found: re.Match[str], value: bool) -> str:
    return f"{found[1]} {'true' if value else 'false'} {found[3]}"
