"""Two branches of CASE change places: where both hold, the other one decides.

>>> show("select case when a > 5 then 'middle' when a > 9 then 'high' else 'low' end as band from t")
WHEN a > 5 THEN 'middle' WHEN a > 9 THEN 'high' -> WHEN a > 9 THEN 'high' WHEN a > 5 THEN 'middle'
"""

from __future__ import annotations

from itertools import pairwise

from sqlglot import exp

from dbt_ai.sql.mutants.building import with_argument
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Change, Changes, mutates


@mutates(exp.Case)
def case_branches_reordered(node: exp.Case, original: Original) -> Changes:
    branches = node.args["ifs"]
    for index, (one, other) in enumerate(pairwise(branches)):
        if one.args["true"] == other.args["true"] or _exclude_each_other(node, one.this, other.this):
            continue
        order = [branch.copy() for branch in branches]
        order[index], order[index + 1] = order[index + 1], order[index]
        texts = [
            f"WHEN {original.sql(branch.this)} THEN {original.sql(branch.args['true'])}" for branch in (one, other)
        ]
        what = f"`WHEN {original.short(other.this)}` went before `WHEN {original.short(one.this)}`"
        edits = ((node, with_argument(node, "ifs", order)),)
        yield Change(edits, what, " ".join(texts), " ".join(reversed(texts)), at=one)


def _exclude_each_other(case: exp.Case, one: exp.Expr, other: exp.Expr) -> bool:
    """Whether both conditions ask the same expression for two different literals."""
    if case.this is not None:
        return isinstance(one, exp.Literal) and isinstance(other, exp.Literal)
    if not isinstance(one, exp.EQ) or not isinstance(other, exp.EQ):
        return False
    sides = (one.expression, other.expression)
    return one.this == other.this and sides[0] != sides[1] and all(isinstance(side, exp.Literal) for side in sides)
