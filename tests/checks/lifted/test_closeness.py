"""Rows within a tolerance: what is close, which rows find a partner, and the same in SQL."""

from __future__ import annotations

import itertools
import math

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from dbt_ai.checks.equivalence.stored import compare_stored
from dbt_ai.checks.lifted.answers import canonical_float
from dbt_ai.checks.lifted.closeness import LEAST, close, close_in_order, close_rows
from dbt_ai.sql.names import quoted

numbers = st.floats(-1e12, 1e12) | st.sampled_from([0.0, -0.0, 1e-12, -1e-10, math.inf, -math.inf, math.nan])
tolerances = st.floats(LEAST, 0.1)
cells = st.none() | st.sampled_from([1.0, 1.0005, 1.001, 1.0015, 2.0, -1.0, 0.0, math.nan, math.inf])
rows = st.lists(st.tuples(st.sampled_from(["a", "b"]), cells, cells), max_size=4)


@settings(deadline=None)
@given(numbers, numbers, tolerances)
def test_close_is_the_same_both_ways(one: float, other: float, tolerance: float) -> None:
    assert close(one, one, tolerance)
    assert close(one, other, tolerance) == close(other, one, tolerance)


@settings(deadline=None)
@given(st.floats(1e-8, 1e12), st.floats(1e-8, 0.1), st.sampled_from([1, -1]))
def test_a_share_beyond_the_tolerance_is_never_close(number: float, share: float, sign: int) -> None:
    assert not close(sign * number, sign * number * (1 + 2 * share), share)
    assert close(sign * number, sign * number * (1 + share / 2), share)


@settings(deadline=None)
@given(st.floats(-1e12, 1e12), st.floats(-1e-9, 1e-9))
def test_what_is_the_same_without_a_tolerance_is_close(number: float, share: float) -> None:
    other = number * (1 + share)
    if canonical_float(number) == canonical_float(other):
        assert close(number, other, LEAST)


@settings(deadline=None)
@given(rows, rows, st.sampled_from([1e-4, 6e-4, 2e-3]))
def test_rows_are_close_where_some_order_brings_each_beside_its_partner(
    ours: list[tuple[object, ...]], theirs: list[tuple[object, ...]], tolerance: float
) -> None:
    found = close_rows(ours, theirs, tolerance)
    assert found == any(close_in_order(ours, order, tolerance) for order in itertools.permutations(theirs))


@settings(max_examples=60, deadline=None)
@given(rows, rows, st.sampled_from([1e-4, 6e-4, 2e-3]))
def test_the_rows_of_a_database_are_paired_by_the_same_rule(
    ours: list[tuple[object, ...]], theirs: list[tuple[object, ...]], tolerance: float
) -> None:
    with duckdb.connect() as connection:
        for name, side in (("ours", ours), ("theirs", theirs)):
            connection.execute(f"create table {quoted(name)} (k varchar, x double, y double)")
            for row in side:
                connection.execute(f"insert into {quoted(name)} values (?, ?, ?)", row)
        found = compare_stored(connection, "select * from ours", "select * from theirs", tolerance=tolerance)
    assert found.same == close_rows(ours, theirs, tolerance)
