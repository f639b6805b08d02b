"""Where a value comes from, where no more can be said."""

from __future__ import annotations

from dbt_ai.sql.values import ColumnKind
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Strength, proved
from dbt_ai.tasks.derived.wording import code


def provenance(context: ColumnContext) -> Draft | None:
    """ "Renamed from `raw_orders.user_id`.", "Taken unchanged from `raw_orders.order_date`.", "`x.y` as DATE." """
    facts, world = context.facts, context.world
    if facts is None:
        return _read_downstream(context)
    if len(facts.sources) != 1:
        return None
    source = world.shown(facts.sources[0])
    if facts.kind is ColumnKind.PASS_THROUGH:
        text = f"Taken unchanged from {source}."
    elif facts.kind is ColumnKind.RENAMED:
        text = f"Renamed from {source}."
    elif facts.kind is ColumnKind.CAST and facts.type:
        text = f"{source} as {facts.type}."
    else:
        return None
    return Draft(proved(text, facts.sql), Strength.PROVENANCE)


def _read_downstream(context: ColumnContext) -> Draft | None:
    """For a column of a source or seed: under which other name, or converted how, a model reads it."""
    known = context.world.read_downstream.get((context.ref.relation, context.name.casefold()))
    if known is None:
        return None
    column, model, factor = known
    there = code(f"{model}.{column}")
    if factor is None:
        text = f"Read by a model as {there}."
    else:
        words = {"/": "divided", "*": "multiplied"}
        text = f"Becomes {there} when {words[factor[0]]} by {factor[1]}."
    return Draft(proved(text, f"{context.name} as {column}"), Strength.PROVENANCE)
