"""BETWEEN becomes NOT BETWEEN, and the other way round.

>>> show("select id from orders where amount between 1 and 9")
amount BETWEEN 1 AND 9 -> NOT amount BETWEEN 1 AND 9
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.conditions import negated
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, mutates


@mutates(exp.Between)
def between_negated(node: exp.Between, original: Original) -> Changes:
    yield negated(node, "BETWEEN")
