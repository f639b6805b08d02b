"""A value passed through or renamed keeps the words that somebody already found for it."""

from __future__ import annotations

import re
from dataclasses import replace

from dbt_ai.sql.values import ColumnKind, ColumnRef, same_name
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Strength
from dbt_ai.tasks.derived.wording import code

_CODE = re.compile(r"`([^`]+)`")
_KEPT = (ColumnKind.PASS_THROUGH, ColumnKind.RENAMED)


def inherit_human(context: ColumnContext) -> Draft | None:
    """A person's words for the upstream column, where the column is the same value of the same thing.

    `id as customer_id` from a relation whose `id` reads "Identifier given by the shop." reads so, too.
    """
    draft = _upstream(context)
    return replace(draft, further=()) if draft is not None and draft.strength is Strength.HUMAN else None


def inherit_derived(context: ColumnContext) -> Draft | None:
    """Words that were derived upstream, where they state a meaning that travels.

    The columns they name are called as they are here; those that are not here get their relation in front.
    """
    draft = _upstream(context)
    if draft is None or not draft.travels or draft.strength is not Strength.MEANING or context.facts is None:
        return None
    source = context.facts.sources[0]
    text = _readable_here(draft.main.text, context, source.relation)
    if text is None:
        return None
    further = tuple(part for part in draft.further if part.travels)
    return replace(draft, main=replace(draft.main, text=text), further=further)


def _upstream(context: ColumnContext) -> Draft | None:
    facts = context.facts
    if facts is None or facts.kind not in _KEPT or len(facts.sources) != 1 or not facts.grain_kept:
        return None
    return context.world.draft(facts.sources[0])


def _readable_here(text: str, context: ColumnContext, upstream: str) -> str | None:
    """`text`, written for a column of `upstream`, in the names of this relation; None where it holds code."""
    known = context.world.evidence
    relations = {context.world.relation(key) for key in known}
    facts = known[upstream].facts if upstream in known else None
    own = context.evidence.facts
    held = {
        column.sources[0].column.casefold(): column.name
        for column in reversed(own.columns if own else ())
        if column.kind in _KEPT and len(column.sources) == 1 and column.sources[0].relation == upstream
    }
    unknown = False

    def here(found: re.Match[str]) -> str:
        nonlocal unknown
        name = found.group(1)
        if found.group(0) in relations or "." in name:
            return found.group(0)
        if name.casefold() in held:
            return code(held[name.casefold()])
        for place in (upstream, *(facts.base_relations if facts else ())):
            columns = known[place].relation.columns if place in known else ()
            column = next((column for column, _ in columns if same_name(column, name)), None)
            if column is not None:
                return context.world.shown(ColumnRef(place, column))
        unknown = True
        return name

    text = _CODE.sub(here, text)
    return None if unknown else text
