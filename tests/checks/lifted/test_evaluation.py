"""Queries that fail on some databases, that take too long, and that DuckDB would run wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlglot

from dbt_ai.checks.lifted import Databases, NotComparable, vocabulary
from dbt_ai.checks.lifted.answers import check_spots
from dbt_ai.checks.lifted.evaluation import EMPTY, FAILED
from dbt_ai.sql.values import Relation

ITEMS = Relation("items", (None, None, "items"), (("id", "INTEGER"), ("code", "VARCHAR"), ("w", "DOUBLE")))
FAILING = {
    "a cast": "select cast(code as integer) as n from items",
    "an error of its own": "select case when id = 3 then error('three') else id end as n from items",
    "two rows for a scalar": "select (select id from items where code = 'a') as n",
    "an overflow": "select cast(id + 125 as tinyint) as n from items",
    "nearly always": "select cast(code || 'x' as integer) as n from items",
    "always, where there is a row": "select error('no') as n from items",
}


@pytest.fixture(scope="module")
def databases() -> Iterator[Databases]:
    with Databases([ITEMS], count=400, spot_checks=4) as opened:
        yield opened


def fails_alone(databases: Databases, query: str, number: int) -> bool:
    databases.load(number, ["items"])
    return databases.outcome(query).error is not None


@pytest.mark.parametrize("query", FAILING.values(), ids=FAILING)
def test_a_failure_is_an_answer(databases: Databases, query: str) -> None:
    answer = databases.answer(query)
    told = answer.prints[0]
    assert len(told) >= 150
    assert FAILED in told.values()
    for number in list(told)[::25]:
        assert (told[number] == FAILED) == fails_alone(databases, query, number)
    assert set(databases.ids) - set(told) == answer.unevaluated


def test_a_failure_on_some_databases_hides_no_difference_on_others(databases: Databases) -> None:
    left = "select id from items where w > 2 or case when id = 3 then error('three') else false end"
    found = databases.differing(left, left.replace("w > 2", "w >= 2"))
    assert len(found.databases) > 20
    for number in sorted(found.databases)[:10]:
        assert not (
            fails_alone(databases, left, number) and fails_alone(databases, left.replace("w > 2", "w >= 2"), number)
        )


def test_failing_where_the_other_does_not_is_a_difference(databases: Databases) -> None:
    found = databases.differing(FAILING["an error of its own"], "select id as n from items")
    threes = {
        number for number in databases.ids if any(row[0] == 3 for row in databases.rows(number)["items"])
    } - found.unevaluated
    assert found.databases == threes
    assert len(threes) > 10


def test_failing_where_the_other_fails_is_none(databases: Databases) -> None:
    query = FAILING["an error of its own"]
    found = databases.differing(query, query.replace("'three'", "'drei'"))
    assert not found.databases


def test_no_rows_are_another_answer_than_a_failure(databases: Databases) -> None:
    told = databases.answer("select id from items where id > 2").prints[0]
    for number in databases.ids[:50]:
        rows = databases.rows(number)["items"]
        assert (told[number] == EMPTY) == (not any(row[0] is not None and row[0] > 2 for row in rows))


def test_a_query_that_takes_too_long_is_stopped() -> None:
    slow = "select count(*) as n from range(100000) a, range(100000) b, items where a.range + b.range > items.id"
    with Databases([ITEMS], count=50, seconds=0.3, spot_checks=0) as opened:
        assert opened.answer(slow).unevaluated == frozenset(opened.ids)


def test_spot_checks_notice_a_wrong_answer(databases: Databases) -> None:
    query = "select id, w from items"
    answer = databases.answer(query)
    check_spots(databases, answer, query)
    wrong = replace(answer, prints=({number: told ^ 1 for number, told in answer.prints[0].items()},))
    with pytest.raises(NotComparable) as told:
        check_spots(databases, wrong, query)
    assert told.value.reason == "engine-differs"


def test_the_text_as_it_is_written_is_held_against_the_rewritten_one(databases: Databases) -> None:
    answer = databases.answer("select id, w from items")
    with pytest.raises(NotComparable) as told:
        check_spots(databases, answer, "select id, w + 1 as w from items union all select 7, 7")
    assert told.value.reason == "engine-differs"


def test_the_last_digits_of_a_floating_sum_do_not_count(databases: Databases) -> None:
    left = "select sum(w / 3 + 0.1) as s, sum(w * 1e9) as t from items"
    right = "select sum(v) as s, sum(t) as t from (select w / 3 + 0.1 as v, w * 1e9 as t from items order by v desc, t)"
    assert not databases.differing(left, right).databases
    assert databases.differing(left, left.replace("0.1", "0.1000001")).databases


def test_a_tree_is_taken_as_well_and_not_changed(databases: Databases) -> None:
    tree = sqlglot.parse_one("select id from items where id > 1 order by id limit 1", dialect="duckdb")
    before = tree.sql("duckdb")
    assert databases.answer(tree).lifted.left_open == ("limit-ties",)
    assert tree.sql("duckdb") == before


def test_a_result_that_hangs_on_the_order_of_rows_is_open(databases: Databases) -> None:
    left, right = "select code from items order by id limit 1", "select code from items order by id, code limit 1"
    found = databases.differing(left, right)
    assert not found.databases
    assert len(found.open) > 10


def test_other_types_and_names_are_told(databases: Databases) -> None:
    assert databases.differing("select id from items", "select id from items").same_columns
    assert not databases.differing("select id from items", "select id as i from items").same_columns


def test_words_of_several_queries_are_put_together() -> None:
    trees = [sqlglot.parse_one(sql) for sql in ("select 1 from t where a = 5", "select coalesce(b, 'x') from t")]
    both = vocabulary(trees)
    assert both == vocabulary(trees[:1]) | vocabulary(trees[1:])
    assert both.beside == {("a", "5"), ("b", "x")}
