"""When a column is NULL, as its SQL decides it."""

from __future__ import annotations

from dbt_ai.sql.values import ColumnKind, NullCause, NullReason
from dbt_ai.tasks.derived.conditions import condition_text
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Sentence, Strength, proved
from dbt_ai.tasks.derived.wording import listed

_MEANT = (NullCause.OUTER_JOIN, NullCause.WINDOW_EDGE)


def null_condition(context: ColumnContext, draft: Draft) -> Sentence | None:
    """ "NULL for customers without orders." for the optional side of a join; "NULL where `b` is 0." for NULLIF.

    Nothing is said where a column only may be NULL because its source may.
    """
    facts = context.facts
    if facts is None or facts.nullability.never or "NULL" in draft.text.upper().split():
        return None
    if draft.strength is Strength.HUMAN and " null" in f" {draft.text.lower()}":
        return None
    clauses, rests_on = [], []
    for reason in facts.nullability.reasons:
        clause = _clause(context, reason)
        if clause and clause not in clauses:
            clauses.append(clause)
            rests_on.append(reason.sql)
    if not clauses:
        return None
    return proved(f"NULL {listed(clauses, 'or')}.", "; ".join(rests_on))


def _clause(context: ColumnContext, reason: NullReason) -> str | None:
    world = context.world
    if reason.cause is NullCause.OUTER_JOIN and reason.relations:
        # The side that brought the value in, named by what its rows are.
        missing = world.rows(reason.relations[0]) if len(reason.relations) == 1 else None
        names = [world.relation(key) for key in reason.relations]
        own = context.entity
        if missing and own and missing != own.many and not missing.startswith("rows of"):
            return f"for {own.many} without {missing}"
        return (
            f"where {listed(names)} has no matching row"
            if len(names) == 1
            else f"where no row of {listed(names)} matches"
        )
    if reason.cause is NullCause.WINDOW_EDGE and context.facts and context.facts.kind is ColumnKind.WINDOWED:
        window = context.facts.window
        if window and window.function == "lag":
            return "in the first row" + _per(context)
        if window and window.function == "lead":
            return "in the last row" + _per(context)
        return None
    if reason.cause is NullCause.NULLIF and reason.sql:
        condition = condition_text(reason.sql, world.dialect)
        return f"where {condition}" if condition and " is " in condition else None
    return None


def _per(context: ColumnContext) -> str:
    window = context.facts.window if context.facts else None
    if not window or not window.partition_by_sql:
        return ""
    from dbt_ai.tasks.derived.columns.window import keys_text

    return f" of each {keys_text(window.partition_by_sql, context.world.dialect)}"
