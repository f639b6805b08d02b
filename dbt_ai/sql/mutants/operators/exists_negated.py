"""EXISTS becomes NOT EXISTS, and the other way round.

>>> show("select id from a where exists (select 1 from b where b.id = a.id)")
EXISTS(SELECT 1 FROM b WHERE b.id = a.id) -> NOT EXISTS(SELECT 1 FROM b WHERE b.id = a.id)
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.conditions import negated
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, mutates


@mutates(exp.Exists)
def exists_negated(node: exp.Exists, original: Original) -> Changes:
    yield negated(node, "EXISTS")
