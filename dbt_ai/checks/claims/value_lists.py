"""Lists of values in English: "'a', 'b' or 'c'", "new, open and closed (after review)", "course, program, etc."."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dbt_ai.checks.claims.sentences import OPEN_END

QUOTED = r"(?:'(?:[^'\n]|'(?=s\b))*'|\"[^\"\n]*\"|`[^`\n]+`|“[^”]*”)"
_SEPARATOR = re.compile(r"\s*(?:(?:[,;|]|\s/(?=\s))\s*(?:(?:and|or)\b\s*)?|\b(?:and|or)\b\s*)\s*", re.IGNORECASE)
_VALUE = re.compile(r"[\w%+][\w%+./&'-]*(?: [\w%+&'-]+){0,2}")
_EMPTY = {"null", "blank", "empty", "none", "nothing", "maybe null", "may be null", "an empty string"}
# "Values are strings or arrays" speaks of types.
_TYPES = {
    "string",
    "strings",
    "array",
    "arrays",
    "integer",
    "integers",
    "number",
    "numbers",
    "text",
    "dates",
    "booleans",
}
# A bare item with one of these is prose that goes on, not a value.
_PROSE = re.compile(
    r"\b(?:it|its|they|this|that|which|who|is|are|was|were|the|a|an|of|for|to|if|when|where|be|can"
    r"|could|will|has|have|by|with|from|as|in|"
    r"based|depending|dollar|either|combination|free text)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ValueList:
    """`values` in order; `exact` those in quotes; `empty` when the list allows no value; `more` when it is not all."""

    values: tuple[str, ...]
    exact: tuple[str, ...]
    empty: bool
    more: bool


def value_list(text: str) -> ValueList | None:
    """The values that `text` lists from its start, or None where it is not a list of two or more.

    >>> value_list("'new', 'open' or null")
    ValueList(values=('new', 'open'), exact=('new', 'open'), empty=True, more=False)
    >>> value_list("High School, blank, etc.").values
    ('High School',)
    >>> value_list("free text, it could be anything") is None
    True
    """
    more = bool(OPEN_END.search(text))
    rest = re.sub(r"\([^()]*\)", " ", OPEN_END.split(text)[0]).strip().rstrip(".:,; ")
    values: list[str] = []
    exact: list[str] = []
    empty = False
    if re.match(QUOTED, rest):
        items = _quoted_items(rest)
    else:
        items = [item.strip() for item in _SEPARATOR.split(rest)]
    for item in items:
        if not item or item.lower() in _EMPTY:
            empty = empty or bool(item)
        elif re.fullmatch(QUOTED, item):
            exact.append(item[1:-1])
            values.append(item[1:-1])
        elif _VALUE.fullmatch(item) and not (" " in item and _PROSE.search(item)):
            values.append(item)
        elif values and exact:
            break
        else:
            return None
    values = [value for value in dict.fromkeys(values) if value.strip()]
    if {value.lower() for value in values} <= _TYPES:
        return None
    enough = len(values) + empty + more > 1
    return ValueList(tuple(values), tuple(exact), empty, more) if enough and values else None


def _quoted_items(text: str) -> list[str]:
    """Quoted values up to where prose begins; a separator may be missing between two."""
    items: list[str] = []
    position = 0
    while match := re.compile(
        rf"\s*(?:[,;|/&]|and\b|or\b|\s)*\s*({QUOTED}|null\b|blank\b|empty\b)(?:\s*-\s*[^,'\"`]+)?", re.I
    ).match(text, position):
        items.append(match.group(1))
        position = match.end()
    return items
