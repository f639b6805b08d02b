"""Verdicts on pairs of queries: the smaller half of what pairs.yml of the lifted comparison has, and what is added."""

from __future__ import annotations

from dbt_ai.checks.equivalence import Constraints, equivalent
from dbt_ai.checks.equivalence.reasons import REASONS
from dbt_ai.values import VerdictKind
from tests.checks.lifted.shop import SHOP


def test_a_query_and_itself_is_proved() -> None:
    query = "select id, name from shop.main.customers where city = 'here'"
    found = equivalent(query, query.upper().replace("'HERE'", "'here'"), SHOP)
    assert (found.verdict, found.reason, found.relies_on) == (VerdictKind.PROVED, "same-normal-form", ())


def test_a_difference_is_shown_with_its_smallest_database() -> None:
    found = equivalent(
        "select id from shop.main.orders where amount > 10", "select id from shop.main.orders where amount >= 10", SHOP
    )
    assert (found.verdict, found.reason) == (VerdictKind.REFUTED, "other-rows")
    assert found.counterexample is not None
    assert [len(table.rows) for table in found.counterexample.tables] == [1]


def test_types_and_names_count() -> None:
    assert "type" in equivalent("select 1 as a", "select 1.5 as a", SHOP).detail
    named = equivalent("select id as a from shop.main.orders", "select id as b from shop.main.orders", SHOP)
    assert (named.verdict, named.reason) == (VerdictKind.REFUTED, "other-columns")


def test_only_the_constraints_that_are_needed_are_named() -> None:
    one = "select c.id from shop.main.customers c left join shop.main.orders o on o.id = c.id"
    found = equivalent(one, "select id from shop.main.customers", SHOP)
    assert found.same
    assert found.relies_on == ("orders: id is unique",)


def test_constraints_that_may_not_be_relied_on_are_not() -> None:
    one = "select c.id from shop.main.customers c left join shop.main.orders o on o.id = c.id"
    found = equivalent(one, "select id from shop.main.customers", SHOP, constraints=Constraints(keys=False))
    assert found.verdict is VerdictKind.REFUTED


def test_what_cannot_be_decided_has_a_reason() -> None:
    for query, reason in (
        ("select random() as a", "non-deterministic"),
        ("select nothing from shop.main.orders", "query-failed"),
        ("select 1 from nowhere", "unknown-table"),
        ("delete from shop.main.orders", "not-one-query"),
        ("select (", "not-one-query"),
    ):
        found = equivalent(query, query, SHOP)
        assert (found.verdict, found.reason) == (VerdictKind.UNPROVEN, reason)
        assert found.reason in REASONS


def test_names_count_where_nothing_else_can_be_compared() -> None:
    found = equivalent("select current_date as a", "select current_date as b", SHOP)
    assert (found.verdict, found.reason) == (VerdictKind.REFUTED, "other-columns")
    assert equivalent("select current_date as a", "select current_date as A", SHOP).verdict is VerdictKind.PROVED


def test_columns_that_nobody_names_need_no_name() -> None:
    left = "select count(*), sum(amount) from shop.main.orders"
    assert equivalent(left, "select count(1), sum(amount) from shop.main.orders", SHOP).same
    named = equivalent(left, "select count(1) as n, sum(amount) from shop.main.orders", SHOP)
    assert named.reason == "other-columns"


def test_the_order_of_rows_counts_where_one_query_gives_one() -> None:
    left, right = "select id from shop.main.orders order by id", "select id from shop.main.orders"
    found = equivalent(left, right, SHOP)
    assert (found.verdict, found.reason) == (VerdictKind.UNPROVEN, "order-on-one-side")
    assert equivalent(left, right, SHOP, ordered=False).verdict is VerdictKind.PROVED
    assert equivalent(left, f"{left} desc", SHOP).reason == "other-order"


def test_ties_that_one_query_breaks_and_the_other_does_not() -> None:
    left = "select city from shop.main.customers order by name limit 1"
    found = equivalent(left, "select city from shop.main.customers order by name, city limit 1", SHOP)
    assert (found.verdict, found.reason) == (VerdictKind.UNPROVEN, "order-left-open")


def test_a_number_of_rows_that_no_database_has() -> None:
    queries = [f"select city from shop.main.customers group by 1 having count(*) > {number}" for number in (100, 200)]
    found = equivalent(*queries, SHOP)
    assert (found.verdict, found.reason) == (VerdictKind.UNPROVEN, "nothing-reached")
    queries = [f"select city, count(*) > {number} as many from shop.main.customers group by 1" for number in (100, 200)]
    assert equivalent(*queries, SHOP).reason == "count-not-reached"


def test_the_time_zone_of_the_session_counts() -> None:
    left = "select cast(ordered_at as timestamptz) as t from shop.main.orders"
    right = "select ordered_at at time zone 'UTC' as t from shop.main.orders"
    assert equivalent(left, right, SHOP).verdict is VerdictKind.REFUTED
