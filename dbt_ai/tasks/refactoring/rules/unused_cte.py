"""A CTE that nobody reads is removed.

Less to read, and for warehouses that run each CTE less to do.
"""

from __future__ import annotations

from dbt_ai.tasks.refactoring.cutting import InTheWayError, cte_cut
from dbt_ai.tasks.refactoring.using import uses_of
from dbt_ai.tasks.refactoring.values import Change, Found, Left, ModelText


def unused_cte(model: ModelText) -> Found:
    for path, query in model.outline.query.queries():
        for cte in query.ctes:
            if uses_of(model, cte) or model.is_hidden(cte.name):
                continue
            place, sentence = ".".join((*path, cte.name)), f"Nobody reads the CTE `{cte.name}`."
            try:
                yield Change("unused-cte", place, sentence, (cte_cut(model, query, cte),))
            except InTheWayError as error:
                yield Left("unused-cte", place, sentence, error.reason)
