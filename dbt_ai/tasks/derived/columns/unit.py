"""Units that a name claims and the SQL bears out."""

from __future__ import annotations

import re

import inflection

# The unit that a column is named after, and the conversions that only make sense if it is in that unit.
_CONVERSIONS: dict[str, set[tuple[str, float]]] = {
    "cents": {("/", 100), ("*", 0.01)},
    "minutes": {("/", 60), ("*", 60), ("/", 1440)},
    "seconds": {("/", 60), ("/", 3600), ("/", 86400), ("*", 1000)},
    "milliseconds": {("/", 1000), ("/", 60000), ("/", 3600000)},
    "hours": {("/", 24), ("*", 60), ("*", 3600)},
    "grams": {("/", 1000), ("*", 0.001)},
    "metres": {("/", 1000), ("*", 0.001)},
    "bytes": {("/", 1024), ("/", 1000), ("/", 1048576), ("/", 1000000)},
    "watt hours": {("/", 1000), ("*", 0.001)},
    "percent": {("/", 100), ("*", 0.01)},
}
_WORDS = {
    "cent": "cents",
    "minute": "minutes",
    "min": "minutes",
    "mins": "minutes",
    "second": "seconds",
    "sec": "seconds",
}
_WORDS |= {"secs": "seconds", "ms": "milliseconds", "millis": "milliseconds", "hour": "hours", "gram": "grams"}
_WORDS |= {"meter": "metres", "meters": "metres", "metre": "metres", "byte": "bytes", "wh": "watt hours"}
_WORDS |= {"pct": "percent", "percentage": "percent"}


def unit_of(column: str, factor: tuple[str, str]) -> str | None:
    """The unit of `column` where its name says one and `factor` is a conversion from it; else None.

    >>> unit_of("fee_cents", ("/", "100.0")), unit_of("fee_cents", ("/", "12")), unit_of("price", ("/", "100"))
    ('cents', None, None)
    >>> unit_of("watt_hours", ("/", "1000"))
    'watt hours'
    """
    spelled = inflection.underscore(column) if re.search("[a-z][A-Z]", column) else column.lower()
    words = [word for word in spelled.split("_") if word]
    named = " ".join(words[-2:]) if " ".join(words[-2:]) in _CONVERSIONS else words[-1] if words else ""
    unit = _WORDS.get(named, named)
    try:
        known = (factor[0], float(factor[1])) in _CONVERSIONS.get(unit, set())
    except ValueError:
        return None
    return unit if known else None
