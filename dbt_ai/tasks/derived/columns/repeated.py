"""Values that a join repeats, and figures that count them more than once."""

from __future__ import annotations

from dbt_ai.sql.values import ColumnKind, ColumnRef, same_name
from dbt_ai.tasks.derived.entities import entity_of_key
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Sentence, Strength, World, holds
from dbt_ai.tasks.derived.wording import code

_SUMS = ("sum", "avg", "count")
_NUMBERS = ("INT", "BIGINT", "DECIMAL", "NUMERIC", "DOUBLE", "FLOAT", "REAL", "HUGEINT")


def repeated(context: ColumnContext, draft: Draft) -> Sentence | None:
    """ "Repeated in every row of the same `order_id`." for an order's total on its lines; and for a sum over such a
    column "Counts `order_total` once for each row of `order_lines`, so more than once for the same `order_id`."

    The repetition is SQL's (a join below the grain of the value), and the data shows that it happens.
    """
    facts, world = context.facts, context.world
    if facts is None:
        return None
    if facts.aggregate is not None and facts.aggregate.function in _SUMS and facts.aggregate.argument is not None:
        argument = facts.aggregate.argument
        key = repeated_by(world, argument) if not facts.aggregate.distinct else None
        if key is None or facts.aggregate.function == "count":
            return None
        what = f"Counts {code(argument.column)} once for each row of {world.relation(argument.relation)}"
        return holds(f"{what}, so more than once for the same {code(key)}.", facts.sql)
    key = repeated_by(world, context.ref)
    if key is None or draft.strength is Strength.HUMAN:
        return None
    return holds(f"Repeated in every row of the same {code(key)}.", facts.sql)


def repeated_by(world: World, ref: ColumnRef) -> str | None:
    """The column whose every value goes with one value of the number `ref`, and that stands in several rows.

    None where the number is of its own relation's grain, or is looked up by something else than an identifier.
    """
    evidence = world.evidence.get(ref.relation)
    facts = evidence.facts if evidence else None
    found = facts.column(ref.column) if facts else None
    if evidence is None or facts is None or found is None or evidence.profile is None:
        return None
    if found.kind not in (ColumnKind.PASS_THROUGH, ColumnKind.RENAMED) or len(found.sources) != 1:
        return None
    if found.repeated is False:
        return None  # no join on the way can repeat it
    source = found.sources[0]
    types = {name.casefold(): (kind or "").upper() for name, kind in evidence.relation.columns}
    if facts.rows_of == source.relation or not types.get(ref.column.casefold(), "").startswith(_NUMBERS):
        return None
    for key in world.keys.get(source.relation, ()):
        if len(key) != 1 or same_name(key[0], source.column) or entity_of_key(key[0]) is None:
            continue
        here = next(
            (
                c.name
                for c in facts.columns
                if ColumnRef(source.relation, key[0]) in c.sources
                and c.kind in (ColumnKind.PASS_THROUGH, ColumnKind.RENAMED)
            ),
            None,
        )
        profile = evidence.profile.column(here) if here else None
        if profile is not None and not profile.distinct_approximate and profile.distinct < profile.rows - profile.nulls:
            return here
    return None
