"""A literal in the SQL."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.values import ColumnKind
from dbt_ai.tasks.derived.conditions import operand
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Strength, proved


def constant(context: ColumnContext) -> Draft | None:
    """ "Always 'stripe': the SQL sets it." for a literal; "Always NULL" for a NULL."""
    facts = context.facts
    if facts is None or facts.kind is not ColumnKind.LITERAL or facts.expression is None:
        return None
    tree = facts.expression.unnest()
    while isinstance(tree, exp.Cast):
        tree = tree.this.unnest()
    if isinstance(tree, exp.Null):
        return Draft(proved("Always NULL: a placeholder without a value here.", facts.sql), Strength.MEANING, (), False)
    value = operand(tree, context.world.dialect)
    if value is None or not isinstance(tree, (exp.Literal, exp.Boolean, exp.Neg)):
        return None
    return Draft(proved(f"Always {value}, set by this model.", facts.sql), Strength.MEANING, (), False)
