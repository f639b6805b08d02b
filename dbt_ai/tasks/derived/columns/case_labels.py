"""A CASE that turns conditions into labels."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.values import ColumnKind
from dbt_ai.tasks.derived.conditions import parsed
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Strength, proved
from dbt_ai.tasks.derived.wording import sentence

MAX_BRANCHES = 8
MAX_LENGTH = 500


def case_labels(context: ColumnContext) -> Draft | None:
    """ "'loyal' where `orders` is at least 3, else 'new' where `orders` is at least 1, else 'none'."

    WHENs are read in order, so each further one begins with "else".
    """
    facts = context.facts
    if facts is None or not facts.branches or len(facts.branches) > MAX_BRANCHES + 1:
        return None
    if facts.kind is not ColumnKind.COMPUTED or facts.aggregate is not None:
        return None
    naming, above_zero = context.naming, _only_above_zero(context)
    parts = []
    for branch in facts.branches:
        value = _value(branch.value_sql, context)
        if value is None:
            return None
        if branch.condition_sql is None:
            parts.append(f"else {value}")
            continue
        condition = naming.condition(branch.condition_sql, without=context.name, filled=above_zero)
        if condition is None:
            return None
        parts.append(f"{'else ' if parts else ''}{value} where {condition}")
    if facts.branches[-1].condition_sql is not None:
        parts.append("else NULL")
    text = sentence(", ".join(parts))
    return Draft(proved(text, facts.sql), Strength.MEANING) if len(text) <= MAX_LENGTH else None


def _only_above_zero(context: ColumnContext) -> bool:
    """Whether every comparison of a figure fails for 0 just as it does for NULL: `orders >= 3` says the same of
    `coalesce(orders, 0)`, so that the column with the default may be named."""
    tree = context.facts.expression if context.facts else None
    comparisons = list(tree.find_all(exp.Predicate)) if tree else []
    return all(
        isinstance(node, (exp.GT, exp.GTE))
        and isinstance(node.expression, exp.Literal)
        and not node.expression.is_string
        and float(node.expression.name) >= (1 if isinstance(node, exp.GTE) else 0)
        for node in comparisons
        if node.find(exp.AggFunc)
    )


def _value(sql: str, context: ColumnContext) -> str | None:
    tree = parsed(sql, context.world.dialect)
    if tree is None:
        return None
    return "NULL" if isinstance(tree.unnest(), exp.Null) else context.naming.operand(tree, without=context.name)
