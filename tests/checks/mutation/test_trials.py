"""Mutants tried part by part give what each whole query gives."""

from __future__ import annotations

import doctest
import time
from collections.abc import Iterator

import pytest

from dbt_ai.checks.lifted import Databases, vocabulary
from dbt_ai.checks.lifted.watch import Watch
from dbt_ai.checks.mutation.trials import Trials, lifted
from dbt_ai.sql.lifting import parts
from dbt_ai.sql.lifting.lift import one_query
from dbt_ai.sql.lifting.parts import PartLifter, parts_of
from dbt_ai.sql.lifting.values import Refused
from dbt_ai.sql.mutants import mutants_of
from dbt_ai.sql.values import Relation

ORDERS = Relation(
    "shop.orders",
    ("shop", "main", "orders"),
    (("id", "INTEGER"), ("customer_id", "INTEGER"), ("amount", "DECIMAL(9,2)"), ("status", "VARCHAR")),
)
SCHEMA = {"shop.main.orders": {name: kind or "" for name, kind in ORDERS.columns}}
# A CTE that has the name of the table which it reads, one with names for its columns, one whose rows have no order that
# would be settled, and one that fails on some data.
QUERY = """
with orders as (select * from shop.main.orders where status <> 'open'),
"Sums" (customer, total) as (select customer_id, sum(amount) from orders group by 1),
latest as (
    select o.*, row_number() over (partition by o.customer_id order by o.amount) as place from orders as o
    order by o.amount
),
shares as (select id, cast(status as integer) / amount as share from latest where place = 1)
select l.id, s.total, l.status from latest as l left join "Sums" as s on l.customer_id = s.customer where l.place = 1
"""


@pytest.fixture(scope="module")
def databases() -> Iterator[Databases]:
    with Databases([ORDERS], vocabulary([one_query(QUERY)]), count=150, seed=3) as opened:
        yield opened


@pytest.mark.parametrize("mutants", [1, 20], ids=["from the tables", "from what CTEs give"])
def test_parts_give_what_the_whole_gives(databases: Databases, mutants: int) -> None:
    trials = Trials(databases, PartLifter(QUERY, [ORDERS]))
    trials.keep_for(mutants)
    told = 0
    for mutant in mutants_of(QUERY, "duckdb", SCHEMA)[::2]:
        if mutant.types_may_change:
            continue
        whole = databases.differing(QUERY, mutant.sql)
        trial = trials.trial(mutant.sql)
        assert trial.differing == whole.databases, mutant.sentence
        assert trial.open <= whole.open, mutant.sentence
        told += bool(whole.databases)
    assert told > 5
    for way in range(2):
        for place in range(4):
            databases.connection.execute(f'DROP TABLE IF EXISTS __lift_many.main."__lift_cte_{place}_{way}"')


def test_only_the_part_that_changed_is_another() -> None:
    original = parts_of(QUERY)
    assert original.names == ("orders", "Sums", "latest", "shares")
    for mutant in mutants_of(QUERY, "duckdb", SCHEMA):
        changed = original.changed(mutant.sql)
        assert changed.text == mutant.sql
        assert sum(one != other for one, other in zip(changed.queries, original.queries, strict=True)) == 1


def test_a_recursive_query_is_one_part() -> None:
    sql = "with recursive n as (select 1 as x union all select x + 1 from n where x < 3) select * from n"
    assert len(parts_of(sql).queries) == 1
    assert lifted(PartLifter(sql, [ORDERS])).relations == ()
    with pytest.raises(Refused):
        parts_of("select random()")


def test_a_statement_that_takes_too_long_is_interrupted_and_no_other() -> None:
    calls: list[float] = []
    watch = Watch(lambda: calls.append(time.monotonic()))
    with watch.limit(60):
        pass
    with watch.limit(0.05):
        while not calls:
            time.sleep(0.01)
    for _ in range(20):
        with watch.limit(0.05):
            pass
    time.sleep(0.1)
    watch.stop()
    assert len(calls) == 1


def test_the_examples_in_the_docstrings() -> None:
    assert doctest.testmod(parts).failed == 0
