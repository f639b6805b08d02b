"""A text is another one.

>>> show("select id from orders where status = 'paid'")
'paid' -> 'paidx'
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.literals import beside, is_just_text, is_value
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Literal)
def text_changed(node: exp.Literal, original: Original) -> Changes:
    if not node.is_string or not is_value(node, "text"):
        return
    families = {original.columns.family(other) for other in beside(node)} - {None, "boolean"}
    if families <= {"text"} and (families or is_just_text(node.name)):
        yield changed(node, exp.Literal.string(f"{node.name}x"))
