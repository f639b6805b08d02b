"""Edits of a text of Jinja and SQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from dbt_ai.errors import DbtAiError
from dbt_ai.sql.islands.reading import Islands


class SpliceError(DbtAiError):
    """An edit would cut through Jinja, or through another edit."""


@dataclass(frozen=True, order=True)
class Splice:
    """`text` in the place of what is from `start` to before `end`."""

    start: int
    end: int
    text: str = ""


def spliced(islands: Islands, splices: Iterable[Splice]) -> str:
    """The text with all `splices` made. Raises SpliceError where one would cut through a piece of Jinja, take a part of
    a block without the rest, or reach from one branch into another.

    >>> from dbt_ai.sql.islands import read_islands
    >>> spliced(read_islands("select {{ a }}, b"), [Splice(14, 17)])
    'select {{ a }}'
    """
    ordered = sorted(splices)
    if any(later.start < earlier.end for earlier, later in pairwise(ordered)):
        raise SpliceError("Two edits overlap.")
    for splice in ordered:
        _check(islands, splice)
    text = islands.text
    for splice in reversed(ordered):
        text = text[: splice.start] + splice.text + text[splice.end :]
    return text


def _check(islands: Islands, splice: Splice) -> None:
    start, end = splice.start, splice.end
    for island in islands.islands:
        if not (end <= island.start or start >= island.end or (start <= island.start and end >= island.end)):
            raise SpliceError("An edit cuts through a piece of Jinja.")
    for block in islands.blocks:
        outside = end <= block.start or start >= block.end
        whole = start <= block.start and end >= block.end
        within = any(first <= start and end <= last for first, last in block.branches)
        if not (outside or whole or (within and not block.opaque)):
            raise SpliceError("An edit takes a part of a Jinja block without the rest.")
