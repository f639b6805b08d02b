"""A column whose values are keys of another relation."""

from __future__ import annotations

from dbt_ai.sql.values import ColumnKind
from dbt_ai.tasks.derived.entities import entity_of_key
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Sentence, Strength
from dbt_ai.tasks.derived.wording import sentence

_LINKS = {"to", "by", "from", "of", "for", "in", "at", "on", "with", "is", "has"}
_GIVEN = (ColumnKind.PASS_THROUGH, ColumnKind.RENAMED, ColumnKind.CAST)


def reference(context: ColumnContext) -> Draft | None:
    """ "Customer of the order: refers to `customers.customer_id`." where the reference holds.

    Whose customer it is, is said only of a value that the rows themselves have: the department that was looked up with
    the manager of an employee is no department of the employee. A computed value has its SQL told first.
    """
    world, facts = context.world, context.facts
    known = world.references.get((context.ref.relation, context.name.casefold()))
    if known is None or (facts is not None and facts.kind not in _GIVEN):
        return None
    target, verdict = known
    other = world.entity(target.relation) or entity_of_key(target.column)
    named, own = entity_of_key(context.name), context.entity
    # `start_station_id` is the start station, not just a station.
    if named and other and named.one.endswith(other.one):
        other = named
    # That the employee reports to is no "reports to employee of the employee".
    is_noun = other is not None and _LINKS.isdisjoint(other.one.split())
    if other and is_noun and own and other != own and not own.one.startswith(other.one) and _of_the_rows(context):
        text = f"{other.one} of the {own.one}: refers to {world.shown(target)}"
    else:
        text = f"refers to {world.shown(target)}"
    return Draft(Sentence(sentence(text), verdict), Strength.MEANING, travels=False)


def refers(context: ColumnContext, draft: Draft) -> Sentence | None:
    """ "Refers to `customers.customer_id`." after what a computed value is."""
    known = context.world.references.get((context.ref.relation, context.name.casefold()))
    if known is None or "efers to" in draft.text or draft.strength is Strength.HUMAN:
        return None
    if context.world.is_key(context.ref) or context.facts is None or context.facts.kind in _GIVEN:
        return None
    return Sentence(f"Refers to {context.world.shown(known[0])}.", known[1])


def _of_the_rows(context: ColumnContext) -> bool:
    facts, query = context.facts, context.evidence.facts
    if facts is None or query is None or context.evidence.resource_type == "snapshot":
        return True
    return facts.grain_kept and len(facts.sources) == 1 and facts.sources[0].relation == query.rows_of
