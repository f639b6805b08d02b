"""When a column is NULL, as its SQL decides it."""

from __future__ import annotations

import re
from functools import lru_cache

from sqlglot import exp

from dbt_ai.sql.values import ColumnKind, ColumnRef, NullCause, NullReason, same_name
from dbt_ai.tasks.derived.columns.window import at_edge
from dbt_ai.tasks.derived.conditions import parsed
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Sentence, Strength, proved
from dbt_ai.tasks.derived.wording import code, listed

_GIVEN = (ColumnKind.PASS_THROUGH, ColumnKind.RENAMED)


def null_condition(context: ColumnContext, draft: Draft) -> Sentence | None:
    """ "NULL for customers without orders." for the optional side of a join; "NULL where `b` is 0." for NULLIF.

    Nothing is said where a column only may be NULL because its source may.
    """
    facts = context.facts
    if facts is None or facts.nullability.never or "NULL" in draft.text.upper().split():
        return None
    if any(same_name(context.name, name) for name in context.evidence.relation.not_null):
        return None  # a not_null test that the data passes
    if draft.strength is Strength.HUMAN and " null" in f" {draft.text.lower()}":
        return None
    if facts.kind in _GIVEN and context.name.casefold() in _totalled(context.evidence.sql or "", context.world.dialect):
        return proved("NULL in the rows of totals.", "ROLLUP, CUBE or GROUPING SETS")
    clauses, rests_on = [], []
    for reason in facts.nullability.reasons:
        clause = _clause(context, reason)
        if clause and clause not in clauses:
            clauses.append(clause)
            rests_on.append(reason.sql)
    if facts.aggregate is not None and facts.default_sql is None and (clause := _nothing_to_aggregate(context, draft)):
        clauses.append(clause)
        rests_on.append(facts.sql)
    if not clauses:
        return None
    return proved(f"NULL {listed(clauses, 'or')}.", "; ".join(rests_on))


def _nothing_to_aggregate(context: ColumnContext, draft: Draft) -> str | None:
    """A sum or an extreme of no value is NULL: where no row meets the condition, or none of them has the value."""
    found = context.facts.aggregate if context.facts else None
    if found is None or found.function not in ("sum", "min", "max", "avg", "median") or found.groups_by_sql:
        return None
    if found.condition_sql and found.else_sql is None and "only where" in draft.text:
        return "where none match"
    ref = found.argument
    evidence = context.world.evidence.get(ref.relation) if ref else None
    if ref is None or evidence is None or any(same_name(ref.column, name) for name in evidence.relation.not_null):
        return None
    profile = evidence.profile.column(ref.column) if evidence.profile else None
    return f"where {code(ref.column)} is NULL in all of them" if profile is not None and profile.nulls > 0 else None


@lru_cache(maxsize=32)
def _totalled(sql: str, dialect: str) -> frozenset[str]:
    """The columns that are left out of some of the groups of ROLLUP, CUBE or GROUPING SETS, in lower case."""
    if not re.search(r"\b(ROLLUP|CUBE|GROUPING\s+SETS)\b", sql, re.IGNORECASE):
        return frozenset()
    tree = parsed(sql, dialect)
    sets = tree.find_all(exp.Rollup, exp.Cube, exp.GroupingSets) if tree else ()
    return frozenset(column.name.casefold() for found in sets for column in found.find_all(exp.Column))


def _clause(context: ColumnContext, reason: NullReason) -> str | None:
    if reason.cause is NullCause.OUTER_JOIN and reason.relations:
        return _without_match(context, reason)
    if reason.cause is NullCause.WINDOW_EDGE:
        return at_edge(context)
    if reason.cause is NullCause.NULLIF and reason.sql:
        condition = context.naming.condition(reason.sql, without=context.name)
        return f"where {condition}" if condition and " is " in condition else None
    return None


def _without_match(context: ColumnContext, reason: NullReason) -> str:
    """ "for orders without payments", or which key found no match, where the other side is looked up by its key."""
    world = context.world
    names = listed([world.relation(key) for key in reason.relations], "or")
    brought = reason.relations[0] if len(reason.relations) == 1 else _counted(context, reason)
    if brought is None:
        return f"where nothing matches in {listed([world.relation(key) for key in reason.relations])}"
    left, right = reason.on[0] if len(reason.on) == 1 else (None, None)
    if left and right and reason.every_row and world.is_key(right):
        if context.profile is not None and context.profile.nulls == 0:
            return ""  # every key finds its match
        return f"where {code(left.column)} has no match in {names}"
    own, missing = context.entity, world.entity(brought)
    if own is None or missing is None or own == missing or left is None or not _identifies(context, left):
        return f"where nothing matches in {names}"
    if reason.every_row:
        return f"for {own.many} without {missing.many}"
    filters = [context.naming.condition(sql) for sql in reason.filters_sql]
    said = [text for text in filters if text]
    if said and len(said) == len(filters):
        return f"for {own.many} without {missing.many} where {listed(said)}"
    return f"for {own.many} without matching {missing.many}"


def _counted(context: ColumnContext, reason: NullReason) -> str | None:
    """The one relation among the joined ones whose rows the column's figure is over."""
    found = context.facts.aggregate if context.facts else None
    if found is None or found.argument is None or found.fans_out is not False:
        return None
    return found.argument.relation if found.argument.relation in reason.relations else None


def _identifies(context: ColumnContext, ref: ColumnRef) -> bool:
    """Whether the column that is joined on stands for one row here: its value is that of a key column of this
    relation."""
    facts, keys = context.evidence.facts, context.world.keys.get(context.evidence.unique_id, ())
    singles = [key[0] for key in keys if len(key) == 1]
    found = [facts.column(name) for name in singles] if facts else []
    return any(ref in column.sources for column in found if column)
