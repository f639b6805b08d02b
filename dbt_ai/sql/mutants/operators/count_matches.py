"""Matches of a LEFT JOIN are counted where rows were: a row without a match is not counted.

>>> show("select a.id, count(*) as n from a left join b on a.id = b.a_id group by a.id")
COUNT(*) -> COUNT(b.a_id)
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import with_argument
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Count)
def count_matches(node: exp.Count, original: Original) -> Changes:
    select = node.parent_select
    if not isinstance(node.this, exp.Star) or select is None:
        return
    for join in select.args.get("joins") or ():
        on = join.args.get("on")
        keys = [column for column in on.find_all(exp.Column) if column.table == join.alias_or_name] if on else []
        if join.side == "LEFT" and keys:
            yield changed(node, with_argument(node, "this", keys[0].copy()))
