"""A CASE that turns conditions into labels."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from dbt_ai.sql.values import ColumnKind
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
    case = _case(facts.expression)
    if case is None:
        return None
    parts: list[str] = []
    for when, then in _branches(case):
        value = "NULL" if isinstance(then.unnest(), exp.Null) else naming.operand(then, without=context.name)
        condition = naming.condition_of(when, without=context.name, filled=above_zero)
        if value is None or condition is None:
            return None
        parts.append(f"{'else ' if parts else ''}{value} where {condition}")
    otherwise = case.args.get("default" if isinstance(case, exp.Case) else "false")
    if otherwise is None or isinstance(otherwise.unnest(), exp.Null):
        parts.append("else NULL")
    else:
        value = naming.operand(otherwise, without=context.name)
        if value is None:
            return None
        parts.append(f"else {value}")
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


def _case(tree: exp.Expr | None) -> exp.Expr | None:
    while isinstance(tree, (exp.Cast, exp.Paren, exp.Coalesce)):
        tree = tree.this
    return tree if isinstance(tree, (exp.Case, exp.If)) else None


def _branches(case: exp.Expr) -> Iterator[tuple[exp.Expr, exp.Expr]]:
    """Condition and value of each WHEN, `CASE x WHEN 1` as `x = 1`."""
    if isinstance(case, exp.If):
        yield case.this, case.args["true"]
        return
    for branch in case.args["ifs"]:
        when = branch.this if case.this is None else exp.EQ(this=case.this.copy(), expression=branch.this.copy())
        yield when, branch.args["true"]
