"""Characters that nobody sees: they can hide instructions in a text, turn a line around, or end one early."""

from __future__ import annotations

import re
import unicodedata

# What Unicode lets a renderer ignore though it counts as a letter or a mark: fillers, joiners, variation selectors.
IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)


def without_hidden(text: str) -> str:
    """`text` with its line breaks, tabs and spaces, and otherwise with characters only that can be seen.

    >>> without_hidden("a\\u202eb\\u200b\\U000e0041\\ufe0f\\x1b\\nc")
    'ab\\nc'
    """
    if text.isascii() and text.isprintable():
        return text
    kept = (c for c in text if c.isprintable() or c in "\n\t" or unicodedata.category(c) == "Zs")
    return IGNORABLE.sub("", "".join(kept))


def hides(text: str) -> bool:
    """Whether there is a character in `text` that is not seen, line breaks and tabs among them."""
    return without_hidden(text) != text or "\n" in text or "\t" in text
