"""A relation with the same columns is read instead.

>>> tables = {"orders": {"id": "int"}, "returns": {"id": "int"}}
>>> show("select id from orders", tables)
orders -> returns AS orders
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.siblings import another_relation, siblings
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Table)
def relation_swapped(node: exp.Table, original: Original) -> Changes:
    if isinstance(node.this, exp.Identifier) and isinstance(node.parent, (exp.From, exp.Join)):
        for name in siblings(node, original)[:1]:
            yield changed(node, another_relation(node, name))
