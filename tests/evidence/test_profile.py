"""The profile of a relation, on data made by each test."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from dbt_ai.errors import WarehouseError
from dbt_ai.evidence.profile import profile_relation, warehouse_columns
from dbt_ai.evidence.profile.relation import EXACT_ROWS
from dbt_ai.evidence.values import ColumnProfile, Profile
from dbt_ai.sql.values import Relation


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        yield connection


def profile(connection: duckdb.DuckDBPyConnection, sql: str, **options: int) -> Profile:
    connection.execute(f"CREATE OR REPLACE TABLE t AS {sql}")
    return profile_relation(connection, Relation("model.p.t", (None, None, "t")), **options)


def column(connection: duckdb.DuckDBPyConnection, expression: str, rows: int = 100) -> ColumnProfile:
    """The profile of one expression over `rows` numbers i from 0."""
    return profile(connection, f"SELECT {expression} AS c FROM range({rows}) r(i)").columns[0]


def test_counts_nulls_distinct_range_and_mean(connection: duckdb.DuckDBPyConnection) -> None:
    found = column(connection, "CASE WHEN i % 10 > 0 THEN i % 30 END")
    assert (found.rows, found.nulls, found.distinct) == (100, 10, 27)
    assert (found.minimum, found.maximum) == ("1", "29")
    assert found.mean == 14  # 81 values around 15, and 1 to 9
    assert not found.unique


def test_unique_means_no_value_twice_and_nulls_do_not_count(connection: duckdb.DuckDBPyConnection) -> None:
    assert column(connection, "nullif(i, 5)").unique
    assert not column(connection, "greatest(i, 1)").unique


def test_few_values_are_listed_and_counted_most_frequent_first(connection: duckdb.DuckDBPyConnection) -> None:
    found = column(connection, "['b', 'a', 'c', 'a'][i % 4 + 1]")
    assert found.top_values == (("a", 50), ("b", 25), ("c", 25))
    assert found.all_values == ("a", "b", "c")


def test_twenty_values_are_all_values_and_twenty_one_are_not(connection: duckdb.DuckDBPyConnection) -> None:
    assert column(connection, "i % 20").all_values == tuple(str(value) for value in range(20))
    many = column(connection, "i % 21")
    assert many.all_values is None
    assert len(many.top_values) == 20


def test_shape_is_told_where_all_values_share_it(connection: duckdb.DuckDBPyConnection) -> None:
    assert column(connection, "'B-' || lpad(i::varchar, 4, '0')").pattern == "A-9999"
    assert column(connection, "chr((65 + i % 20)::int) || 'é.'").pattern == "Aa."
    assert column(connection, "IF(i = 3, 'x', '7')").pattern is None
    assert column(connection, "i::varchar").pattern is None


def test_lengths_are_of_text_only(connection: duckdb.DuckDBPyConnection) -> None:
    found = column(connection, "repeat('x', (i % 3)::int)")
    assert (found.min_length, found.max_length) == (0, 2)
    assert column(connection, "i").min_length is None


def test_huge_text_is_cut(connection: duckdb.DuckDBPyConnection) -> None:
    found = column(connection, "repeat('x', 300000)", rows=3)
    assert found.max_length == 300000
    assert found.minimum == "x" * 100 + "…"
    assert found.top_values == ()


def test_not_a_number_and_infinity_do_not_spoil_the_mean(connection: duckdb.DuckDBPyConnection) -> None:
    found = column(connection, "CASE i WHEN 0 THEN 'nan'::DOUBLE WHEN 1 THEN '-inf'::DOUBLE ELSE 2 END", rows=4)
    assert (found.minimum, found.maximum, found.mean) == ("-inf", "nan", 2.0)
    assert column(connection, "'inf'::DOUBLE").mean is None


@pytest.mark.parametrize(
    "expression",
    [
        "[i]",
        "[i, 2]::INTEGER[2]",
        "{'a': i}",
        "MAP {'a': i}",
        "('{\"a\": ' || i || '}')::JSON",
        "i::varchar::BLOB",
        "union_value(num := i)",
    ],
)
def test_nested_and_binary_values_are_counted_only(connection: duckdb.DuckDBPyConnection, expression: str) -> None:
    connection.execute(f"CREATE TABLE nested AS SELECT {expression} AS c FROM range(10, 100) r(i)")
    connection.execute("INSERT INTO nested SELECT NULL FROM range(10)")
    found = profile_relation(connection, Relation("k", (None, None, "nested"))).columns[0]
    assert (found.rows, found.nulls, found.distinct) == (100, 10, 90)
    assert (found.minimum, found.maximum, found.top_values, found.all_values) == (None, None, (), None)


@pytest.mark.parametrize(
    ("expression", "minimum"),
    [
        ("DATE '2024-01-05'", "2024-01-05"),
        ("TIMESTAMPTZ '2024-01-05 10:00:00+00'", None),
        ("TIME '10:00'", "10:00:00"),
        ("INTERVAL 1 DAY", "1 day"),
        ("'b'::ENUM('b', 'a')", "b"),
        ("'101'::BIT", "101"),
        ("1.50::DECIMAL(9, 2)", "1.50"),
        ("170141183460469231731687303715884105727::HUGEINT", "170141183460469231731687303715884105727"),
        ("uuid 'b2895949-0f25-464f-a055-8d67af945d94'", "b2895949-0f25-464f-a055-8d67af945d94"),
        ("true", "true"),
        ("NULL", None),
    ],
)
def test_every_type_has_a_profile(connection: duckdb.DuckDBPyConnection, expression: str, minimum: str | None) -> None:
    found = column(connection, expression)
    assert found.distinct == (0 if expression == "NULL" else 1)
    if minimum is not None or expression == "NULL":
        assert found.minimum == minimum
        assert found.maximum == minimum


def test_empty_relation_has_a_profile(connection: duckdb.DuckDBPyConnection) -> None:
    found = profile(connection, "SELECT i, 'x' AS x, [i] AS l FROM range(5) r(i) WHERE i > 9")
    assert found.rows == 0
    assert [(c.name, c.rows, c.nulls, c.distinct, c.minimum) for c in found.columns] == [
        ("i", 0, 0, 0, None),
        ("x", 0, 0, 0, None),
        ("l", 0, 0, 0, None),
    ]


def test_names_may_be_anything(connection: duckdb.DuckDBPyConnection) -> None:
    names = ["select", 'a "quoted" one', "with space", "😀", "t", "it's", "hash", "COLUMNS(*)", "a.b"]
    selected = ", ".join(f'i + {k} AS "{n.replace(chr(34), chr(34) * 2)}"' for k, n in enumerate(names))
    found = profile(connection, f"SELECT {selected} FROM range(10) r(i)")
    assert [c.name for c in found.columns] == names
    assert [c.minimum for c in found.columns] == [str(k) for k in range(len(names))]


def test_relation_whose_own_name_is_odd(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute('CREATE SCHEMA "my schema"; CREATE TABLE "my schema"."order""s" AS SELECT 1 AS a')
    assert profile_relation(connection, Relation("k", (None, "my schema", 'order"s'))).rows == 1


def test_three_thousand_columns(connection: duckdb.DuckDBPyConnection) -> None:
    selected = ", ".join(f"(i * {k}) % 7 AS c{k}" for k in range(3000))
    found = profile(connection, f"SELECT {selected} FROM range(14) r(i)")
    assert len(found.columns) == 3000
    assert (found.columns[7].name, found.columns[7].distinct) == ("c7", 1)
    assert (found.columns[2999].name, found.columns[2999].distinct) == ("c2999", 7)


def test_large_relation_has_exact_counts_where_they_matter(connection: duckdb.DuckDBPyConnection) -> None:
    rows = EXACT_ROWS + 10
    found = profile(connection, f"SELECT i AS id, greatest(i, 1) AS no_id, i % 900 AS few FROM range({rows}) r(i)")
    exact = [(c.name, c.distinct, c.distinct_approximate) for c in found.columns]
    assert exact == [("id", rows, False), ("no_id", rows - 1, False), ("few", 900, False)]
    assert [c.unique for c in found.columns] == [True, False, False]


def test_sample_is_said_is_the_same_each_time_and_proves_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    sql = "SELECT i AS id, i % 5 AS few FROM range(20000) r(i)"
    found = profile(connection, sql, sample_rows=1000)
    assert found.rows == 20000
    assert found.sampled is not None
    assert 700 < found.sampled < 1300
    assert all(c.rows == found.sampled and c.distinct_approximate and not c.unique for c in found.columns)
    assert found.columns[1].all_values is None
    assert len(found.columns[1].top_values) == 5
    assert profile(connection, sql, sample_rows=1000) == found


def test_view_is_run_once_and_leaves_nothing_behind(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("CREATE SEQUENCE runs; CREATE VIEW v AS SELECT nextval('runs') AS run, [1] AS l FROM range(5)")
    found = profile_relation(connection, Relation("v", (None, None, "v")))
    assert found.columns[0].distinct == 5
    assert found.columns[0].top_values == tuple((str(v), 1) for v in found.columns[0].all_values or ())
    assert connection.execute("SELECT count(*) FROM duckdb_tables()").fetchall() == [(0,)]


def test_missing_relation_is_one_clause(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(WarehouseError, match=r"^it is not in the database.*dbt build"):
        profile_relation(connection, Relation("k", (None, None, "nowhere")))


def test_view_over_a_column_that_is_gone(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("CREATE TABLE t AS SELECT 1 AS a, 2 AS b; CREATE VIEW v AS SELECT b FROM t")
    connection.execute("ALTER TABLE t DROP COLUMN b")
    with pytest.raises(WarehouseError, match="DuckDB cannot read it"):
        profile_relation(connection, Relation("v", (None, None, "v")))


def test_endless_view_is_stopped(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "CREATE VIEW v AS SELECT count(*) AS n FROM range(10000000) a(i), range(10000000) b(j) WHERE i * j % 7 = 3"
    )
    with pytest.raises(WarehouseError, match=r"stopped after 0\.2 s"):
        profile_relation(connection, Relation("v", (None, None, "v")), timeout=0.2)


def test_columns_of_the_warehouse_by_key_whatever_the_case(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute('CREATE TABLE Orders AS SELECT 1 AS "Order ID", 2.5::DECIMAL(5,1) AS amount')
    connection.execute("CREATE VIEW big AS SELECT amount FROM orders")
    relations = [
        Relation("a", ("MEMORY", "Main", "ORDERS")),
        Relation("b", (None, None, "big")),
        Relation("c", (None, None, "nowhere")),
        Relation("d", (None, "main", "orders")),
    ]
    orders = (("Order ID", "INTEGER"), ("amount", "DECIMAL(5,1)"))
    assert warehouse_columns(connection, relations) == {"a": orders, "b": (("amount", "DECIMAL(5,1)"),), "d": orders}
    assert warehouse_columns(connection, []) == {}
