"""What happens to a value in an expression: the kinds of steps, and how they add up."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from dbt_ai.sql.fallbacks import is_using_column


class Step(IntEnum):
    """What happens to a value on its way; of several steps the highest remains."""

    IDENTITY = 0
    CAST = 1
    COMPUTED = 2
    AGGREGATED = 3


Origin = tuple[Step, bool]  # how the value arrives, and whether that it does is a guess
Origins = dict[tuple[str, str], Origin]  # by relation key and column


def merge(
    into: Origins, more: Mapping[tuple[str, str], Origin], least: Step = Step.IDENTITY, guess: bool = False
) -> None:
    """Add origins to origins: the strongest step remains; a guess stays one while nothing certain says the same."""
    for source, (step, guessed) in more.items():
        step = max(step, least)
        guessed = guessed or guess
        known = into.get(source)
        into[source] = (step, guessed) if known is None else (max(step, known[0]), guessed and known[1])


def parts_of(node: exp.Expr, step: Step, scope: Scope, joins_using: bool) -> list[tuple[exp.Expr, Step]]:
    """The parts of an expression that makes a new value, each with what happens to it."""
    computed = max(step, Step.COMPUTED)
    if isinstance(node, exp.Window):
        # The function of a window is no aggregate; one inside its arguments, as in SUM(SUM(x)) OVER (), is.
        parts: list[exp.Expr] = [part for part in node.iter_expressions() if part is not node.this]
        function: exp.Expr = node.this
        while isinstance(function, (exp.IgnoreNulls, exp.RespectNulls, exp.Filter)):
            parts += [child for child in function.iter_expressions() if child is not function.this]
            function = function.this
        return [(part, computed) for part in (*function.iter_expressions(), *parts)]
    if isinstance(node, exp.If):
        # A condition chooses values and is none: SUM(CASE WHEN kind = 'x' THEN amount END) sums amount, not kind.
        branches = [part for part in (node.args.get("true"), node.args.get("false")) if part is not None]
        return [(node.this, Step.COMPUTED), *((branch, computed) for branch in branches)]
    if isinstance(node, exp.Case):
        operand = [] if node.this is None else [(node.this, Step.COMPUTED)]
        branches = [part for part in (*node.args["ifs"], node.args.get("default")) if part is not None]
        return [*operand, *((branch, computed) for branch in branches)]
    if joins_using and is_using_column(node):
        # Where the join keeps all rows of its left side, the left column is the value, and the others equal it.
        other = step if _keeps_right_rows(scope) else computed
        return [(node.this, step), *((argument, other) for argument in node.expressions)]
    inner = max(computed, Step.AGGREGATED) if isinstance(node, (exp.AggFunc, exp.WithinGroup)) else computed
    return [(part, inner) for part in node.iter_expressions()]


def _keeps_right_rows(scope: Scope) -> bool:
    return any(join.side in ("RIGHT", "FULL") for join in scope.expression.args.get("joins") or ())
