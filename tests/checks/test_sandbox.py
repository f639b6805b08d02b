"""Opening a database: read-only, locked down, and one clear sentence when it cannot be opened."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from dbt_ai.checks.sandbox import DatabaseInUse, NoDatabase, QueryRefused, QueryTimeout, open_database
from dbt_ai.errors import WarehouseError

HOLD = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A small database with a table and a view that names its catalog, as dbt writes views."""
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE orders AS SELECT i AS id FROM range(3) t(i)")
        connection.execute("CREATE VIEW big_orders AS SELECT id FROM shop.main.orders WHERE id > 0")
    return path


def test_tables_and_views_are_read_by_their_catalog_name_and_without(shop: Path) -> None:
    with open_database(shop, "shop") as sandbox:
        assert sandbox.run("SELECT count(*) FROM shop.main.orders") == [(3,)]
        assert sandbox.run("WITH b AS (SELECT * FROM big_orders) SELECT count(*) FROM b") == [(2,)]
        assert sandbox.run("SELECT 1 UNION ALL SELECT 2") == [(1,), (2,)]
        assert sandbox.notices == ()


@pytest.mark.parametrize("alias", ["memory", "other name", "x", 'qu"oted'])
def test_catalog_may_have_any_name(shop: Path, alias: str) -> None:
    quoted = alias.replace('"', '""')
    with open_database(shop, alias) as sandbox:
        assert sandbox.run(f'SELECT count(*) FROM "{quoted}".main.orders') == [(3,)]


def test_file_is_unchanged_and_free_afterwards(shop: Path) -> None:
    before = shop.read_bytes()
    with open_database(shop, "shop") as sandbox:
        sandbox.run("SELECT * FROM orders")
    assert shop.read_bytes() == before
    with duckdb.connect(str(shop)) as connection:
        connection.execute("DROP TABLE orders")


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE orders",
        "INSERT INTO orders VALUES (1)",
        "CREATE TABLE memory_only AS SELECT 1",
        "COPY orders TO 'stolen.csv'",
        "ATTACH 'other.duckdb'",
        "INSTALL httpfs",
        "PRAGMA database_list",
        "SET threads = 1",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE orders",
        "CALL duckdb_tables()",
        "EXPORT DATABASE 'stolen'",
        "SELECT * FROM (",
        "",
        "-- nothing",
    ],
)
def test_only_one_select_is_run(shop: Path, sql: str) -> None:
    with open_database(shop, "shop") as sandbox:
        with pytest.raises(QueryRefused):
            sandbox.run(sql)
        assert sandbox.run("SELECT count(*) FROM orders") == [(3,)]


def test_database_cannot_be_written_even_by_our_own_connection(shop: Path) -> None:
    with open_database(shop, "shop") as sandbox, pytest.raises(duckdb.Error, match="read-only"):
        sandbox.connection.execute("CREATE TABLE shop.main.other AS SELECT 1")


@pytest.mark.parametrize(
    "statement",
    ["SET enable_external_access = true", "SET memory_limit = '100GB'", "SET allowed_directories = ['/']"],
)
def test_configuration_is_locked(shop: Path, statement: str) -> None:
    with open_database(shop, "shop") as sandbox, pytest.raises(duckdb.Error):
        sandbox.connection.execute(statement)


def test_no_file_is_reachable_but_those_of_the_folders_given(shop: Path, tmp_path: Path) -> None:
    inside, outside = tmp_path / "project", tmp_path / "secrets"
    for folder in (inside, outside):
        folder.mkdir()
        (folder / "data.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with open_database(shop, "shop") as sandbox, pytest.raises(WarehouseError, match="Permission"):
        sandbox.run(f"SELECT * FROM read_csv('{(inside / 'data.csv').as_posix()}')")
    with open_database(shop, "shop", read_from=[inside]) as sandbox:
        assert sandbox.run(f"SELECT * FROM read_csv('{(inside / 'data.csv').as_posix()}')") == [(1, 2)]
        for path in (outside / "data.csv", inside / ".." / "secrets" / "data.csv"):
            with pytest.raises(WarehouseError, match="Permission"):
                sandbox.run(f"SELECT * FROM read_csv('{path.as_posix()}')")


def test_variables_of_this_process_are_no_tables(shop: Path) -> None:
    class Frame:
        """What DuckDB would read as a table if it looked at Python's variables."""

        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            raise AssertionError("DuckDB looked at a Python variable")

    frame = Frame()
    assert frame is not None
    with open_database(shop, "shop") as sandbox, pytest.raises(WarehouseError, match="frame"):
        sandbox.run("SELECT * FROM frame")


def test_endless_query_is_stopped_and_the_next_one_runs(shop: Path) -> None:
    with open_database(shop, "shop") as sandbox:
        with pytest.raises(QueryTimeout, match=r"stopped after 0\.2 s"):
            sandbox.run("SELECT count(*) FROM range(10000000) a(i), range(10000000) b(j) WHERE i * j % 7 = 3", 0.2)
        assert sandbox.run("SELECT 1") == [(1,)]


def test_memory_is_limited_and_nothing_is_spilled(shop: Path) -> None:
    with open_database(shop, "shop", memory_limit="50MB") as sandbox, pytest.raises(WarehouseError, match="Memory"):
        sandbox.run("SELECT count(*) FROM (SELECT DISTINCT i, repeat('x', 200) || i FROM range(5000000) t(i))")


def test_failing_query_is_told_in_duckdbs_words(shop: Path) -> None:
    with open_database(shop, "shop") as sandbox, pytest.raises(WarehouseError, match="nowhere does not exist"):
        sandbox.run("SELECT * FROM nowhere")


def test_attached_databases_are_there_and_missing_ones_are_told(shop: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.duckdb"
    with duckdb.connect(str(other)) as connection:
        connection.execute("CREATE TABLE t AS SELECT 7 AS a")
    attach = [(str(other), "lake"), (str(tmp_path / "gone.duckdb"), "gone")]
    with open_database(shop, "shop", attach=attach) as sandbox:
        assert sandbox.run("SELECT a FROM lake.main.t") == [(7,)]
        (notice,) = sandbox.notices
        assert notice.startswith("The attached database gone was left out: the database")


def test_settings_of_the_profile_are_applied_but_for_those_that_protect(shop: Path) -> None:
    settings = {"TimeZone": "Asia/Tokyo", "enable_external_access": True, "threads": 64, "no_such_setting": 1}
    with open_database(shop, "shop", settings=settings, threads=1) as sandbox:
        current = (
            "SELECT current_setting('TimeZone'), current_setting('enable_external_access'), current_setting('threads')"
        )
        assert sandbox.run(current) == [("Asia/Tokyo", False, 1)]
        assert sandbox.notices == (
            "The profile's DuckDB setting no_such_setting could not be applied and was left out.",
        )


def test_extension_that_is_not_installed_is_told_and_not_downloaded(shop: Path) -> None:
    with open_database(shop, "shop", extensions=["json", "no_such_extension"]) as sandbox:
        assert sandbox.notices == (
            "The DuckDB extension no_such_extension is not installed here, so what needs it is left out.",
        )


def test_missing_file_is_no_failure(tmp_path: Path) -> None:
    with (
        pytest.raises(NoDatabase, match=r"nowhere\.duckdb does not exist yet; run `dbt build`"),
        open_database(tmp_path / "nowhere.duckdb", "x"),
    ):
        pass
    assert not (tmp_path / "nowhere.duckdb").exists()


@pytest.mark.parametrize("path", [":memory:", "md:my_db?motherduck_token=secret", "s3://bucket/x.duckdb", ""])
def test_what_is_no_file_is_no_database(path: str) -> None:
    with pytest.raises(NoDatabase) as caught, open_database(path, "x"):
        pass
    assert "secret" not in str(caught.value)


def test_file_that_is_no_database(tmp_path: Path) -> None:
    for content in (b"", b"hello" * 2000):
        path = tmp_path / "notes.duckdb"
        path.write_bytes(content)
        with pytest.raises(WarehouseError, match=r"notes\.duckdb is not a DuckDB database"), open_database(path, "x"):
            pass


def test_file_cut_short(shop: Path) -> None:
    shop.write_bytes(shop.read_bytes()[:5000])
    with pytest.raises(WarehouseError, match=r"shop\.duckdb cannot be opened"), open_database(shop, "shop"):
        pass


def test_folder_instead_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="cannot be opened"), open_database(tmp_path, "x"):
        pass


def test_another_process_that_holds_the_file_is_named(shop: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(shop)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(DatabaseInUse) as caught, open_database(shop, "shop"):
            pass
        holder.stdin.close()
    sentence = str(caught.value)
    assert str(shop) in sentence
    assert "\n" not in sentence
    if caught.value.process is not None:  # DuckDB tells it on Linux and macOS
        assert caught.value.process == holder.pid
        assert str(holder.pid) in sentence


def refuses_a_second_instance(path: Path) -> bool:
    """Whether this DuckDB lets only one instance of a process open a file: version 2 does, version 1.2 did not."""
    with duckdb.connect(str(path)), duckdb.connect(":memory:") as other:
        try:
            other.execute(f"ATTACH '{path.as_posix()}' AS again (READ_ONLY)")
        except duckdb.Error:
            return True
        return False


def test_this_process_that_holds_the_file_is_told_what_to_do(shop: Path) -> None:
    refuses = refuses_a_second_instance(shop)
    with duckdb.connect(str(shop)):
        if refuses:
            with pytest.raises(DatabaseInUse, match="in this very process; close that connection") as caught:
                count_orders(shop)
            assert caught.value.process is None
        else:
            assert count_orders(shop) == 3
    assert count_orders(shop) == 3


def test_what_holds_the_file_in_this_process_can_be_asked_to_let_go(shop: Path) -> None:
    refuses = refuses_a_second_instance(shop)
    asked = []
    holder = duckdb.connect(str(shop))

    def release() -> None:
        asked.append("once")
        holder.close()

    assert count_orders(shop, release) == 3
    assert asked == (["once"] if refuses else [])


def count_orders(shop: Path, release: Callable[[], None] | None = None) -> int:
    with open_database(shop, "shop", release=release) as sandbox:
        return int(sandbox.run("SELECT count(*) FROM orders")[0][0])


def test_two_sandboxes_at_once_where_duckdb_lets_them(shop: Path) -> None:
    with open_database(shop, "shop") as first:
        with suppress(DatabaseInUse), open_database(shop, "shop") as second:
            assert second.run("SELECT count(*) FROM orders") == [(3,)]
        assert first.run("SELECT count(*) FROM orders") == [(3,)]
