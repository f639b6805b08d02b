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
