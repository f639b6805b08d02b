"""A column whose values are keys of another relation."""

from __future__ import annotations

from dbt_ai.tasks.derived.entities import entity_of_key
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Sentence, Strength
from dbt_ai.tasks.derived.wording import sentence


def reference(context: ColumnContext) -> Draft | None:
    """ "Customer of the order, refers to `customers.customer_id`." where the reference holds."""
    world = context.world
    known = world.references.get((context.ref.relation, context.name.casefold()))
    if known is None:
        return None
    target, verdict = known
    other = world.entity(target.relation) or entity_of_key(target.column)
    named, own = entity_of_key(context.name), context.entity
    # `start_station_id` is the start station, not just a station.
    if named and other and named.one.endswith(other.one):
        other = named
    if other and own and other != own and not own.one.startswith(other.one):
        text = f"{other.one} of the {own.one}: refers to {world.shown(target)}"
    else:
        text = f"refers to {world.shown(target)}"
    return Draft(Sentence(sentence(text), verdict), Strength.MEANING, travels=False)
