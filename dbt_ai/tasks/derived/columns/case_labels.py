"""A CASE that turns conditions into labels."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.values import ColumnKind
from dbt_ai.tasks.derived.conditions import condition_text, operand, parsed
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
    dialect = context.world.dialect
    names = _figures(context)
    parts = []
    for branch in facts.branches:
        value = _value(branch.value_sql, dialect)
        if value is None:
            return None
        if branch.condition_sql is None:
            parts.append(f"else {value}")
            continue
        condition = condition_text(branch.condition_sql, dialect, names)
        if condition is None:
            return None
        parts.append(f"{'else ' if parts else ''}{value} where {condition}")
    if facts.branches[-1].condition_sql is not None:
        parts.append("else NULL")
    text = sentence(", ".join(parts))
    return Draft(proved(text, facts.sql), Strength.MEANING) if len(text) <= MAX_LENGTH else None


def _figures(context: ColumnContext) -> dict[str, str]:
    """The SQL of this model's own figures and the columns that hold them.

    A column that only puts a default in place of NULL is meant as well where that default fails the comparison just
    as NULL does: `orders >= 3` says the same of `coalesce(orders, 0)`.
    """
    names: dict[str, str] = {}
    for column in context.evidence.facts.columns if context.evidence.facts else ():
        if column.name == context.name or column.expression is None or column.aggregate is None:
            continue
        tree = column.expression.unnest()
        names.setdefault(tree.sql(dialect=context.world.dialect), column.name)
        if isinstance(tree, exp.Coalesce) and column.default_sql == "0" and _only_above_zero(context):
            names.setdefault(tree.this.unnest().sql(dialect=context.world.dialect), column.name)
    return names


def _only_above_zero(context: ColumnContext) -> bool:
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


def _value(sql: str, dialect: str) -> str | None:
    tree = parsed(sql, dialect)
    if tree is None:
        return None
    tree = tree.unnest()
    return "NULL" if isinstance(tree, exp.Null) else operand(tree, dialect)
