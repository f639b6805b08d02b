"""What a model's tests promise of the relation that it reads."""

from __future__ import annotations

import pytest

from dbt_ai.sql.facts import facts_of
from dbt_ai.sql.query import parse_query
from dbt_ai.sql.values import Relation
from dbt_ai.tasks.mutating.promises import with_promises

RAW = Relation("seed.raw", ("shop", "main", "raw"), (("id", "INTEGER"), ("amount", "INTEGER")))
OTHER = Relation("seed.other", ("shop", "main", "other"), (("id", "INTEGER"),), unique_keys=(("id",),))
OWN = Relation(
    "model.made",
    ("shop", "main", "made"),
    (("order_id", "INTEGER"), ("amount", "INTEGER")),
    unique_keys=(("order_id",),),
    not_null=frozenset({"order_id"}),
)


@pytest.mark.parametrize(
    ("sql", "promised"),
    [
        ("select id as order_id, amount / 100 as amount from shop.main.raw", True),
        ("with raw_rows as (select * from shop.main.raw) select id as order_id, amount from raw_rows", True),
        ("select distinct id as order_id, amount from shop.main.raw", False),
        ("select id as order_id, amount from shop.main.raw where amount > 0", False),
        ("select id as order_id, sum(amount) as amount from shop.main.raw group by id", False),
        ("select id + 1 as order_id, amount from shop.main.raw", False),
        ("select raw.id as order_id, amount from shop.main.raw join shop.main.other on other.id = raw.id", False),
        (
            "select id as order_id, amount from shop.main.raw "
            "qualify row_number() over (partition by id order by amount) = 1",
            False,
        ),
    ],
)
def test_a_key_of_the_model_is_a_key_of_what_it_reads_row_by_row(sql: str, promised: bool) -> None:
    facts = facts_of(parse_query(sql, "duckdb", [RAW, OTHER]))
    read = with_promises(RAW, OWN, facts)
    assert (("id",) in read.unique_keys) is promised
    assert ("id" in read.not_null) is promised
