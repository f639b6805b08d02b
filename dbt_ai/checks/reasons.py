"""The table of reason codes that checks give: stable names, one sentence each, and what a user can do.

docs/reason-codes.md is written from it by `python docs/build.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_TEXT = {
    "bad-length": "The text is empty or longer than a description may be.",
    "live-jinja": "The text has Jinja in it, which dbt would run.",
    "markup": "The text has a heading, HTML, an image or a link in it, which an engine's description may not have.",
    "instructions": "The text addresses a reader as a prompt would, or talks about itself as an answer.",
    "look-alikes": "A word in the text mixes letters of two alphabets that look the same.",
    "private": "The text holds what looks like a key, a password, or an address or number of a person.",
    "placeholder": "The text stands for a missing one, such as TODO or N/A.",
    "restates-name": "The text says no more than the name does.",
    "only-code": "The text is nothing but code.",
    "restates-type": "The text says no more than the type does.",
    "sql-type": "The text names a type of SQL's, which says nothing of the meaning and is often wrong.",
    "columns-listed": "The text lists columns, which have texts of their own.",
    "copied": "The text is that of another column, of which this one is not made.",
    "not-about-it": "No word of the text has to do with what is known of its target.",
}

_REFUTED = {
    "duplicate-rows": "Rows that should be unique occur more than once.",
    "null-values": "The column is NULL in some rows, and the text says it never is.",
    "never-null": "The column is never NULL, and the text says when it is.",
    "not-null-then": "The column has a value in rows where the text says it is NULL.",
    "null-otherwise": "The column is NULL in rows other than those the text names.",
    "other-default": "Another value stands in for a missing one than the text says.",
    "value-not-listed": "The column has values that the text's closed list leaves out.",
    "unknown-value": "The text names a value that neither the SQL, the tests nor the data have.",
    "out-of-range": "The column has values outside the range that the text gives.",
    "other-aggregate": "The SQL uses another aggregate than the text says.",
    "other-argument": "The SQL aggregates something else than the text says.",
    "other-grain": "The SQL groups by something else than the text says.",
    "other-condition": "The SQL has another condition than the text says.",
    "not-from-column": "The column does not come from the column or relation that the text names.",
    "orphans": "Some values have no row in the relation that the text says they refer to.",
    "target-not-unique": "The column that the text refers to is not unique in its relation.",
    "other-unit": "The SQL's conversion gives another unit than the text says.",
    "other-scale": "The values are on another scale than the text says, such as 0 to 1 where it says percent.",
    "other-factor": "The SQL converts by another factor than the text says, or not at all.",
    "rows-not-excluded": "The relation has rows that the text says it leaves out.",
    "unknown-name": "The text names a column or relation that does not exist.",
}

_UNPROVEN = {
    "no-data": "It can only be seen in the data, and no data is at hand.",
    "no-facts": "It can only be seen in the SQL, and the SQL is not at hand or was not understood.",
    "empty-relation": "The relation has no rows, so the data cannot say.",
    "only-null": "The column has no values, so the data cannot say.",
    "time-limit": "The query that decides it took too long.",
    "query-failed": "The query that decides it could not be run.",
    "unclear-words": "The words name no column or relation that can be told with certainty.",
    "unclear-condition": "The condition could not be read as SQL over known columns.",
    "unclear-argument": "Whether the words name what the SQL aggregates could not be told.",
    "condition-omitted": "The aggregate counts only some rows, and the text does not say which.",
    "null-elsewhere": "The column is NULL in the rows that the text names, and in others too.",
    "default-unproven": "Whether the value stands in for a missing one could not be told.",
    "finer-key": "Fewer columns than those named are unique already, so this is not the grain.",
    "computed-upstream": "The value is computed in a parent whose SQL was not looked at.",
    "unit-not-evident": "Neither a conversion nor a name shows that the value has this unit.",
    "time-zone-not-evident": "Nothing in the SQL shows the time zone.",
    "values-not-seen": "The text names a value that could not be looked up.",
    "lineage-incomplete": "Where the column comes from could not be traced completely.",
    "not-cited": "No evidence was given for it that could be found and that mentions what it is about.",
    "no-order": "A relation's rows have no order that a reader could rely on.",
}

GROUPS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "Text that is refused before it is checked": MappingProxyType(_TEXT),
        "Refuted": MappingProxyType(_REFUTED),
        "Unproven": MappingProxyType(_UNPROVEN),
    }
)
REASONS: Mapping[str, str] = MappingProxyType({code: says for group in GROUPS.values() for code, says in group.items()})


def sentence(code: str) -> str:
    """The sentence of a reason code. Raises KeyError for a code that the table does not have."""
    return REASONS[code]
