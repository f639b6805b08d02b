"""A value passed through or renamed keeps the words that somebody already found for it."""

from __future__ import annotations

from dataclasses import replace

from dbt_ai.sql.values import ColumnKind
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Strength


def inherit_human(context: ColumnContext) -> Draft | None:
    """A person's words for the upstream column, where the column is the same value of the same thing.

    `id as customer_id` from a relation whose `id` reads "Identifier given by the shop." reads so, too.
    """
    draft = _upstream(context)
    return draft if draft is not None and draft.strength is Strength.HUMAN else None


def inherit_derived(context: ColumnContext) -> Draft | None:
    """Words that were derived upstream, where they state a meaning that travels."""
    draft = _upstream(context)
    return draft if draft is not None and draft.travels and draft.strength is Strength.MEANING else None


def _upstream(context: ColumnContext) -> Draft | None:
    facts = context.facts
    if facts is None or facts.kind not in (ColumnKind.PASS_THROUGH, ColumnKind.RENAMED):
        return None
    if len(facts.sources) != 1 or not facts.grain_kept:
        return None
    draft = context.world.draft(facts.sources[0])
    return replace(draft, further=()) if draft else None
