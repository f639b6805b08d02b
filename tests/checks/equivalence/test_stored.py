"""Two queries on the rows that are really there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import duckdb
import pytest

from dbt_ai.checks.equivalence import Equivalence, equivalent
from dbt_ai.checks.equivalence.reasons import REASONS
from dbt_ai.checks.equivalence.stored import compare_stored, on_stored_rows
from dbt_ai.checks.sandbox import QueryRefused, QueryTimeout
from dbt_ai.sql.schema_file import relations_of_schema
from dbt_ai.values import VerdictKind

_SCHEMA = "create table orders (id integer primary key, status varchar, amount double, tags varchar[], lasts interval)"
_RELATIONS = relations_of_schema(_SCHEMA)
_BIG = "select status from orders group by status having count(*) > "


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute(_SCHEMA)
        opened.execute(
            """insert into orders select i, 's' || (i % 3), i * 1.1, case when i % 5 = 0 then null else [] end,
            case when i = 7 then interval 1 month else interval 30 day end from range(1000) as t(i)"""
        )
        yield opened


def on_data(connection: duckdb.DuckDBPyConnection, left: str, right: str) -> Equivalence:
    found = on_stored_rows(equivalent(left, right, _RELATIONS, count=200), left, right, _RELATIONS, connection)
    assert found.reason in REASONS
    return found


def test_what_no_generated_database_reaches_holds_on_the_data(connection: duckdb.DuckDBPyConnection) -> None:
    found = on_data(connection, f"{_BIG} 100", f"{_BIG} 200")
    assert (found.verdict, found.reason) == (VerdictKind.HOLDS, "same-on-data")
    assert not found.same, "which is not enough to write"
    assert "3 rows" in found.detail
    assert "nothing-reached" in found.detail


def test_rows_that_differ_refute(connection: duckdb.DuckDBPyConnection) -> None:
    found = on_data(connection, f"{_BIG} 100;", f"{_BIG} 333 -- fewer")
    assert (found.verdict, found.reason) == (VerdictKind.REFUTED, "other-rows-on-data")
    assert found.stored is not None
    assert (found.stored.left_rows, found.stored.right_rows) == (3, 1)
    assert sorted(found.stored.only_left) == [("s1",), ("s2",)]
    assert found.stored.only_right == ()


def test_what_was_called_the_same_on_generated_databases_is_looked_at(connection: duckdb.DuckDBPyConnection) -> None:
    left, right = "select id from orders where id < 500", "select id from orders where id < 501"
    bounded = replace(equivalent(left, left, _RELATIONS, count=50), verdict=VerdictKind.BOUNDED)
    assert on_stored_rows(bounded, left, left, _RELATIONS, connection).verdict is VerdictKind.BOUNDED
    assert on_stored_rows(bounded, left, right, _RELATIONS, connection).verdict is VerdictKind.REFUTED


def test_the_order_of_a_sum_is_no_difference_and_a_twin_of_a_value_is_one(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    up, down = (f"select sum(amount) as x from (select * from orders order by id {how})" for how in ("asc", "desc"))
    assert compare_stored(connection, up, down).same
    for column, twin in (("tags", "coalesce(tags, [])"), ("lasts", "interval 30 day"), ("amount", "amount + 1e-6")):
        assert not compare_stored(
            connection, f"select {column} as x from orders", f"select {twin} as x from orders"
        ).same
    assert compare_stored(connection, "select 1 as x", "select 1.5 as x").columns[0][0].type == "INTEGER"


def test_what_is_left_to_chance_refutes_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    first, last = (f"select id from orders order by status, id {how} limit 1" for how in ("asc", "desc"))
    assert on_data(connection, first, last).verdict is VerdictKind.REFUTED
    open_ = "select id from orders order by status limit 1"
    assert on_data(connection, open_, last).verdict is VerdictKind.UNPROVEN
    assert on_data(connection, "select random() as x", "select random() as x").reason == "non-deterministic"


def test_time_is_bounded_and_nothing_is_written(connection: duckdb.DuckDBPyConnection) -> None:
    slow = "select count(*) as n from range(10000000) as a, range(100000) as b where a.range + b.range = -1"
    with pytest.raises(QueryTimeout):
        compare_stored(connection, slow, slow, seconds=0.3)
    with pytest.raises(QueryRefused):
        compare_stored(connection, "drop table orders", "select 1")
    undecided = Equivalence(VerdictKind.UNPROVEN, "row-in-subquery")
    found = on_stored_rows(undecided, "select nothing from orders", "select 1", _RELATIONS, connection)
    assert found.verdict is VerdictKind.UNPROVEN
    assert "nothing" in found.detail


def test_what_is_only_close_holds_within_a_tolerance(connection: duckdb.DuckDBPyConnection) -> None:
    left, right = "select id, amount / 3 as part from orders", "select id, amount * 0.33333333 as part from orders"
    exact = compare_stored(connection, left, right)
    assert (exact.same, exact.left_rows) == (False, 1000)
    close = compare_stored(connection, left, right, tolerance=1e-7)
    assert (close.same, close.close) == (True, True)
    apart = compare_stored(connection, left, right, tolerance=1e-9)
    assert (apart.same, len(apart.only_left), len(apart.only_right)) == (False, 20, 20)
    unknown = replace(equivalent(left, left, _RELATIONS, count=50), verdict=VerdictKind.UNPROVEN)
    found = on_stored_rows(unknown, left, right, _RELATIONS, connection, tolerance=1e-7)
    assert (found.verdict, found.tolerance, found.same) == (VerdictKind.HOLDS, 1e-7, False)
    assert "within 1e-7" in found.detail


def test_a_tolerance_excuses_no_other_value(connection: duckdb.DuckDBPyConnection) -> None:
    left = "select id, status, amount from orders"
    for right in (
        "select id, status, amount from orders where id < 999",
        "select id, case when id = 5 then 's9' else status end as status, amount from orders",
        "select id, status, case when id = 5 then null else amount end as amount from orders",
        "select id, status, case when id = 5 then amount * 1.001 else amount end as amount from orders",
        "select id, status, case when id = 5 then 'nan'::double else amount end as amount from orders",
        "select id, status, case when id = 5 then 6.6 else (case when id = 6 then 5.5 else amount end) end as amount "
        "from orders",
    ):
        assert not compare_stored(connection, left, right, tolerance=1e-6).same, right


def test_rows_with_several_numbers_find_the_pairs_that_their_order_hides() -> None:
    with duckdb.connect() as connection:
        ours = "select * from (values (1.0::double, 5.0::double), (1.0000000001, 3.0)) t(a, b)"
        theirs = "select * from (values (1.0::double, 3.0::double), (1.0000000001, 5.0)) t(a, b)"
        assert compare_stored(connection, ours, theirs, tolerance=1e-9).same
        other = theirs.replace("3.0", "3.1")
        assert not compare_stored(connection, ours, other, tolerance=1e-9).same
