"""What is in both is kept instead of what is in the first alone, and the other way round.

>>> show("select id from a except select id from b")
EXCEPT -> INTERSECT
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import as_other
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Change, Changes, mutates


@mutates(exp.Except, exp.Intersect)
def except_intersect(node: exp.SetOperation, original: Original) -> Changes:
    before, after = ("EXCEPT", "INTERSECT") if isinstance(node, exp.Except) else ("INTERSECT", "EXCEPT")
    new = as_other(node, exp.Intersect if isinstance(node, exp.Except) else exp.Except)
    yield Change(((node, new),), f"`{before}` became `{after}`", before, after, at=node.expression)
