"""A condition on the right side of a LEFT JOIN stands in ON, where it no longer drops rows.

>>> show("select a.id from a left join b on a.id = b.id where b.paid")
ON a.id = b.id WHERE b.paid -> ON a.id = b.id AND b.paid
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import joined, operand, parts
from dbt_ai.sql.mutants.joins import reads_only
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Change, Changes, mutates


@mutates(exp.Where)
def filter_to_join_condition(node: exp.Where, original: Original) -> Changes:
    select = node.parent
    pieces = parts(node.this, exp.And)
    for join in (select.args.get("joins") or ()) if isinstance(select, exp.Select) else ():
        on = join.args.get("on")
        for index, piece in enumerate(pieces):
            if join.side == "LEFT" and on is not None and reads_only(piece, join.alias_or_name):
                rest = pieces[:index] + pieces[index + 1 :]
                first = operand(on) if isinstance(on, exp.Or) else on.copy()
                condition = exp.And(this=first, expression=operand(piece))
                edits = ((node, exp.Where(this=joined(rest, exp.And)) if rest else None), (on, condition))
                what = f"`{original.short(piece)}` went to the join with `{join.alias_or_name}`"
                before = f"ON {original.sql(on)} WHERE {original.sql(piece)}"
                yield Change(edits, what, before, f"ON {original.sql(on)} AND {original.sql(piece)}", at=piece)
