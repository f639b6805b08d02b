"""What only the data shows of a column, as words that stay true while the data grows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from dbt_ai.sql.values import ColumnKind
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Sentence, holds
from dbt_ai.tasks.derived.wording import code, quoted
from dbt_ai.values import Finding

MAX_NOTES = 2
MIN_ROWS = 50
_GIVEN = (ColumnKind.PASS_THROUGH, ColumnKind.RENAMED, ColumnKind.CAST)


def data_notes(context: ColumnContext, draft: Draft | None) -> tuple[Sentence, ...]:
    """Sentences from the findings about this column: no counts, which the next load would make wrong.

    `nulls-since` becomes "NULL in all rows after 2024-02-29 (by `started_at`)."
    """
    notes: list[Sentence] = []
    for finding in context.evidence.findings:
        make = _NOTES.get(finding.code)
        if make is None or not finding.columns or finding.columns[0].casefold() != context.name.casefold():
            continue
        text = make(finding, context)
        known = draft and text and text.startswith(("NULL", "Filled")) and "NULL" in draft.text
        again = finding.code == "determined-by" and any(note.text.startswith("One value for") for note in notes)
        if text and not known and not again:
            notes.append(holds(text, finding.sql, finding.sentence))
    return tuple(notes[:MAX_NOTES])


def _not_unique(finding: Finding, context: ColumnContext) -> str | None:
    return "Not unique: a value can stand in several rows." if len(finding.columns) == 1 else None


def _empty_after(finding: Finding, context: ColumnContext) -> str:
    side = "after" if finding.code == "nulls-since" else "before"
    return f"NULL in all rows {side} {dict(finding.numbers)['date']} (by {code(finding.columns[1])})."


def _equal(finding: Finding, context: ColumnContext) -> str | None:
    """Of values that come from a source: that two figures agree is luck, until they do not."""
    facts = context.facts
    if facts is not None and facts.kind not in _GIVEN:
        return None
    return f"Always the same as {code(finding.columns[1])}."


def _orphans(finding: Finding, context: ColumnContext) -> str:
    parent = str(dict(finding.numbers)["parent"])
    return f"Some values are not found in {context.world.relation(parent)}."


def _load_date(finding: Finding, context: ColumnContext) -> str:
    return "Date of a load, not of an event: many rows share it."


def _scale(finding: Finding, context: ColumnContext) -> str:
    by = code(finding.columns[1])
    factor = dict(finding.numbers)["factor"]
    return f"Not in one unit: about {factor:,} times as large for some values of {by} as for others."


def _changed(finding: Finding, context: ColumnContext) -> str | None:
    if context.profile is None or not context.profile.type.upper().startswith("VARCHAR"):
        return None  # of a number, some values always are seen later than others
    found = re.search(r"\(by `.+?`\): (.+)", finding.sentence)
    return f"Its values changed in time: {found.group(1)}" if found else None


def _constant(finding: Finding, context: ColumnContext) -> str | None:
    profile = context.profile
    values = profile.all_values if profile else None
    if context.facts is not None and (context.facts.kind not in _GIVEN or context.profile is None):
        return None  # the SQL says what it is, and the next run may make something else of it
    if not context.profile or not context.profile.type.upper().startswith(("VARCHAR", "ENUM")):
        return None  # a number or flag that is the same so far says little of what it will be
    if not values or len(values) != 1 or len(values[0]) > 40 or quoted(values[0]) in finding.columns:
        return None
    return f"{quoted(values[0])} in every row so far."


def _empty(finding: Finding, context: ColumnContext) -> str | None:
    if context.profile is None or context.profile.rows < MIN_ROWS:
        return None
    return "NULL in every row so far."


def _determined(finding: Finding, context: ColumnContext) -> str | None:
    """A label of a code: of flags and computed values it would be luck, or said by their SQL."""
    facts, profile = context.facts, context.profile
    if (facts is not None and facts.kind not in _GIVEN) or profile is None or "BOOL" in profile.type.upper():
        return None
    return f"One value for each {code(finding.columns[1])}."


def _filled(finding: Finding, context: ColumnContext) -> str | None:
    found = re.search(r"is filled exactly where (.+) \(", finding.sentence)
    return f"Filled where {found.group(1)}, else NULL." if found else None


_NOTES: Mapping[str, Callable[[Finding, ColumnContext], str | None]] = {
    "duplicate-id": _not_unique,
    "nulls-since": _empty_after,
    "nulls-until": _empty_after,
    "always-equal": _equal,
    "orphans": _orphans,
    "load-date": _load_date,
    "branch-scale": _scale,
    "value-set-changed": _changed,
    "constant": _constant,
    "always-null": _empty,
    "determined-by": _determined,
    "filled-when": _filled,
}
