"""What generated databases are like, and what a session tells of them."""

from __future__ import annotations

import doctest
import importlib
import itertools
from collections import Counter
from collections.abc import Iterator

import pytest
import sqlglot

from dbt_ai.checks.lifted import Databases, NotComparable, Sameness, Vocabulary, compare, vocabulary
from dbt_ai.sql.lifting import DATABASE, MANY
from dbt_ai.sql.values import ColumnRef, ForeignKey, Relation
from tests.checks.lifted.shop import SHOP

QUERY = """
select coalesce(c.name, 'unassigned') as n, o.amount
from shop.main.orders o left join shop.main.customers c on c.id = o.customer_id
where o.amount > 100 and o.ordered_at >= timestamp '2024-05-31 12:00:00' and c.joined < '2024-01-01'
    and c.city like 'Ber%' and cast(o.code as integer) > 3
"""


def words(*queries: str) -> Vocabulary:
    return vocabulary([sqlglot.parse_one(query, dialect="duckdb") for query in queries])


@pytest.fixture(scope="module")
def shop() -> Iterator[Databases]:
    with Databases(SHOP, words(QUERY), seed=5, count=2000) as databases:
        yield databases


def asked(databases: Databases, sql: str) -> list[tuple[object, ...]]:
    return databases.connection.execute(sql.replace("FROM ", f"FROM {MANY}.main.")).fetchall()


@pytest.mark.parametrize("literal", ["date '9999-12-31'", "timestamp '9999-12-31 23:59:59'", "date '0001-01-01'"])
def test_the_last_and_the_first_day_have_one_neighbour(literal: str) -> None:
    kinds = (("day", "DATE"), ("moment", "TIMESTAMP"))
    found = words(f"select day, moment from t where day < {literal} or moment < {literal}")
    with Databases([Relation("t", (None, None, "t"), kinds)], found, count=50) as databases:
        values = {value for column in databases.domains["t"] for value in column.values}
    assert any("9999-12-31" in value or "0001-01-01" in value for value in values)


@pytest.mark.parametrize("key", ["shop.customers", "shop.orders"])
def test_keys_that_are_declared_unique_are(shop: Databases, key: str) -> None:
    assert asked(shop, f'SELECT 1 FROM "{key}" GROUP BY {DATABASE}, id HAVING count(*) > 1') == []
    assert asked(shop, f'SELECT 1 FROM "{key}" WHERE id IS NULL') == []


def test_keys_that_are_not_declared_are_broken(shop: Databases) -> None:
    assert len(asked(shop, f'SELECT 1 FROM "raw.orders" GROUP BY {DATABASE}, id HAVING count(*) > 1')) > 200
    assert len(asked(shop, 'SELECT 1 FROM "raw.orders" WHERE id IS NULL')) > 200


def test_references_find_their_row_where_they_are_declared(shop: Databases) -> None:
    assert found_and_missed(shop, "shop.orders", "customer_id", "shop.customers")[1] == 0


def test_columns_that_are_not_declared_hit_and_miss(shop: Databases) -> None:
    assert min(found_and_missed(shop, "raw.orders", "id", "shop.orders")) > 300


def found_and_missed(databases: Databases, child: str, column: str, parent: str) -> tuple[int, int]:
    """How many values of a column have a row with that id in the same database, and how many have none."""
    ((found, missed),) = databases.connection.execute(
        f"""SELECT count(*) FILTER (WHERE h), count(*) FILTER (WHERE NOT h) FROM (SELECT EXISTS (
        SELECT 1 FROM {MANY}.main."{parent}" AS p WHERE p.{DATABASE} = c.{DATABASE} AND p.id = c.{column}) AS h
        FROM {MANY}.main."{child}" AS c WHERE c.{column} IS NOT NULL)"""
    ).fetchall()
    assert found > 0
    return int(found), int(missed)


def test_accepted_values_are_all_there_are(shop: Databases) -> None:
    found = {value for (value,) in asked(shop, 'SELECT DISTINCT status FROM "shop.orders"')}
    assert found == {"placed", "shipped", "returned", None}


def test_every_literal_is_in_every_column_of_a_comparable_type(shop: Databases) -> None:
    numbers = {value for (value,) in asked(shop, 'SELECT DISTINCT id FROM "raw.orders"')}
    assert {99, 100, 101, 2, 3, 4} <= numbers
    for column in ("name", "city"):
        texts = {value for (value,) in asked(shop, f'SELECT DISTINCT {column} FROM "shop.customers"')}
        assert {"unassigned", "UNASSIGNED", "Ber", None} <= texts
    days = {str(value) for (value,) in asked(shop, 'SELECT DISTINCT joined FROM "shop.customers"')}
    assert {"2023-12-31", "2024-01-01", "2024-01-02", "2024-05-31"} <= days
    moments = {str(value) for (value,) in asked(shop, 'SELECT DISTINCT ordered_at FROM "shop.orders"')}
    assert {"2024-05-31 12:00:00", "2024-05-31 11:59:59", "2024-05-31 12:00:01"} <= moments


def test_texts_that_a_cast_cannot_convert_are_in_few_databases(shop: Databases) -> None:
    ((wrong, all_),) = asked(
        shop,
        f"""SELECT count(DISTINCT {DATABASE}) FILTER (WHERE TRY_CAST(code AS INTEGER) IS NULL AND code IS NOT NULL),
        count(DISTINCT {DATABASE}) FROM "shop.orders\"""",
    )
    assert isinstance(wrong, int)
    assert isinstance(all_, int)
    assert 0 < wrong < all_ / 30


def test_there_are_empty_tables_duplicates_and_ties(shop: Databases) -> None:
    sizes = Counter(count for (count,) in asked(shop, f'SELECT count(*) FROM "raw.orders" GROUP BY {DATABASE}'))
    assert set(sizes) >= {1, 2, 3, 4}
    assert len(shop.ids) - sum(sizes.values()) > 200
    assert len(asked(shop, 'SELECT * FROM "raw.orders" GROUP BY ALL HAVING count(*) > 1')) > 100
    ties = f'SELECT 1 FROM "shop.orders" GROUP BY {DATABASE}, customer_id, amount HAVING count(*) > 1'
    assert len(asked(shop, ties)) > 100


def test_rows_without_their_key_may_be_there_twice() -> None:
    bikes = Relation("bikes", (None, None, "bikes"), (("id", "INTEGER"), ("name", "VARCHAR")), unique_keys=(("id",),))
    with Databases([bikes], count=400) as databases:
        twice = asked(databases, "SELECT id FROM bikes GROUP BY id, name, __db HAVING count(*) > 1")
    assert len(twice) > 10
    assert set(twice) == {(None,)}


def test_a_seed_stands_for_the_same_databases() -> None:
    told = []
    for seed in (1, 1, 2):
        with Databases(SHOP, words(QUERY), seed=seed, count=20) as databases:
            told.append([databases.rows(number) for number in databases.ids])
    assert told[0] == told[1]
    assert told[0] != told[2]


def test_references_in_a_circle_hold() -> None:
    staff = Relation(
        "staff",
        (None, None, "staff"),
        (("id", "INTEGER"), ("boss", "INTEGER"), ("team", "INTEGER")),
        unique_keys=(("id",),),
        foreign_keys=(
            ForeignKey(("boss",), (ColumnRef("staff", "id"),)),
            ForeignKey(("team",), (ColumnRef("teams", "id"),)),
        ),
    )
    teams = Relation(
        "teams",
        (None, None, "teams"),
        (("id", "INTEGER"), ("lead", "INTEGER")),
        unique_keys=(("id",),),
        foreign_keys=(ForeignKey(("lead",), (ColumnRef("staff", "id"),)),),
    )
    filled = 0
    with Databases([staff, teams], count=60) as databases:
        for number in databases.ids:
            rows = databases.rows(number)
            people, groups = ({row[0] for row in rows[key]} for key in ("staff", "teams"))
            assert {row[1] for row in rows["staff"]} <= people | {None}
            assert {row[2] for row in rows["staff"]} <= groups | {None}
            assert {row[1] for row in rows["teams"]} <= people | {None}
            filled += any(row[1] is not None for row in rows["staff"])
    assert filled > 5


def test_every_database_within_the_bound_is_there_once() -> None:
    pair = Relation(
        "pair",
        (None, None, "pair"),
        (("id", "INTEGER"), ("flag", "BOOLEAN"), ("idle", "VARCHAR")),
        unique_keys=(("id",),),
        not_null=frozenset({"id"}),
    )
    with Databases([pair], words("select id from pair where flag"), count=10, exhaustive=150) as databases:
        bound = databases.bound
        assert bound is not None
        assert bound.rows == 2
        ids, flags = bound.values["pair.id"], bound.values["pair.flag"]
        rows = [(int(a), None if b == "NULL" else b == "true") for a in ids for b in flags]
        expected = Counter[tuple[tuple[object, ...], ...]]([()])
        expected.update((row,) for row in rows)
        expected.update(pair for pair in itertools.combinations_with_replacement(rows, 2) if pair[0][0] != pair[1][0])
        found = Counter(
            tuple(sorted(((row[0], row[1]) for row in databases.rows(number)["pair"]), key=rows.index))
            for number in databases.ids[: bound.databases]
        )
        assert found == expected
        assert len(databases.ids) == bound.databases + 10


def test_exhaustive_databases_keep_references() -> None:
    with Databases(SHOP[:2], words("select id, customer_id from orders"), count=0, exhaustive=100) as databases:
        assert databases.bound is not None
        assert databases.bound.databases == len(databases.ids) > 5
        assert found_and_missed(databases, "shop.orders", "customer_id", "shop.customers")[1] == 0


def test_no_bound_where_even_the_narrowest_is_too_wide() -> None:
    with Databases(SHOP, words(QUERY), count=10, exhaustive=20) as databases:
        assert databases.bound is None


@pytest.mark.parametrize(
    "kind",
    [
        "TINYINT",
        "UBIGINT",
        "HUGEINT",
        "DECIMAL(4,3)",
        "REAL",
        "TIME",
        "TIMESTAMPTZ",
        "UUID",
        "INTERVAL",
        "JSON",
        "DATE[]",
    ],
)
def test_types_of_all_kinds_have_values(kind: str) -> None:
    one = Relation("one", (None, None, "one"), (("value", kind),))
    with Databases([one], words("select value from one where value > 300"), count=100) as databases:
        ((found,),) = asked(databases, "SELECT count(DISTINCT value) FROM one")
        assert isinstance(found, int)
        assert found > 2


def test_a_query_on_a_column_without_values_is_not_compared() -> None:
    odd = Relation("odd", (None, None, "odd"), (("id", "INTEGER"), ("place", "STRUCT(x INTEGER)")))
    assert compare("select place from odd", "select place from odd", [odd]).reason == "column-type"
    assert compare("select id from odd", "select id from odd", [odd]).databases > 0


def test_sizes_count_the_rows(shop: Databases) -> None:
    for number in shop.ids[:8]:
        assert shop.sizes[number] == sum(len(rows) for rows in shop.rows(number).values())


def test_what_kills_is_the_same_as_what_differs_alone(shop: Databases) -> None:
    left = "select customer_id, sum(amount) as a from shop.main.orders where status <> 'returned' group by 1"
    killed = {
        changed: shop.differing(left, left.replace("<>", changed)).databases for changed in ("=", "is distinct from")
    }
    for changed, numbers in killed.items():
        for number in shop.ids[:12]:
            shop.load(number, ["shop.orders"])
            ours, theirs = (
                Counter(shop.outcome(shop.lift(query).alone).rows) for query in (left, left.replace("<>", changed))
            )
            assert (number in numbers) == (ours != theirs)
    few = min(killed["="] & killed["is distinct from"], key=lambda number: shop.sizes[number])
    assert shop.sizes[few] <= 3


def test_a_query_that_cannot_be_lifted_says_why(shop: Databases) -> None:
    with pytest.raises(NotComparable) as told:
        shop.answer("select random() from shop.main.orders")
    assert told.value.reason == "non-deterministic"


@pytest.mark.parametrize(
    "relation",
    [
        Relation("bare", (None, None, "bare")),
        Relation("part", (None, None, "part"), (("id", "INTEGER"),), complete=False),
        Relation("odd", (None, None, "odd"), (("id", "NO SUCH TYPE"),)),
    ],
)
def test_tables_that_cannot_be_made_are_told(relation: Relation) -> None:
    query = f"select id from {relation.key}"
    found = compare(query, query, [relation])
    assert (found.verdict, found.reason) == (Sameness.NOT_COMPARABLE, "unknown-columns")


@pytest.mark.parametrize("catalog", ["memory", "system", "one", "many", "MANY", "two words", 'quo"te'])
def test_catalogs_may_have_any_name(catalog: str) -> None:
    relations = [
        Relation("a", (catalog, "main", "a"), (("id", "INTEGER"),)),
        Relation("b", (catalog.upper(), "raw", "b"), (("id", "INTEGER"),)),
    ]
    quoted = catalog.replace('"', '""')
    query = f'select id from "{quoted}".main.a join "{quoted}".raw.b using (id)'
    assert compare(query, query, relations).databases > 0


@pytest.mark.parametrize("module", ["databases", "vocabulary"])
def test_docstrings(module: str) -> None:
    tested = doctest.testmod(importlib.import_module(f"dbt_ai.checks.lifted.{module}"))
    assert tested.attempted > tested.failed == 0


def test_two_keys_of_a_relation_do_not_always_have_the_same_value() -> None:
    parts = Relation(
        "parts",
        (None, None, "parts"),
        (("id", "INTEGER"), ("code", "INTEGER")),
        unique_keys=(("id",), ("code",)),
        not_null=frozenset({"id", "code"}),
    )
    with Databases([parts], count=200) as databases:
        assert len(databases.differing("SELECT id FROM parts", "SELECT code FROM parts").databases) > 50
