"""A condition as a column."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.values import ColumnKind
from dbt_ai.tasks.derived.conditions import expression_condition
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Strength, proved

_CONDITIONS = (exp.Predicate, exp.And, exp.Or, exp.Not, exp.Is, exp.In, exp.Between)


def boolean(context: ColumnContext) -> Draft | None:
    """`status = 'paid' as is_paid` is "True where `status` is 'paid', else false."

    Where the condition can come out NULL, the NULL rule says so; here "else false" is said only where it cannot.
    """
    facts = context.facts
    if facts is None or facts.expression is None or facts.kind is not ColumnKind.COMPUTED:
        return None
    tree = facts.expression.unnest()
    if isinstance(tree, exp.Coalesce) and len(tree.expressions) == 1 and isinstance(tree.expressions[0], exp.Boolean):
        tree = tree.this.unnest()
    if not isinstance(tree, _CONDITIONS) or tree.find(exp.AggFunc, exp.Window, exp.Query):
        return None
    condition = expression_condition(tree, context.world.dialect)
    if condition is None:
        return None
    ending = ", else false" if facts.nullability.never else ""
    return Draft(proved(f"True where {condition}{ending}.", facts.sql), Strength.MEANING)
