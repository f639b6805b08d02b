"""Mutants told from their original on real databases: what is said of each can be seen by running both."""

from __future__ import annotations

import doctest
from collections import Counter
from functools import cache

import duckdb

from dbt_ai.checks.lifted import Counterexample
from dbt_ai.checks.mutation import Classified, Fate, classify, types
from dbt_ai.sql.mutants import Mutant, mutants_of
from dbt_ai.sql.values import Relation

ORDERS = Relation(
    "orders",
    (None, None, "orders"),
    (("id", "INTEGER"), ("customer_id", "INTEGER"), ("amount", "INTEGER"), ("status", "VARCHAR")),
    unique_keys=(("id",),),
    not_null=frozenset({"id"}),
)
RETURNS = Relation("returns", (None, None, "returns"), ORDERS.columns)
SCHEMA = {relation.key: {name: kind or "" for name, kind in relation.columns} for relation in (ORDERS, RETURNS)}
PAID = """
select customer_id, sum(amount) as total, count(id) as orders, count(status) as states
from orders
where coalesce(status, 'open') <> 'open' and customer_id is not null
group by customer_id
"""


@cache
def fates() -> tuple[Classified, ...]:
    return classify(PAID, mutants_of(PAID, "duckdb", SCHEMA), [ORDERS, RETURNS], count=400, exhaustive=2000)


def rows_of(shown: Counterexample, sql: str) -> list[str]:
    """What a query gives on the database of a counterexample."""
    with duckdb.connect() as connection:
        for relation in (ORDERS, RETURNS):
            columns = ", ".join(f"{name} {kind}" for name, kind in relation.columns)
            connection.execute(f"create table {relation.key} ({columns})")
        for table in shown.tables:
            places = ", ".join("?" for _ in table.columns)
            for row in table.rows:
                names = ", ".join(table.columns)
                connection.execute(f"insert into {table.table} ({names}) values ({places})", row)
        return sorted(repr(row) for row in connection.execute(sql).fetchall())


def test_every_mutant_has_its_fate_in_order() -> None:
    assert [each.mutant for each in fates()] == list(mutants_of(PAID, "duckdb", SCHEMA))
    counted = Counter(each.fate for each in fates())
    assert counted[Fate.KILLABLE] >= 15
    assert counted[Fate.EQUIVALENT] >= 3
    assert not counted[Fate.NOT_REACHED]


def test_the_database_shown_tells_the_mutant_apart() -> None:
    for each in fates():
        if each.fate is Fate.KILLABLE:
            assert each.counterexample is not None
            assert each.differing >= 1
            assert each.databases >= each.differing
            assert rows_of(each.counterexample, PAID) != rows_of(each.counterexample, each.mutant.sql), each.mutant


def test_equivalent_mutants_are_known_as_such() -> None:
    same = {each.mutant.sentence: each for each in fates() if each.fate is Fate.EQUIVALENT}
    # The key is never NULL and never twice, and what is filtered has a status.
    assert "`COUNT(id)` became `COUNT(*)` in the column `orders` of the final query." in same
    assert "`COUNT(id)` became `COUNT(DISTINCT id)` in the column `orders` of the final query." in same
    assert "`COUNT(status)` became `COUNT(*)` in the column `states` of the final query." in same
    for each in same.values():
        assert each.databases >= 6 * 400
        assert each.bound is None or each.bound.databases > 0
        assert each.counterexample is None


def test_a_relation_that_the_original_does_not_read() -> None:
    (swapped,) = (each for each in fates() if each.mutant.operator == "relation-swapped")
    assert swapped.fate is Fate.KILLABLE


def test_another_type_alone_is_no_difference() -> None:
    sql = "select id, sum(amount) as total from orders group by id"
    (maximum,) = mutants_of(sql, "duckdb", SCHEMA, ["sum-maximum"])
    assert maximum.types_may_change
    (fate,) = classify(sql, [maximum], [ORDERS], count=200, exhaustive=500)
    assert fate.fate is Fate.EQUIVALENT  # one row of each key: the sum is the greatest
    several = sql.replace("select id", "select customer_id").replace("group by id", "group by customer_id")
    (maximum,) = mutants_of(several, "duckdb", SCHEMA, ["sum-maximum"])
    (fate,) = classify(several, [maximum], [ORDERS], count=200, exhaustive=500)
    assert fate.fate is Fate.KILLABLE


def test_what_only_differs_where_the_order_is_left_open_is_not_called_equivalent() -> None:
    sql = "select id, row_number() over (partition by customer_id order by amount, id) as place from orders"
    found = classify(sql, mutants_of(sql, "duckdb", SCHEMA, ["order-key-dropped"]), [RETURNS, ORDERS], count=200)
    by_key = next(each for each in found if "`id` was dropped" in each.mutant.sentence)
    assert (by_key.fate, by_key.reason) == (Fate.NOT_REACHED, "order-left-open")
    assert next(each for each in found if each is not by_key).fate is Fate.KILLABLE


def test_what_cannot_be_tried_is_not_reached_and_says_why() -> None:
    sql = "select id, random() as chance from orders where amount > 1"
    found = classify(sql, mutants_of(sql, "duckdb", SCHEMA), [ORDERS], count=50)
    assert len(found) >= 3
    assert {each.fate for each in found} == {Fate.NOT_REACHED}
    assert all(each.reason for each in found)
    wrong = Mutant("made-up", "select id, amount from nowhere", "duckdb", 1, "a", "b", "A fault.")
    (fate,) = classify("select id, amount from orders", [wrong], [ORDERS], count=50)
    assert (fate.fate, bool(fate.reason)) == (Fate.NOT_REACHED, True)


def test_the_examples_in_the_docstrings() -> None:
    assert doctest.testmod(types).failed == 0
