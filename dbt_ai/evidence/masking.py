"""Personal values and secrets in texts that people wrote: comments, literals and descriptions may hold them, too.

Names of people in the middle of a text cannot be found reliably: what is compared with a column of names is masked.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from dbt_ai.evidence.hidden import without_hidden
from dbt_ai.evidence.personal_names import FREE_TEXT, PRIVATE, personal_name
from dbt_ai.evidence.personal_values import TELLING_FORMS, personal_value
from dbt_ai.evidence.secrets import without_secrets

MASK = "[masked]"

# What may be personal is found broadly here, and judged by `personal_value`, which knows check digits.
_CANDIDATES = tuple(
    re.compile(pattern)
    for pattern in (
        r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+",  # e-mail
        rf"(?<![\w.+/-])(?:{TELLING_FORMS})(?!\w|[.-]\w)",  # national identity numbers
        r"(?<![\w.-])\d(?:[ -]?\d){11,18}(?!\w|[.-]\w)",  # payment card
        r"(?i)\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b",  # bank account
        r"(?i)\b[A-Z]{2}\d{2}(?: [A-Z0-9]{4}\b){2,7}(?: [A-Z0-9]{1,3}\b)?",
        r"(?<![\w.)])\+\d[\d .()-]{6,18}\d(?!\w)",  # telephone
        r"(?<![\w.-])(?:1[-. ])?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\w|[.-]\w)",
        r"(?<![\w.-])(?:8[ -]?)?\(\d{2,5}\)[ .\d-]{5,14}\d(?!\w|[.-]\w)",
        r"(?<![\w.-])(?<!\d )0\d{1,4} ?[ /.-] ?\d{2,8}(?:[ .-]\d{2,5}){0,4}(?!\w|[.-]\w)",
        r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\w)",  # IP addresses and devices
        r"(?i)(?<![\w:])(?:[0-9a-f]{1,4}:|::)[0-9a-f:]{2,38}(?:\.\d{1,3}){0,3}(?![\w:])",
        r"(?i)(?<![\w:-])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![\w:-])|\b(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}\b",
    )
)
_MAY_HOLD = re.compile(r"[\d@:]")
_LITERAL = r"'(?:[^'\n]|''){1,200}'"
_COLUMN = r"(?:[\"`\[](?P<quoted>[^\"`\]\n]{1,64})[\"`\]]|(?P<column>[^\W\d]\w{0,63}))\)*(?:::\w+)?"
_COMPARED = (
    re.compile(
        rf"{_COLUMN}\s*(?:=|==|<>|!=|\bnot\s+in\s*\(|\bin\s*\()\s*(?P<values>{_LITERAL}(?:\s*,\s*{_LITERAL})*)",
        re.IGNORECASE,
    ),
    re.compile(rf"(?P<values>{_LITERAL})\s*(?:=|==|<>|!=)\s*(?:\w+\(|\w+\.)*{_COLUMN}", re.IGNORECASE),
    re.compile(
        rf"\bcase\s+(?:\w+\(|\w+\.)*{_COLUMN}(?P<values>(?:\s+when\s+{_LITERAL}\s+then\s+(?:{_LITERAL}|[\w.]+))+)",
        re.IGNORECASE,
    ),
)
_also_personal: ContextVar[frozenset[str]] = ContextVar("_also_personal", default=frozenset())
_CODES = (None, PRIVATE, FREE_TEXT)  # `gender = 'f'` says what a code means, and nothing of anybody


def masked(text: str) -> str:
    """`text` without e-mail addresses, card, bank, phone and identity numbers, IP addresses, keys and passwords, nor
    what SQL compares with a column of personal things.

    >>> masked("-- ask ada@example.org, card 4111 1111 1111 1111, about orders 12")
    '-- ask [masked], card [masked], about orders 12'
    >>> masked("where first_name in ('Ada', 'Zaphod') and status = 'open'")
    "where first_name in ('[masked]', '[masked]') and status = 'open'"
    """
    text = without_secrets(text, MASK)
    for candidates in _CANDIDATES if _MAY_HOLD.search(text) else ():
        text = candidates.sub(_judged, text)
    if "'" in text:
        for compared in _COMPARED:
            text = compared.sub(_without_literals, text)
    return text


@contextmanager
def also_personal(columns: Collection[str]) -> Iterator[None]:
    """Until the end of the block, what SQL compares with one of `columns` is masked, too: their names tell nothing."""
    token = _also_personal.set(frozenset(column.casefold() for column in columns))
    try:
        yield
    finally:
        _also_personal.reset(token)


def visible(text: str) -> str:
    """`text` masked, and without characters that nobody sees."""
    return masked(without_hidden(text))


def _judged(found: re.Match[str]) -> str:
    """A candidate, masked as far as it is personal: the last of its groups may be the next word of the text."""
    groups = found[0].split(" ")
    for end in range(len(groups), 0, -1):
        if personal_value(" ".join(groups[:end])):
            return " ".join([MASK, *groups[end:]])
    return found[0]


def _without_literals(found: re.Match[str]) -> str:
    column = found["column"] or found["quoted"]
    if column.casefold() not in _also_personal.get() and personal_name(column) in _CODES:
        return found[0]
    start, end = (found.start("values") - found.start(), found.end("values") - found.start())
    return found[0][:start] + re.sub(_LITERAL, f"'{MASK}'", found[0][start:end]) + found[0][end:]
