"""A condition as a column."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.values import ColumnKind, NullCause
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
    if condition is None:
        return None
    unknown = "" if ending else _unknown(tree, context)
    return Draft(proved(f"True where {condition}{ending}{unknown}.", facts.sql), Strength.MEANING)


def _unknown(tree: exp.Expr, context: ColumnContext) -> str:
    """A comparison of a column with a value is NULL where the column is; told where the data has such rows."""
    if not isinstance(tree, (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)) or not context.profile:
        return ""
    if (
        not isinstance(tree.this, exp.Column)
        or not isinstance(tree.expression, exp.Literal)
        or not context.profile.nulls
    ):
        return ""
    if context.facts is None or any(
        reason.cause is not NullCause.INPUT for reason in context.facts.nullability.reasons
    ):
        return ""
    column = context.naming.operand(tree.this, without=context.name)
    return f", NULL where {column} is NULL, else false" if column else ""
