"""The closed set of values a column takes."""

from __future__ import annotations

import re

from dbt_ai.evidence.privacy import may_share
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Sentence, Strength, holds, proved
from dbt_ai.tasks.derived.wording import listed, quoted

MAX_VALUES = 10
# A value set seen in the data is told only where luck does not explain it: enough rows, each value seen often.
MIN_ROWS = 50
MIN_COUNT = 3
MAX_VALUE_LENGTH = 40
MAX_SEEN = 8
_IDENTIFIER = re.compile(r"(_|^)(id|uuid|guid|key|sk|pk|hk|hash)$", re.IGNORECASE)  # their values say nothing


def value_set(context: ColumnContext) -> Draft | None:
    """ "One of 'card', 'cash' or 'voucher'." as the whole text, where nothing else is known of the column."""
    found = _values(context)
    return Draft(found, Strength.PROVENANCE, travels=False) if found else None


def value_set_of(context: ColumnContext, draft: Draft) -> Sentence | None:
    """The same as a further sentence, where the text does not already name the values."""
    found = _values(context)
    if "efers to `" in draft.text:
        return None  # the values are told where they are defined
    if found is None or any(found.text == part.text for part in (draft.main, *draft.further)):
        return None
    text = draft.text.casefold()
    values = _domain(context) or (context.profile.all_values if context.profile else None) or ()
    return None if all(value.casefold() in text for value in values) else found


def _domain(context: ColumnContext) -> tuple[str, ...] | None:
    if context.facts and context.facts.domain:
        return context.facts.domain.values
    domains = {column.casefold(): values for column, values in context.evidence.relation.domains}
    return domains.get(context.name.casefold())


def _values(context: ColumnContext) -> Sentence | None:
    domain = _domain(context)
    boolean = bool(domain) and {value.casefold() for value in domain or ()} <= {"true", "false"}
    if domain and 1 < len(domain) <= MAX_VALUES and not boolean:
        rests_on = context.facts.domain.sql if context.facts and context.facts.domain else "accepted_values"
        return proved(f"One of {listed([quoted(value) for value in domain], 'or')}.", rests_on)
    profile = context.profile
    if profile is None or domain or profile.all_values is None or not _is_text(profile.type):
        return None
    values, counts = profile.all_values, dict(profile.top_values)
    if not 1 < len(values) <= MAX_SEEN or profile.rows - profile.nulls < MIN_ROWS:
        return None
    if any(len(value) > MAX_VALUE_LENGTH or "\n" in value or counts.get(value, 0) < MIN_COUNT for value in values):
        return None
    identifier = _IDENTIFIER.search(context.name) is not None
    if identifier or not all(may_share(value, counts[value], profile) for value in values):
        return None
    seen = listed([quoted(value) for value in values])
    return holds(f"Values in the data: {seen}.", f"SELECT DISTINCT {context.name}", f"all of {profile.rows} rows")


def _is_text(type_name: str) -> bool:
    return type_name.upper().split("(")[0] in ("VARCHAR", "TEXT", "STRING", "CHAR", "BPCHAR") or "ENUM" in type_name
