"""Whether a text says the key facts of a column, and nothing false: by patterns that a person wrote for it."""

from __future__ import annotations

import re
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
