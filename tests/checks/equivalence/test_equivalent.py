"""Verdicts on pairs of queries: the smaller half of what pairs.yml of the lifted comparison has, and what is added."""

from __future__ import annotations

import pytest

from dbt_ai.checks.equivalence import Constraints, equivalent
from dbt_ai.checks.equivalence.reasons import REASONS
from dbt_ai.sql.schema_file import relations_of_schema
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


def test_a_query_of_one_row_has_no_order() -> None:
    for left, right in (
        ("select count(*) as n from shop.main.orders order by n", "select count(*) as n from shop.main.orders"),
        ("select id from shop.main.orders order by id fetch first 1 rows only",
         "select min(id) as id from shop.main.orders having count(*) > 0"),
    ):  # fmt: skip
        assert equivalent(left, right, SHOP).same
    several = "select unnest(list(id)) as n from shop.main.orders"
    assert equivalent(f"{several} order by n", several, SHOP).reason == "order-on-one-side"


def test_many_rows_in_many_orders_are_looked_at_in_some() -> None:
    left = "select id from shop.main.orders order by id limit 11"
    found = equivalent(left, left.replace("11", "12"), SHOP)
    assert found.verdict is VerdictKind.REFUTED
    assert found.counterexample is not None
    assert len(found.counterexample.tables[0].rows) == 12


def test_what_duckdb_fails_on_for_all_databases_at_once_is_run_on_some_of_them_one_by_one() -> None:
    left = """with a as (select count(*) as n from shop.main.orders),
        b as (select sum(amount) as s from shop.main.orders) select a.n, b.s from a cross join b"""
    right = "select count(*) as n, sum(amount) as s from shop.main.orders"
    found = equivalent(left, right, SHOP)
    assert found.verdict is VerdictKind.BOUNDED
    assert found.databases >= 500
    assert equivalent(left, right.replace("sum(amount)", "sum(distinct amount)"), SHOP).verdict is VerdictKind.REFUTED


def test_sql_that_cannot_be_read_is_told_with_its_place() -> None:
    for sql, words in (
        ("select a\nfrom t where x = = 2", "it cannot be read at line 2, column 18, near ="),
        ("select 'a from t", "it cannot be read: a quote or a sign is not closed"),
        ("", "0 statements"),
    ):
        assert equivalent(sql, "select 1", SHOP).detail == words


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


_READINGS = relations_of_schema("""
CREATE TABLE readings (id INTEGER PRIMARY KEY, n INTEGER, v DOUBLE, p DECIMAL(6, 3), c VARCHAR, at TIMESTAMP,
    seen TIMESTAMPTZ, tags VARCHAR[])
""")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("select id from readings where n + 1 > n", "select id from readings where n is not null"),
        ("select id from readings where abs(n) > 3", "select id from readings where n > 3 or n < -3"),
        ("select id from readings where v = v", "select id from readings where not isnan(v)"),
        ("select id from readings where v > 9", "select id from readings where isfinite(v) and v > 9"),
        ("select 1 / v as x from readings where v = 0", "select 1 / abs(v) as x from readings where v = 0"),
        ("select cast(p as decimal(6, 1)) as x from readings",
         "select cast(cast(p as decimal(6, 2)) as decimal(6, 1)) as x from readings"),
        ("select id from readings where c = 'a'", "select id from readings where rtrim(c) = 'a'"),
        ("select id from readings where replace(c, '-', '') = 'ab'",
         "select id from readings where c in ('ab', 'a-b')"),
        ("select id from readings where at <= timestamp '2020-02-29 23:59:59'",
         "select id from readings where at < timestamp '2020-03-01 00:00:00'"),
        ("select seen + interval 1 day as x from readings", "select seen + interval 24 hour as x from readings"),
        ("select list(c) as x from readings where n > 2",
         "select coalesce(list(c), []) as x from readings where n > 2"),
        ("select [tags] as x from readings", "select [coalesce(tags, [])] as x from readings"),
        ("select interval 1 month as x from readings", "select interval 30 day as x from readings"),
        ("select id from readings where tags = ['a', null]", "select id from readings where tags[2] = null"),
        ("select count(distinct tags) as x from readings", "select count(distinct list_sort(tags)) as x from readings"),
        ("select id from readings where try_cast(c as date) = date '2020-01-01'",
         "select id from readings where c = '2020-01-01'"),
        ("select v, count(*) as x from readings group by v",
         "select cast(cast(v as varchar) as double) as v, count(*) as x from readings group by cast(v as varchar)"),
    ],
)  # fmt: skip
def test_what_differs_at_the_ends_of_types_only(left: str, right: str) -> None:
    assert equivalent(left, right, _READINGS).verdict is VerdictKind.REFUTED


def test_a_factor_that_is_nearly_another_one_shows_at_its_border() -> None:
    measured = relations_of_schema("create table m (id integer, a double)")
    found = equivalent("select id from m where a / 3 > 1", "select id from m where a * 0.3333333 > 1", measured)
    assert found.verdict is VerdictKind.REFUTED


_MEASURED = relations_of_schema("create table m (id integer, k varchar, a double, b double, n integer)")
_THIRDS = ("select id, a / 3 as x, n from m", "select id, a * 0.33333333 as x, n from m")


def test_what_is_only_close_is_bounded_and_names_the_tolerance() -> None:
    assert equivalent(*_THIRDS, _MEASURED).verdict is VerdictKind.REFUTED, "without one nothing changes"
    found = equivalent(*_THIRDS, _MEASURED, tolerance=1e-7)
    assert (found.verdict, found.reason, found.tolerance) == (VerdictKind.BOUNDED, "within-tolerance", 1e-7)
    assert found.detail.startswith("The same within 1e-7 on ")
    assert equivalent(*_THIRDS, _MEASURED, tolerance=1e-9).verdict is VerdictKind.REFUTED


def test_a_sum_in_another_order_needs_no_tolerance_and_says_so() -> None:
    found = equivalent("select id, (a + b) + n as x from m", "select id, a + (b + n) as x from m", _MEASURED,
                       tolerance=1e-9)  # fmt: skip
    assert (found.verdict, found.tolerance) == (VerdictKind.BOUNDED, None)
    by_group = ("select k, sum(a * n) / 3 as x from m group by k", "select k, sum(a * n / 3) as x from m group by k")
    assert equivalent(*by_group, _MEASURED, tolerance=1e-9).verdict is VerdictKind.BOUNDED


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("select k, sum(a) as x from m group by k", "select k, sum(a) * 1.001 as x from m group by k"),
        ("select id, a / 3 as x from m", "select id, a / 3 + 0.001 as x from m"),
        ("select id, a as x, n from m", "select id, a as x, n + 1 as n from m"),
        ("select id, a as x from m", "select id, coalesce(a, 0) as x from m"),
        ("select id, a as x from m", "select distinct id, a as x from m"),
        ("select id, a as x from m where n > 1", "select id, a as x from m where n >= 1"),
        ("select id, a as x, n + n - n as n from m", "select id, a * 1.00000001 as x, n from m"),
        ("select id, a as x from m order by id", "select id, a as x from m order by id desc"),
        ("select cast(a as varchar) as x from m", "select cast(a * 1.00000001 as varchar) as x from m"),
    ],
)
def test_a_tolerance_excuses_nothing_else(left: str, right: str) -> None:
    assert equivalent(left, right, _MEASURED, tolerance=1e-6).verdict is VerdictKind.REFUTED


def test_what_is_the_same_is_proved_with_a_tolerance_as_without() -> None:
    found = equivalent("select a from m where n > 1", "select m.a from m where 1 < n", _MEASURED, tolerance=0.01)
    assert (found.verdict, found.tolerance) == (VerdictKind.PROVED, None)
