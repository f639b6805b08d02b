"""A condition as a column."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.values import ColumnKind
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Strength, proved

_CONDITIONS = (exp.Predicate, exp.And, exp.Or, exp.Not, exp.Is, exp.In, exp.Between)


def boolean(context: ColumnContext) -> Draft | None:
    """`status = 'paid' as is_paid` is "True where `status` is 'paid', else false."

    Where the condition can come out NULL, the NULL rule says so; here "else false" is said only where it cannot.
    """
    facts = context.facts
    if facts is None or facts.expression is None or facts.kind not in (ColumnKind.COMPUTED, ColumnKind.AGGREGATED):
        return None
    tree = facts.expression.unnest()
    if isinstance(tree, exp.Coalesce) and len(tree.expressions) == 1 and isinstance(tree.expressions[0], exp.Boolean):
        if facts.default_sql is None or tree.expressions[0].this:
            return None
        tree, ending = tree.this.unnest(), ", else false"
    else:
        ending = ", else false" if facts.nullability.never else ""
    if not isinstance(tree, _CONDITIONS):
        return None
    condition = context.naming.condition_of(tree, without=context.name)
    return Draft(proved(f"True where {condition}{ending}.", facts.sql), Strength.MEANING) if condition else None
