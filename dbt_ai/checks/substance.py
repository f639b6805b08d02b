"""Whether a proposed text says anything about its target at all. A model that does not know writes the type, lists the
columns, or gives one column the text of another: nothing that a claim could refute, and nothing that helps a reader."""

from __future__ import annotations

import re
from collections.abc import Collection

from dbt_ai.checks.text_guard import EMPTY_WORDS

_TYPE_TEXT = """
array bigint binary blob bool boolean bytes char character date datetime decimal double enum float float64 hugeint int
int64 integer interval json list long map nchar number numeric nvarchar real serial smallint string struct text time
timestamp timestamptz tinyint uuid varchar variant
"""
_TYPES = frozenset(_TYPE_TEXT.split())
_OF_TYPE_TEXT = "type data datatype typed length format sql database nullable null not unsigned with zone"
_OF_TYPE = frozenset(_OF_TYPE_TEXT.split())
_SQL_TYPE = re.compile(
    r"\b(?:BIGINT|BLOB|BOOLEAN|DATE|DATETIME|DECIMAL|DOUBLE|HUGEINT|INT(?:EGER)?|NUMERIC|SMALLINT"
    r"|STRING|TIMESTAMP(?:TZ)?|TINYINT|UBIGINT|UUID|VARCHAR)\b(?:\(\d+(?:, ?\d+)?\))?"
)
_LISTED = re.compile(
    r"\b(?:following|these) (?:columns|fields|attributes)\b|(?:^|\s)[-*•]\s*`?\w+`?\s*:",
    re.IGNORECASE,
)
_COMMON = 4  # letters that two forms of a word have in common: order, ordered; member, membership


def nothing_said(text: str) -> str | None:
    """The reason code where a text says no more than a type, or what the columns are; None where it says more.

    >>> nothing_said("VARCHAR"), nothing_said("Date of type DATE."), nothing_said("Day of the order.")
    ('restates-type', 'restates-type', None)
    >>> nothing_said("`open`."), nothing_said("Whether it is `open`.")
    ('only-code', None)
    >>> nothing_said("Orders with the following columns: - `order_id`: the id"), nothing_said("Kept as VARCHAR here.")
    ('columns-listed', 'sql-type')
    """
    words = {word.casefold() for word in re.findall(r"[A-Za-z]\w*", text)}
    if not re.search(r"[A-Za-z]{2}", re.sub(r"`[^`]*`", "", text)):
        return "only-code"
    if words and words <= _TYPES | _OF_TYPE | EMPTY_WORDS and words & _TYPES:
        return "restates-type"
    if _LISTED.search(text):
        return "columns-listed"
    return "sql-type" if _SQL_TYPE.search(re.sub(r"`[^`]*`|'[^']*'", "", text)) else None


def is_about(text: str, told: Collection[str]) -> bool:
    """Whether a word of `text` that means something is among the words that are `told` of its target, in any form.

    >>> is_about("Number printed on the bag.", {"ordered", "order", "date", "stg_orders"})
    False
    >>> is_about("Day on which it was placed with the baker.", {"placed_on", "date"})
    True
    """
    meant = {word for word in _words(text) if word not in EMPTY_WORDS and len(word) > 2}
    known = {word for each in told for word in _words(each)}
    return not meant or any(_akin(word, other) for word in meant for other in known)


def _words(text: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    return [word.casefold() for word in re.findall(r"[^\W_]+", spaced)]


def _akin(one: str, other: str) -> bool:
    if one == other:
        return True
    least = min(len(one), len(other))
    return least >= _COMMON and one[: max(_COMMON, least - 1)] == other[: max(_COMMON, least - 1)]
