"""The column of the same name of another source is read instead.

>>> tables = {"a": {"id": "int", "day": "date"}, "b": {"id": "int", "day": "date"}}
>>> show("select a.day from a left join b on a.id = b.id", tables)
a.day -> b.day
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.joins import equal_in_every_row
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.siblings import another_column
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Column)
def column_source_swapped(node: exp.Column, original: Original) -> Changes:
    slot, select = original.columns.slot(node), node.find_ancestor(exp.Select, exp.Join)
    if slot is None or not slot.type or not node.table or not isinstance(select, exp.Select):
        return
    for source, columns in slot.sources.items():
        if source == slot.source or columns.get(slot.name) != slot.type:
            continue
        new = another_column(node, slot.name, source)
        if not any(frozenset((node, new)) == pair for pair in equal_in_every_row(select)):
            yield changed(node, new, types_may_change=slot.type_is_a_guess)
