"""A column of the same type of the same source is read instead.

>>> tables = {"orders": {"id": "int", "ordered_at": "date", "paid_at": "date"}}
>>> show("select id, ordered_at as day from orders where ordered_at > '2024-01-01'", tables)
ordered_at -> paid_at
ordered_at -> paid_at
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.siblings import alike, another_column
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Column)
def column_swapped(node: exp.Column, original: Original) -> Changes:
    slot = original.columns.slot(node)
    # Nobody writes `paid_at as ordered_at` by mistake for a column that is only passed on.
    item = node.parent if isinstance(node.parent, exp.Alias) else node
    passed_on = isinstance(item.parent, exp.Select) and item.alias_or_name == node.name
    if slot is not None and slot.type and not passed_on:
        of_its_type = [
            name
            for name, kind in slot.sources[slot.source].items()
            if kind == slot.type and name != slot.name and (node.table or not slot.is_ambiguous(name))
        ]
        if of_its_type:
            new = another_column(node, alike(slot.name, of_its_type), node.table)
            yield changed(node, new, types_may_change=slot.type_is_a_guess)
