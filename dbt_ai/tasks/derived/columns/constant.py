"""A literal in the SQL."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.values import ColumnKind
from dbt_ai.tasks.derived.conditions import operand
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Strength, proved


def constant(context: ColumnContext) -> Draft | None:
    """ "Always 'stripe', set by this model." for a literal; "Always NULL" for a NULL.

    Only what the model's file writes out: a literal that a macro or a variable brought may be another elsewhere, and
    packages write NULL for a column that the warehouse does not have yet.
    """
    facts = context.facts
    if facts is None or facts.kind is not ColumnKind.LITERAL or facts.expression is None:
        return None
    tree = facts.expression.unnest()
    while isinstance(tree, exp.Cast):
        tree = tree.this.unnest()
    if not _written_out(context, tree):
        return None
    if isinstance(tree, exp.Null):
        return Draft(proved("Always NULL: a placeholder without a value here.", facts.sql), Strength.MEANING, (), False)
    value = operand(tree, context.world.dialect)
    if value is None or not isinstance(tree, (exp.Literal, exp.Boolean, exp.Neg)):
        return None
    return Draft(proved(f"Always {value}, set by this model.", facts.sql), Strength.MEANING, (), False)


def _written_out(context: ColumnContext, literal: exp.Expr) -> bool:
    raw = context.evidence.raw_sql
    if raw is None:
        return True
    if isinstance(literal, exp.Neg):
        literal = literal.this
    text = (
        "null" if isinstance(literal, exp.Null) else literal.sql() if isinstance(literal, exp.Boolean) else literal.name
    )
    return text.casefold() in raw.casefold() and context.name.casefold() in raw.casefold()
