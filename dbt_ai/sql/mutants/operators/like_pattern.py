"""A pattern is open at one end less; one without any open end is open at both.

>>> show("select id from customers where name like 'A%'")
name LIKE 'A%' -> name LIKE 'A'
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import with_argument
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Like, exp.ILike)
def like_pattern(node: exp.Binary, original: Original) -> Changes:
    if not isinstance(node.expression, exp.Literal):
        return
    pattern = node.expression.name
    inner = pattern.strip("%")
    others = {pattern.removeprefix("%"), pattern.removesuffix("%")} - {pattern, ""}
    for other in sorted(others) if inner != pattern else [f"%{pattern}%"]:
        yield changed(node, with_argument(node, "expression", exp.Literal.string(other)))
