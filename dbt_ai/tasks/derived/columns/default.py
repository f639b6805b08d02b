"""What stands in for a missing value."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from dbt_ai.tasks.derived.conditions import operand, parsed
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Sentence, Strength, proved


def default(context: ColumnContext, draft: Draft) -> Sentence | None:
    """`coalesce(x, 0)` adds "0 where there is none."

    What a conversion makes of the default is not told: `coalesce(hours, 40) / 5` is 8 where there is none.
    """
    facts = context.facts
    if facts is None or facts.default_sql is None or draft.strength is Strength.HUMAN:
        return None
    if (
        "where there is none" in draft.text
        or draft.main.text.endswith("else false.")
        or ", or " in draft.main.text
        or (facts.default_sql != "0" and not _outermost(facts.expression))
    ):
        return None
    tree = parsed(facts.default_sql, context.world.dialect)
    tree = tree.unnest() if tree else None
    if not isinstance(tree, (exp.Literal, exp.Boolean, exp.Cast, exp.Neg)):
        return None
    value = operand(tree, context.world.dialect)
    if value is None:
        return None
    return replace(proved(f"{value[0].upper() + value[1:]} where there is none.", facts.sql), travels=True)


def _outermost(tree: exp.Expr | None) -> bool:
    while isinstance(tree, (exp.Cast, exp.Paren, exp.Round)):
        tree = tree.this
    return tree is None or isinstance(tree, exp.Coalesce)
