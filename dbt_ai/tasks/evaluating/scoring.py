"""Whether a text says the key facts of a column, and nothing false: by patterns that a person wrote for it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from dbt_ai.distill.cases import Lesson


class Grade(str, Enum):
    """What a text is worth."""

    RIGHT = "right"  # every key fact, nothing false
    INCOMPLETE = "incomplete"  # nothing false that is known of, and a key fact is missing
    WRONG = "wrong"  # something false
    SILENT = "silent"  # no text


def grade(text: str | None, lesson: Lesson) -> Grade:
    """The grade of a text for a column. Where a good colleague has nothing to say, silence is right.

    >>> lesson = Lesson("kg", "Weight in kilograms.", "quantity", required=("kilogram|kg",), forbidden=("pound",))
    >>> grade("Weight in kg.", lesson), grade("Weight.", lesson), grade(None, lesson)
    (<Grade.RIGHT: 'right'>, <Grade.INCOMPLETE: 'incomplete'>, <Grade.SILENT: 'silent'>)
    """
    if text is None:
        return Grade.RIGHT if lesson.text is None else Grade.SILENT
    plain = text.replace("`", "")
    if any(re.search(pattern, plain, re.IGNORECASE) for pattern in lesson.forbidden):
        return Grade.WRONG
    if all(re.search(pattern, plain, re.IGNORECASE) for pattern in lesson.required):
        return Grade.RIGHT
    return Grade.INCOMPLETE


@dataclass(frozen=True)
class Marked:
    """What an engine said of a column, what the checks left of it, and what both are worth."""

    case: str
    column: str
    said: str | None
    left: str | None
    grade_said: Grade
    grade_left: Grade
    why: str = ""


@dataclass(frozen=True)
class Marks:
    """The figures of one engine over all columns. `accepted_wrong` is the share of wrong texts among those that passed
    the checks."""

    columns: int
    answered: int
    accepted: int
    said: dict[str, int]
    left: dict[str, int]

    @property
    def accepted_wrong(self) -> float:
        return self.left.get(Grade.WRONG.value, 0) / self.accepted if self.accepted else 0.0


def marks_of(marked: Iterable[Marked]) -> Marks:
    """The figures."""
    all_of_it = list(marked)
    return Marks(
        len(all_of_it),
        sum(one.said is not None for one in all_of_it),
        sum(one.left is not None for one in all_of_it),
        dict(Counter(one.grade_said.value for one in all_of_it)),
        dict(Counter(one.grade_left.value for one in all_of_it)),
    )
