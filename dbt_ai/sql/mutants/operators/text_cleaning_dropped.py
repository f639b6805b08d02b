"""A text keeps its upper case letters or the blanks around it.

>>> show("select lower(trim(email)) as email from customers")
LOWER(TRIM(email)) -> TRIM(email)
TRIM(email) -> email
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Lower, exp.Upper, exp.Trim)
def text_cleaning_dropped(node: exp.Expr, original: Original) -> Changes:
    if original.columns.family(node.this) in (None, "text"):
        yield changed(node, node.this.copy())
