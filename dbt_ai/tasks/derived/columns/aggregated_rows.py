"""Which rows a figure is over: what they are, and which of them belong to one group."""

from __future__ import annotations

import inflection
from sqlglot import exp

from dbt_ai.sql.values import Aggregate, ColumnRef, same_name
from dbt_ai.tasks.derived.conditions import parsed
from dbt_ai.tasks.derived.entities import entity_of_key
from dbt_ai.tasks.derived.values import ColumnContext
from dbt_ai.tasks.derived.wording import code, listed


def self_joined(context: ColumnContext) -> bool:
    """Whether the rows come from two readings of one relation side by side."""
    facts = context.evidence.facts
    return any(set(j.left) & set(j.right) and not j.right_aggregated for j in (facts.joins if facts else ()))


def rows_of(context: ColumnContext, found: Aggregate) -> str | None:
    """What is aggregated, as a plural noun."""
    world = context.world
    if len(found.rows_of) == 1:
        rows = world.rows(found.rows_of[0])
        # "the meters of the meter" would be the rows of another relation.
        if scope_of(context, found) == f" of the {inflection.singularize(rows)}":
            return f"rows of {world.relation(found.rows_of[0])}"
        return rows
    if found.argument and found.fans_out is False and found.argument.relation in found.rows_of:
        return world.rows(found.argument.relation)
    if not found.rows_of:
        return None
    first, *others = (world.relation(key) for key in found.rows_of)
    return f"rows of {first} joined with {listed(others)}"


def scope_of(context: ColumnContext, found: Aggregate) -> str | None:
    """Which of those rows: those of one entity, of one combination of keys, or all (empty). None where a key has no
    name that a reader knows."""
    if not found.group_by_sql:
        return ""
    own_key = _own_key(context, found)
    if own_key is not None:
        return f" of the {context.entity.one}" if context.entity else f" with the same {code(own_key)}"
    if len(found.group_by) == 1 and found.group_by[0] is not None:
        noun = _noun(context, found.group_by[0])
        if noun:
            return f" of the {noun}"
    names = [_key_name(context, ref, sql) for ref, sql in zip(found.group_by, found.group_by_sql, strict=True)]
    return f" with the same {listed([name for name in names if name])}" if all(names) else None


def is_group_filter(context: ColumnContext, found: Aggregate, sql: str) -> bool:
    """Whether the condition is one on the group rather than on its rows: on columns of what the group is keyed by."""
    tree = parsed(sql, context.world.dialect)
    if tree is None or not found.group_by:
        return False
    keyed = {
        ref.relation
        for ref in found.group_by
        if ref is not None and context.world.is_key(ref) and ref.relation not in found.rows_of
    }
    identifiers = {
        known.relation.parts[2].casefold() for key in keyed if (known := context.world.evidence.get(key)) is not None
    }
    columns = list(tree.find_all(exp.Column))
    return bool(columns) and all(column.table.casefold() in identifiers for column in columns)


def _own_key(context: ColumnContext, found: Aggregate) -> str | None:
    """This relation's single key, where it is one of the group keys."""
    facts = context.evidence.facts
    for key in context.world.keys.get(context.evidence.unique_id, ()):
        column = facts.column(key[0]) if facts and len(key) == 1 else None
        alone = len(found.group_by_sql) == 1
        if facts and not alone:  # the other keys say nothing more where these groups are the rows
            later = any(f.clause == "qualify" for f in facts.filters)
            alone = (len(facts.grouped_by) == len(found.group_by_sql) or _of_one(context, key[0], found)) and not later
        if column is not None and alone and column.sql in found.group_by_sql:
            return column.name
    return None


def _of_one(context: ColumnContext, key: str, found: Aggregate) -> bool:
    """Whether all group keys are columns of the relation that the key identifies a row of."""
    facts = context.evidence.facts
    column = facts.column(key) if facts else None
    if column is None or len(column.sources) != 1 or not context.world.is_key(column.sources[0]):
        return False
    place = context.naming.places
    trees = [parsed(sql, context.world.dialect) for sql in found.group_by_sql]
    tables = {c.table.casefold() for tree in trees if tree is not None for c in tree.find_all(exp.Column)}
    return all(trees) and {place.get(table) for table in tables} == {column.sources[0].relation}


def _noun(context: ColumnContext, group_key: ColumnRef) -> str | None:
    """What a group is: the entity of this relation where the group key carries its name, else the key's own."""
    named = entity_of_key(group_key.column)
    own = context.entity
    if named is None and own is not None:
        # `user_id as customer_id` in staging: the key's name here decides.
        for key in context.world.keys.get(context.evidence.unique_id, ()):
            if len(key) == 1 and same_name(key[0], group_key.column):
                return own.one
    return named.one if named else None


def _key_name(context: ColumnContext, ref: ColumnRef | None, sql: str) -> str | None:
    """A group key by the column that holds it here, directly or as the other side of a join."""
    naming = context.naming
    own = naming.own.get(sql) or naming.alternatives.get(sql)
    if own is not None:
        return code(own)
    facts = context.evidence.facts
    for join in facts.joins if facts and ref else ():
        for left, right in join.on:
            other = left if right == ref else right if left == ref else None
            held = next((c.name for c in facts.columns if other and c.sources == (other,)), None) if facts else None
            column = facts.column(held) if facts and held else None
            if column is not None and column.kind.value in ("pass-through", "renamed"):
                return code(column.name)
    return naming.operand(sql)
