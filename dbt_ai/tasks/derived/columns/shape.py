"""The shape that all values of a text column share."""

from __future__ import annotations

from itertools import groupby

from dbt_ai.tasks.derived.values import ColumnContext, Draft, Sentence, Strength, holds
from dbt_ai.tasks.derived.wording import listed, quoted

MIN_ROWS = 50
MAX_PARTS = 5
MAX_LENGTH = 24
_KINDS = {"A": "capital letter", "a": "small letter", "9": "digit"}
_SIGNS = {"-": "hyphen", "_": "underscore", ".": "full stop", "/": "slash", ":": "colon", " ": "space", "@": "at sign"}
_NUMBERS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def shape(context: ColumnContext, draft: Draft) -> Sentence | None:
    """ "Written as two capital letters, a hyphen and four digits." for a column of 'AB-1234', 'CD-9876' ...

    A column of one value or of few has its values told instead.
    """
    profile = context.profile
    if profile is None or draft.strength is Strength.HUMAN or not profile.pattern or "efers to `" in draft.text:
        return None
    if profile.rows - profile.nulls < MIN_ROWS or profile.distinct < 10 or len(profile.pattern) > MAX_LENGTH:
        return None
    parts = []
    for sign, run in groupby(profile.pattern):
        count = len(list(run))
        if sign in _KINDS:
            parts.append(f"{_number(count)} {_KINDS[sign]}{'s' if count > 1 else ''}")
        elif count == 1:
            parts.append(f"a {_SIGNS[sign]}" if sign in _SIGNS else quoted(sign))
        else:
            return None
    if not 1 < len(parts) <= MAX_PARTS:
        return None
    return holds(f"Written as {listed(parts)}.", f"the shape {profile.pattern}", f"all of {profile.rows} rows")


def _number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)
