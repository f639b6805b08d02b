"""What may leave the machine of what the data says.

At `statistics`, the default, no cell value does, except values that say nothing of a person: few distinct ones, short,
each in several rows, in a column that is not personal. At `nothing` no statistics leave either. At `samples` further
values and exact ranges may; those of personal columns never.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from dbt_ai.evidence.hidden import hides
from dbt_ai.evidence.personal_names import FREE_TEXT, personal_name, snake_case
from dbt_ai.evidence.personal_values import personal_value, personal_values
from dbt_ai.evidence.sharing import DECLARED, Share, Sharing, sharing
from dbt_ai.evidence.values import ColumnProfile, Profile
from dbt_ai.values import Finding

__all__ = [
    "Share",
    "Sharing",
    "may_share",
    "personal",
    "personal_value",
    "visible_findings",
    "visible_profile",
    "visible_values",
]

MAX_VALUES = 20  # more distinct values are no closed set
MAX_VALUE_LENGTH = 40
MIN_ROWS_PER_VALUE = 5  # a value of fewer rows may point at somebody

_IDENTIFIER = re.compile(r"(^|_)(id|ids|uuid|guid|key|sk|pk|hash)$")  # names a row, which may be somebody's
_NESTED = re.compile(r"STRUCT|MAP|JSON|UNION|VARIANT|OBJECT|ARRAY|BLOB|BINARY|BYTE|GEO|XML|\[", re.IGNORECASE)
_DOCUMENT = re.compile(r"\s*(\{.*[:}]|\[\s*[\[{\"]|<[a-zA-Z/!?])")  # JSON, XML


def personal(column_name: str, profile: ColumnProfile | None = None, relation: str = "") -> str | None:
    """What personal thing a column seems to hold, by its name or by what its values look like; None for none.

    `relation` is the name of its relation: in one of people, a `name` is a person's.

    >>> personal("customer_email"), personal("order_total"), personal("name", relation="customers")
    ('an e-mail address', None, "a person's name")
    """
    if profile is None:
        return personal_name(column_name, relation)
    return profile.personal or personal_name(column_name, relation) or personal_content(profile)


@lru_cache(maxsize=256)
def personal_content(profile: ColumnProfile) -> str | None:
    """What personal thing the values of a column look like; None for none."""
    values = [value for value, _ in profile.top_values] + [v for v in (profile.minimum, profile.maximum) if v]
    found = personal_values(values)
    if found is None and profile.distinct > MAX_VALUES and any(c.isalpha() for value in values for c in value):
        sentences = sum(value.count(" ") >= 3 for value in values)
        if sentences * 2 > len(values):
            return FREE_TEXT
    return found


def may_share(value: str, count: int, column: ColumnProfile) -> bool:
    """Whether a value that `count` rows of `column` have says nothing of a person and so may be shown to an engine."""
    return _may_be_told(value, count, column) and personal(column.name, column) is None


def visible_values(column: ColumnProfile, share: Share) -> tuple[tuple[str, int], ...]:
    """The values of `column`, with their counts, that an engine may see."""
    return () if personal(column.name, column) else _values(column, share)


def visible_profile(profile: Profile | None, share: Sharing | Share | str = Share.STATISTICS) -> dict[str, Any]:
    """What an engine may see of a profile, ready for JSON; an empty dict at `nothing`.

    Columns at `nothing` are left out, and where the whole is at `nothing` the number of rows, too. Ranges of numbers
    are rounded to one digit and those of dates to the month, for the largest salary is a cell value.
    """
    levels = sharing(share)
    if profile is None:
        return {}
    columns = [column for column in profile.columns if levels.of(column.name) is not Share.NOTHING]
    shown = [_visible_column(column, levels, profile.relation) for column in columns]
    if levels.node is Share.NOTHING:
        return {"columns": shown} if shown else {}
    visible: dict[str, Any] = {"rows": profile.rows}
    if profile.sampled is not None:
        visible["rows_looked_at"] = profile.sampled
    return {**visible, "columns": shown}


def visible_findings(
    findings: Iterable[Finding], share: Sharing | Share | str = Share.STATISTICS
) -> list[dict[str, Any]]:
    """What an engine may see of findings: their sentences hold only values that `may_share` let pass. None that tells
    of a column at `nothing`, of one that is personal without looking so, or of a node that nothing is told of."""
    levels = sharing(share)
    return [
        {"code": finding.code, "columns": list(finding.columns), "sentence": finding.sentence}
        for finding in findings
        if all(levels.of(column) is not Share.NOTHING for column in finding.columns or (None,))
        and not any(column.casefold() in levels.personal for column in finding.columns)
        and not any(str(value) in levels.silent for _, value in finding.numbers)
    ]


def _values(column: ColumnProfile, share: Share) -> tuple[tuple[str, int], ...]:
    """The values of a column that is not personal."""
    if share is Share.NOTHING or _NESTED.search(column.type):
        return ()
    if share is Share.SAMPLES:
        return tuple((value, count) for value, count in column.top_values if _may_be_sample(value))
    return tuple((value, count) for value, count in column.top_values if _may_be_told(value, count, column))


def _may_be_sample(value: str) -> bool:
    return len(value) <= MAX_VALUE_LENGTH * 2 and _plain(value) and personal_value(value) is None


def _may_be_told(value: str, count: int, column: ColumnProfile) -> bool:
    return (
        count >= MIN_ROWS_PER_VALUE
        and column.distinct <= MAX_VALUES
        and len(value) <= MAX_VALUE_LENGTH
        and _plain(value)
        and not _IDENTIFIER.search(snake_case(column.name))
        and personal_value(value) is None
    )


def _reason(column: ColumnProfile, levels: Sharing, relation: str) -> str | None:
    """Why the values of a column are withheld at every level; None where they are not."""
    name = column.name.casefold()
    if name in levels.personal:
        return levels.personal[name]
    if name in levels.harmless:
        return personal_content(column)
    return personal(column.name, column, relation)


def _visible_column(column: ColumnProfile, levels: Sharing, relation: str) -> dict[str, Any]:
    share = levels.of(column.name)
    visible: dict[str, Any] = {"name": column.name, "type": column.type}
    if column.rows:
        visible["null_share"] = round(column.nulls / column.rows, 4)
    visible["distinct"] = column.distinct
    if column.distinct_approximate:
        visible["distinct_is_approximate"] = True
    if column.rows and column.unique:
        visible["unique"] = True
    reason = _reason(column, levels, relation)
    if reason:
        return {**visible, "values_withheld": reason if reason == DECLARED else f"looks like {reason}"}
    values = _values(column, share)
    if values:
        visible["values"] = [{"value": value, "rows": count} for value, count in values]
        shown = {value for value, _ in values}
        visible["values_are_all"] = column.all_values is not None and shown == set(column.all_values)
    exact = share is Share.SAMPLES and not _NESTED.search(column.type)
    for key, bound, up in (("minimum", column.minimum, False), ("maximum", column.maximum, True)):
        shown_bound = bound if exact and bound and _may_be_sample(bound) else _coarse(bound, column, up)
        if shown_bound is not None:
            visible[key] = shown_bound
    if column.mean is not None and column.rows - column.nulls >= MIN_ROWS_PER_VALUE:
        visible["mean"] = float(f"{column.mean:.3g}")
    if column.min_length is not None:
        visible["length"] = [column.min_length, column.max_length]
    # A shape says what a code looks like, but one of a single value would spell out its punctuation alone.
    if column.pattern and column.pattern.isascii() and column.distinct > 1:
        visible["pattern"] = column.pattern
    return visible


def _coarse(bound: str | None, column: ColumnProfile, up: bool) -> str | None:
    """A bound told roughly: rounded outwards to one digit, a date to its month; nothing of other types."""
    if bound is None or column.rows - column.nulls < MIN_ROWS_PER_VALUE:
        return None
    kind = column.type.upper()
    if kind.startswith(("DATE", "TIMESTAMP")):
        month = re.match(r"-?\d{4,}-\d{2}", bound)
        return month.group() if month else None
    if kind.startswith(("VARCHAR", "BLOB", "UUID", "ENUM", "INTERVAL", "TIME", "BIT", "BOOL", "JSON")):
        return None
    try:
        number = float(bound)
    except ValueError:
        return None
    if not math.isfinite(number):
        return bound
    if number == 0:
        return "0"
    unit = 10.0 ** math.floor(math.log10(abs(number)))
    rounded = (math.ceil if up else math.floor)(round(number / unit, 6)) * unit
    return f"{rounded:.10g}"


def _plain(value: str) -> bool:
    """Text on one line, all of which can be seen, without Jinja, and no document with fields of its own."""
    return not hides(value) and not _DOCUMENT.match(value) and not any(mark in value for mark in ("{{", "{%", "{#"))
