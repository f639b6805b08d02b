"""A branch of CASE is missing.

>>> show("select case when a > 9 then 'high' when a > 5 then 'middle' else 'low' end as band from t")
CASE WHEN a > 9 THEN 'high' WHEN a > 5 THEN 'middle' ELSE 'low' END -> CASE WHEN a > 5 THEN 'middle' ELSE 'low' END
CASE WHEN a > 9 THEN 'high' WHEN a > 5 THEN 'middle' ELSE 'low' END -> CASE WHEN a > 9 THEN 'high' ELSE 'low' END
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import without
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Change, Changes, mutates


@mutates(exp.Case)
def case_branch_dropped(node: exp.Case, original: Original) -> Changes:
    branches = node.args["ifs"]
    results = [branch.args["true"] for branch in branches]
    # A last branch that gives what ELSE gives is no loss, nor is one whose condition came before.
    last = node.args.get("default") or exp.Null()
    for index, branch in enumerate(branches if len(branches) > 1 else ()):
        repeated = branch.this in [earlier.this for earlier in branches[:index]]
        if repeated or (index == len(branches) - 1 and results[index] == last):
            continue
        shorter = without(node, "ifs", index)
        what = f"The branch `WHEN {original.short(branch.this)}` was dropped"
        texts = (original.sql(node), original.sql(shorter))
        types_may_change = original.differ_in_type(node, results[index])
        yield Change(((node, shorter),), what, *texts, types_may_change, at=branch)
