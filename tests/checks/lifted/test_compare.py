"""Pairs of queries and what comparing them gives, as told in pairs.yml: add a pair there, no Python needed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from dbt_ai.checks.lifted import Sameness, compare
from dbt_ai.checks.lifted.reasons import REASONS
from dbt_ai.checks.lifted.values import Outcome
from tests.checks.lifted.shop import SHOP

PAIRS = yaml.safe_load((Path(__file__).parent / "pairs.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["name"])
def test_pair(pair: dict[str, Any]) -> None:
    found = compare(pair["left"], pair["right"], SHOP, count=1500, exhaustive=3000, seed=7)
    verdict = pair["verdict"]
    if verdict == "same":
        assert found.verdict is Sameness.SAME_SO_FAR, found
        assert found.databases > 0
        assert found.counterexample is None
    elif verdict == "different":
        assert found.verdict is Sameness.DIFFERENT, found
        shown = found.counterexample
        assert shown is not None
        assert sum(len(table.rows) for table in shown.tables) <= pair["rows"]
        for query, outcome in ((pair["left"], shown.left), (pair["right"], shown.right)):
            rows = [replayed(shown.statements, query), rows_of(outcome)]
            assert rows[0] == rows[1] if shown.order_only else Counter(rows[0]) == Counter(rows[1])
        assert rows_of(shown.left) != rows_of(shown.right)
        assert shown.order_only == (Counter(rows_of(shown.left)) == Counter(rows_of(shown.right)))
    else:
        expected = Sameness.DIFFERENT if verdict == "other-columns" else Sameness.NOT_COMPARABLE
        assert (found.verdict, found.reason) == (expected, verdict)
        assert found.reason in REASONS


def replayed(statements: tuple[str, ...], query: str) -> list[str]:
    """What the query gives on a database that was made of the counterexample's statements, as a user would make it."""
    with duckdb.connect() as connection:
        connection.execute("ATTACH ':memory:' AS shop")
        connection.execute("CREATE SCHEMA raw")
        for statement in statements:
            connection.execute(statement)
        try:
            rows = connection.execute(query).fetchall()
        except duckdb.Error:
            return ["failed"]
    return list(map(repr, rows))


def rows_of(outcome: Outcome) -> list[str]:
    return ["failed"] if outcome.error is not None else list(map(repr, outcome.rows))


def test_the_same_seed_gives_the_same_counterexample() -> None:
    left = "select id from shop.main.orders where amount > 100"
    right = "select id from shop.main.orders where amount > 99"
    assert compare(left, right, SHOP, seed=3) == compare(left, right, SHOP, seed=3)


def test_every_database_within_a_bound_is_told() -> None:
    found = compare(
        "select name from shop.main.customers", "select coalesce(name, name) as name from shop.main.customers", SHOP
    )
    assert found.exhaustive
    assert found.bound is not None
    assert found.bound.rows == 2
    assert set(found.bound.values) == {"shop.customers.name"}
    assert "NULL" in found.bound.values["shop.customers.name"]


def test_a_comparison_without_time_is_none() -> None:
    found = compare("select id from shop.main.orders", "select id from shop.main.orders", SHOP, seconds=0.0)
    assert (found.verdict, found.reason) == (Sameness.NOT_COMPARABLE, "time-limit")


def test_what_only_chance_decides_is_not_called_the_same() -> None:
    found = compare(
        "select id from raw.orders where id is not null limit 1",
        "select id from raw.orders where id is not null order by id limit 1",
        SHOP,
    )
    assert found.verdict is Sameness.SAME_SO_FAR
    assert found.open > 100
    assert not found.exhaustive
