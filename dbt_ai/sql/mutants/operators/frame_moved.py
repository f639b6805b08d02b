"""The frame of a window begins or ends elsewhere.

>>> show("select sum(x) over (order by day rows between 6 preceding and current row) as x7 from t")
rows BETWEEN 6 preceding AND CURRENT ROW -> rows BETWEEN 7 preceding AND CURRENT ROW
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.mutants.building import with_argument
from dbt_ai.sql.mutants.original import Original
from dbt_ai.sql.mutants.values import Changes, changed, mutates


@mutates(exp.WindowSpec)
def frame_moved(node: exp.WindowSpec, original: Original) -> Changes:
    for bound in ("start", "end"):
        size = node.args.get(bound)
        if isinstance(size, exp.Literal) and size.name.isdigit():
            yield changed(node, with_argument(node, bound, exp.Literal.number(int(size.name) + 1)))
        elif size == "UNBOUNDED":
            new = with_argument(node, bound, "CURRENT ROW")
            new.set(f"{bound}_side", None)
            yield changed(node, new)
