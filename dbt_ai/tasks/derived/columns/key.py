"""The column that identifies a row."""

from __future__ import annotations

from dbt_ai.sql.values import ColumnKind
from dbt_ai.tasks.derived.entities import PLAIN_KEYS, entity_of_key
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Sentence, Strength, holds, proved


def key(context: ColumnContext) -> Draft | None:
    """ "Unique identifier of the order." for the column that alone is a key of its relation and is named like one.

    It does not travel: downstream the same value may stand in many rows.
    """
    world = context.world
    named = entity_of_key(context.name)
    own = context.entity
    called = own is not None and context.name.lower().replace("_", " ") in (own.one, own.many)
    if not world.is_key(context.ref) or (named is None and not called and context.name.lower() not in PLAIN_KEYS):
        return None
    first = next(iter(world.keys.get(context.ref.relation, ())), ()) == (context.name,)
    noun = own if own and (named is None or first) else named
    text = f"Unique identifier of the {noun.one}" if noun else "Unique identifier of the row"
    facts = context.facts
    if facts and facts.kind is ColumnKind.RENAMED and len(facts.sources) == 1:
        text += f", {world.shown(facts.sources[0])} upstream"
    return Draft(_rests(context, text + "."), Strength.MEANING, travels=False)


def unique_note(context: ColumnContext, draft: Draft) -> Sentence | None:
    """ "One row for each value." where the column is a key without being named like an identifier."""
    if not context.world.is_key(context.ref) or draft.strength is Strength.HUMAN:
        return None
    if "nique" in draft.text or "key" in draft.text:
        return None
    return _rests(context, "One row for each value.")


def _rests(context: ColumnContext, text: str) -> Sentence:
    if context.evidence.unique_id in context.world.data_keys:
        return holds(text, f"count(distinct {context.name}) = count(*)")
    return proved(text, context.facts.sql if context.facts else "unique")
