"""A condition on the right side of a LEFT JOIN stands in WHERE, where it drops the rows without a match.

>>> show("select a.id from a left join b on a.id = b.id and b.paid")
ON a.id = b.id AND b.paid -> ON a.id = b.id WHERE b.paid
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import joined, operand, parts
from dbt_ai.sql.mutants.joins import reads_only
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Change, Changes, mutates


@mutates(exp.Join)
def join_condition_to_filter(node: exp.Join, original: Original) -> Changes:
    select, on = node.parent, node.args.get("on")
    if node.side != "LEFT" or not isinstance(on, exp.And) or not isinstance(select, exp.Select):
        return
    pieces = parts(on, exp.And)
    for index, piece in enumerate(pieces):
        if reads_only(piece, node.alias_or_name):
            rest = joined(pieces[:index] + pieces[index + 1 :], exp.And)
            copy = select.copy()
            copy.args["joins"][node.index].set("on", rest)
            where = select.args.get("where")
            condition = exp.And(this=operand(where.this), expression=operand(piece)) if where else piece.copy()
            copy.set("where", exp.Where(this=condition))
            what = f"`{original.short(piece)}` went to the filter"
            after = f"ON {original.sql(rest)} WHERE {original.sql(piece)}"
            yield Change(((select, copy),), what, f"ON {original.sql(on)}", after, at=node)
