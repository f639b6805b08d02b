"""Two results of CASE change places.

>>> show("select case when a > 9 then 'high' when a > 5 then 'middle' else 'low' end as band from t")
THEN 'high' ... THEN 'middle' -> THEN 'middle' ... THEN 'high'
THEN 'middle' ... ELSE 'low' -> THEN 'low' ... ELSE 'middle'
"""

from __future__ import annotations

from itertools import pairwise

from sqlglot import exp

from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Change, Changes, mutates


@mutates(exp.Case)
def case_results_swapped(node: exp.Case, original: Original) -> Changes:
    results = [branch.args["true"] for branch in node.args["ifs"]]
    if node.args.get("default") is not None:
        results.append(node.args["default"])
    for one, other in pairwise(results):
        if one != other:
            texts = (original.short(one), original.short(other))
            word = "ELSE" if other.arg_key == "default" else "THEN"
            before, after = (f"THEN {a} ... {word} {b}" for a, b in (texts, texts[::-1]))
            what = f"The results `{texts[0]}` and `{texts[1]}` changed places"
            yield Change(((one, other.copy()), (other, one.copy())), what, before, after)
