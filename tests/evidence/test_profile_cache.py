"""Profiles are kept until the data changes."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import duckdb
import pytest

from dbt_ai.checks.sandbox import open_database
from dbt_ai.evidence.profile import ProfileCache, profile_relation
from dbt_ai.evidence.values import Profile
from dbt_ai.sql.values import Relation

ORDERS = Relation("model.shop.orders", ("shop", "main", "orders"))
VIEW = Relation("model.shop.big", ("shop", "main", "big"))


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE orders AS SELECT i AS id, 'x' AS x, [i] AS l FROM range(5) t(i)")
        connection.execute("CREATE VIEW big AS SELECT id FROM orders WHERE id > 2")
    return path


def look(shop: Path, relation: Relation = ORDERS, *, files: bool = False, **options: int) -> tuple[Profile, bool]:
    """The profile through the cache, and whether it was there already."""
    with (
        ProfileCache(shop.parent) as cache,
        open_database(shop, "shop", read_from=[shop.parent] if files else []) as sandbox,
    ):
        freshness = cache.freshness(sandbox.connection, relation, options.get("sample_rows", 1_000_000))
        known = cache.get(relation.key, freshness) if freshness else None
        return profile_relation(sandbox.connection, relation, cache=cache, **options), known is not None


def change(shop: Path, sql: str) -> None:
    with duckdb.connect(str(shop)) as connection:
        connection.execute(sql)


def test_second_look_is_answered_from_the_cache_and_equal(shop: Path) -> None:
    first, known = look(shop)
    assert not known
    second, known = look(shop)
    assert known
    assert second == first
    assert second.columns[1].top_values == (("x", 5),)


def test_any_write_to_the_database_makes_profiles_stale(shop: Path) -> None:
    look(shop)
    change(shop, "INSERT INTO orders VALUES (9, 'y', [9])")
    profile, known = look(shop)
    assert not known
    assert profile.rows == 6
    assert profile.columns[1].all_values == ("x", "y")


def test_looking_does_not_make_them_stale_nor_does_opening_without_writing(shop: Path) -> None:
    look(shop)
    change(shop, "SELECT 1")
    assert look(shop)[1]


def test_another_sample_size_is_another_profile(shop: Path) -> None:
    look(shop)
    assert not look(shop, sample_rows=2)[1]


def test_views_of_tables_are_kept_and_views_of_files_are_not(shop: Path) -> None:
    look(shop, VIEW, files=True)
    assert look(shop, VIEW, files=True)[1]
    csv = shop.parent / "data.csv"
    csv.write_text("a\n1\n", encoding="utf-8")
    change(shop, f"CREATE VIEW filed AS SELECT a FROM read_csv('{csv.as_posix()}')")
    filed = Relation("model.shop.filed", ("shop", "main", "filed"))
    assert look(shop, filed, files=True)[0].rows == 1
    csv.write_text("a\n1\n2\n", encoding="utf-8")
    profile, known = look(shop, filed, files=True)
    assert (profile.rows, known) == (2, False)
    look(shop, ORDERS, files=True)
    assert look(shop, ORDERS, files=True)[1]


def test_broken_cache_is_an_empty_cache(shop: Path) -> None:
    look(shop)
    [path] = (shop.parent / ".dbt_ai").glob("profiles-*.sqlite")
    path.write_bytes(b"no database at all" * 100)
    assert look(shop)[0].rows == 5
    path.unlink()
    look(shop)
    with sqlite3.connect(path) as database:
        database.execute("UPDATE profile SET content = '{}'")
    database.close()
    assert look(shop)[0].rows == 5


def test_folder_that_cannot_be_made_is_no_failure(shop: Path) -> None:
    (shop.parent / ".dbt_ai").write_text("a file where the folder should be", encoding="utf-8")
    assert look(shop)[0].rows == 5
    assert not look(shop)[1]


def test_data_in_memory_is_never_kept(tmp_path: Path) -> None:
    with ProfileCache(tmp_path) as cache, duckdb.connect(":memory:") as connection:
        connection.execute("CREATE TABLE orders AS SELECT 1 AS id")
        relation = Relation("k", (None, None, "orders"))
        assert cache.freshness(connection, relation, 1000) == ""
        assert profile_relation(connection, relation, cache=cache).freshness == ""
