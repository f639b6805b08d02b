"""What a case is said to be about, by the faults that show on it alone."""

from __future__ import annotations

import pytest

from dbt_ai.sql.mutants import mutants_of
from dbt_ai.sql.values import Relation
from dbt_ai.tasks.unit_testing.matrix import faults_of
from dbt_ai.tasks.unit_testing.values import Case, Input, Way
from dbt_ai.tasks.unit_testing.wording import phrases

ORDERS = Relation("model.orders", (None, None, "orders"), (("member", "INTEGER"), ("day", "DATE"), ("paid", "INTEGER")))


@pytest.mark.parametrize(
    ("expression", "operator", "said"),
    [
        (
            "sum(paid) over (partition by member)",
            "partition-key-dropped",
            "`x` counts only the rows of one group",
        ),
        ("row_number() over (order by day)", "order-reversed", "the order of the rows decides `x`"),
        ("coalesce(paid, 0)", "coalesce-dropped", "`x` has a value where there is none to take"),
    ],
)
def test_what_is_said(expression: str, operator: str, said: str) -> None:
    sql = f"select member, {expression} as x from orders"
    mutants = mutants_of(sql, "duckdb", {"orders": dict(ORDERS.columns)})
    faults = frozenset(fault for fault in faults_of(mutants) if fault.operator == operator)
    rows = {ORDERS.key: [("1", "2024-01-01", "1"), ("2", "2024-01-02", "2")]}
    columns, expected = (("member", "INTEGER"), ("x", "INTEGER")), (("1", "1"), ("2", "2"))
    way = Way(sql, (Input(ORDERS, "ref('orders')", "orders"),))
    assert phrases(Case(way, rows, columns, expected, faults, faults)) == [said]
