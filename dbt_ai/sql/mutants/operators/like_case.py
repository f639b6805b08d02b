"""A pattern minds upper and lower case where it did not, and the other way round.

>>> show("select id from customers where name ilike 'a%'")
name ILIKE 'a%' -> name LIKE 'a%'
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import as_other
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.Like, exp.ILike)
def like_case(node: exp.Binary, original: Original) -> Changes:
    pattern = node.expression
    if isinstance(pattern, exp.Literal) and pattern.name.lower() != pattern.name.upper():
        kind = exp.ILike if isinstance(node, exp.Like) else exp.Like
        yield changed(node, as_other(node, kind))
