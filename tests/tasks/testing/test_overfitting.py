"""The bounds on false alarms hold on data that is drawn anew, and grow with what is not known."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbt_ai.tasks.testing.overfitting import DOUBTED, GROWTH, of_extreme, of_rule, of_uniqueness, of_values


@given(st.integers(1, 10_000))
def test_more_rows_are_believed_more(rows: int) -> None:
    assert 0 < of_rule(rows + 1) < 1
    assert of_rule(rows * 2 + 8) < of_rule(rows)
    assert of_rule(rows) < of_rule(rows, law=DOUBTED)
    assert of_uniqueness(rows + 1) <= of_uniqueness(rows)


def test_a_rule_is_broken_as_seldom_as_the_bound_says() -> None:
    """Half of the rules are laws, others are broken by any share of rows: of those that hold in 40 rows, so many are
    broken by one of the next ten as the formula says."""
    draw = random.Random(4)
    held = broken = 0
    for _ in range(60_000):
        share = 0.0 if draw.random() < 0.5 else draw.random()
        if any(draw.random() < share for _ in range(40)):
            continue
        held += 1
        broken += any(draw.random() < share for _ in range(int(40 * GROWTH)))
    assert broken / held == pytest.approx(of_rule(40), abs=0.0025)


def test_new_values_are_no_more_than_the_bound_says() -> None:
    """Values of very different frequency: the mean number of new ones is below the mean bound."""
    draw = random.Random(5)
    weights = [2.0**-rank for rank in range(12)]
    found, bounds = 0, 0.0
    for _ in range(2_000):
        first = Counter(draw.choices(range(12), weights, k=80))
        later = set(draw.choices(range(12), weights, k=20))
        found += len(later - set(first))
        bounds += of_values(first.values())
    assert found <= bounds


def test_an_extreme_is_passed_as_often_in_a_large_table_as_in_a_small_one() -> None:
    assert of_extreme(50) == pytest.approx(of_extreme(5_000)) == pytest.approx(0.2)
