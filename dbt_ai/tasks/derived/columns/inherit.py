"""A value passed through or renamed keeps the words that somebody already found for it."""

from __future__ import annotations

from dataclasses import replace

from dbt_ai.sql.values import ColumnKind
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Strength


def inherit(context: ColumnContext) -> Draft | None:
    """The upstream column's own sentence, where the column is the same value of the same thing.

    `id as customer_id` from a relation whose `id` reads "Identifier given by the shop." reads so, too. A person's
    text is always taken; a derived one only where it states a meaning that travels.
    """
    facts = context.facts
    if facts is None or facts.kind not in (ColumnKind.PASS_THROUGH, ColumnKind.RENAMED):
        return None
    if len(facts.sources) != 1 or not facts.grain_kept:
        return None
    draft = context.world.draft(facts.sources[0])
    if draft is None or not draft.travels or draft.strength < Strength.MEANING:
        return None
    refers_here = (context.ref.relation, context.name.casefold()) in context.world.references
    if refers_here and draft.strength < Strength.HUMAN:
        return None
    return replace(draft, further=())
