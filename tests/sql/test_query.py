from __future__ import annotations

from contextlib import suppress

import pytest
from sqlglot import exp

from dbt_ai.sql.dialects import dialect_of
from dbt_ai.sql.query import QueryError, RelationIndex, parse_query
from dbt_ai.sql.values import Relation

ORDERS = Relation("orders", ("db", "main", "orders"), (("Order_Id", "bigint"), ("amount", "no such type (")))
OTHER = Relation("other", ("db", "archive", "orders"), (("id", None),))


def relation_key(table: str, *relations: Relation) -> str:
    query = parse_query(f"select 1 from {table}", "duckdb", relations or [ORDERS])
    (found,) = query.expression.find_all(exp.Table)
    return query.relation_of(found).key


@pytest.mark.parametrize("table", ["db.main.orders", '"DB"."Main"."ORDERS"', "main.orders", "Orders"])
def test_a_relation_is_found_whatever_the_case_and_the_quotes(table: str) -> None:
    assert relation_key(table) == "orders"


def test_a_short_name_that_two_relations_have_names_neither() -> None:
    assert relation_key("orders", ORDERS, OTHER) == "unknown:orders"
    assert relation_key("archive.orders", ORDERS, OTHER) == "other"


def test_any_other_table_is_unknown_by_its_name_as_written() -> None:
    assert relation_key('other_db.Main."My Orders"') == "unknown:other_db.Main.My Orders"


def test_relations_may_be_a_function() -> None:
    asked = []

    def lookup(parts: tuple[str | None, str | None, str]) -> Relation | None:
        asked.append(parts)
        return ORDERS

    assert parse_query("select * from x.y", "duckdb", lookup).columns == ("Order_Id", "amount")
    assert asked == [(None, "x", "y")]


def test_an_index_is_such_a_function() -> None:
    assert RelationIndex([ORDERS])((None, None, "ORDERS")) is ORDERS
    assert RelationIndex([ORDERS])((None, "elsewhere", "orders")) is None


@pytest.mark.parametrize(
    ("dialect", "select", "columns"),
    [
        ("duckdb", "order_id, AMOUNT as Total", ("Order_Id", "Total")),
        ("snowflake", "order_id, amount as Total", ("order_id", "Total")),
        ("snowflake", '*, 1 as "mixed Case"', ("Order_Id", "amount", "mixed Case")),
        ("postgres", '"Order_Id" as "A", amount as "a"', ("A", "a")),
        ("bigquery", "Order_Id as X", ("X",)),
    ],
)
def test_columns_are_named_as_they_were_written(dialect: str, select: str, columns: tuple[str, ...]) -> None:
    assert parse_query(f"select {select} from db.main.orders", dialect, [ORDERS]).columns == columns


@pytest.mark.parametrize(
    "sql",
    [
        "select 1 as n;",
        "-- a comment; with a semicolon\n\n/* and; another */ select 1 as n\n;\n-- the end",
        "(select 1 as n)",
        "with a as (select 1 as n) select * from a",
        "with recursive a as (select 1 as n union all select n + 1 from a where n < 3) select n from a",
        "select n from (values (1)) as t(n)",
        "from (select 1 as n)",
        "select 1 as n union all select 2",
        "(select 1 as n) limit 3",
    ],
)
def test_every_shape_of_one_query(sql: str) -> None:
    assert parse_query(sql, "duckdb", []).columns == ("n",)


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("select from where", "The SQL cannot be parsed as duckdb: "),
        ("", "The SQL has 0 statements where one SELECT is expected."),
        ("select 1; select 2", "The SQL has 2 statements where one SELECT is expected."),
        ("create table t as select 1", "The SQL is a CREATE statement where a SELECT is expected."),
        ("delete from t", "The SQL is a DELETE statement where a SELECT is expected."),
    ],
)
def test_anything_else_is_one_sentence(sql: str, sentence: str) -> None:
    with pytest.raises(QueryError) as error:
        parse_query(sql, "duckdb", [])
    assert str(error.value).startswith(sentence)
    assert "\n" not in str(error.value)


def test_nesting_without_end_is_an_error_or_a_query_but_no_crash() -> None:
    deep = "select " + "(" * 3000 + "1" + ")" * 3000 + " as n"
    with suppress(QueryError):
        assert parse_query(deep, "duckdb", []).columns == ("n",)


def test_columns_that_cannot_be_told_are_guessed_and_it_says_so() -> None:
    query = parse_query("select user_id from a join db.main.orders using (user_id)", "duckdb", [ORDERS])
    assert query.guessed
    assert query.problems
    assert query.columns == ("user_id",)


def test_a_query_over_known_columns_is_no_guess() -> None:
    query = parse_query("select order_id from db.main.orders", "duckdb", [ORDERS])
    assert not query.guessed
    assert query.problems == ()


def test_a_relation_without_known_columns_leaves_a_star() -> None:
    assert parse_query("select *, 1 as n from nowhere", "duckdb", []).columns == ("*", "n")


def test_three_thousand_columns() -> None:
    wide = Relation("wide", ("db", "main", "wide"), tuple((f"c{number}", "int") for number in range(3000)))
    query = parse_query("with a as (select * from db.main.wide) select * from a", "duckdb", [wide])
    assert len(query.columns) == 3000


def test_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    parse_query("with p as (pivot db.main.orders on order_id using sum(amount)) select * from p", "duckdb", [ORDERS])
    with pytest.raises(QueryError):
        parse_query("call something()", "duckdb", [])
    assert caplog.records == []


@pytest.mark.parametrize(
    ("adapter", "dialect"),
    [("duckdb", "duckdb"), ("sqlserver", "tsql"), ("glue", "spark"), ("snowflake", "snowflake"), ("nobody's", "")],
)
def test_the_dialect_of_an_adapter(adapter: str, dialect: str) -> None:
    assert dialect_of(adapter) == dialect
