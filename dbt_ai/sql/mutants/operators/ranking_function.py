"""Rows that tie are numbered in another way.

>>> show("select rank() over (order by score) as place from players")
RANK() -> DENSE_RANK()
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates

_OTHER: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.RowNumber: exp.Rank,
    exp.Rank: exp.DenseRank,
    exp.DenseRank: exp.Rank,
}


@mutates(*_OTHER)
def ranking_function(node: exp.Expr, original: Original) -> Changes:
    # Without an order all rows tie, and which of them is the first was chance before.
    if isinstance(node.parent, exp.Window) and node.parent.args.get("order"):
        yield changed(node, _OTHER[type(node)]())
