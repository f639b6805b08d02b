"""The column that identifies a row."""

from __future__ import annotations

from dbt_ai.sql.values import ColumnKind
from dbt_ai.tasks.derived.entities import entity_of_key
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Strength, holds, proved


def key(context: ColumnContext) -> Draft | None:
    """ "Unique identifier of the order." for the column that alone is a key of its relation.

    It does not travel: downstream the same value may stand in many rows.
    """
    world = context.world
    if not world.is_key(context.ref):
        return None
    named = entity_of_key(context.name)
    found = context.entity
    # "customer_id" in a relation of accounts identifies the account only by the data's grace: name what the key says.
    noun = named or found
    text = f"Unique identifier of the {noun.one}" if noun else "Unique in this relation: identifies a row"
    facts = context.facts
    if facts and facts.kind is ColumnKind.RENAMED and len(facts.sources) == 1:
        text += f", {world.shown(facts.sources[0])} upstream"
    if context.evidence.unique_id in world.data_keys:
        main = holds(text + ".", f"count(distinct {context.name}) = count(*)")
    else:
        main = proved(text + ".", facts.sql if facts else "unique")
    return Draft(main, Strength.MEANING, travels=False)
