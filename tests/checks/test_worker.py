"""Queries in a process of their own: what they return, and that none of them harms this one."""

from __future__ import annotations

import datetime
import os
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import duckdb
import pytest

from dbt_ai.checks.sandbox import QueryTimeout
from dbt_ai.checks.worker import QueryWorker
from dbt_ai.errors import WarehouseError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE t AS SELECT i FROM range(1000) AS r(i)")
    return path


@pytest.fixture
def worker(path: Path) -> Iterator[QueryWorker]:
    worker = QueryWorker(path, "shop", timeout=1.0)
    yield worker
    worker.close()


def test_values_come_back_as_they_are(worker: QueryWorker) -> None:
    sql = (
        "SELECT 1, 1.5::DECIMAL(4, 2), 0.1::DOUBLE, 'infinity'::DOUBLE, 'é', NULL, true, DATE '2020-01-02', "
        "TIMESTAMP '2020-01-02 03:04:05', '6f82d5c2-64b6-4e2d-8a5c-c2857f6bb056'::UUID"
    )
    assert worker.run(sql) == [
        (
            *(1, Decimal("1.50"), 0.1, float("inf"), "é", None, True, datetime.date(2020, 1, 2)),
            *(datetime.datetime(2020, 1, 2, 3, 4, 5), UUID("6f82d5c2-64b6-4e2d-8a5c-c2857f6bb056")),
        )
    ]
    (row,) = worker.run("SELECT [1, 2], {'a': 'secret'}")
    assert "secret" not in str(row)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/hostname')",
        "SELECT getenv('HOME')",
        "COPY t TO '/tmp/x.csv'",
        "CREATE TABLE x (i INTEGER)",
        "SET lock_configuration = false",
        "SELECT * FROM nosuch",
    ],
)
def test_what_may_not_be_run_is_said_and_the_worker_goes_on(sql: str, worker: QueryWorker) -> None:
    with pytest.raises(WarehouseError):
        worker.run(sql)
    assert worker.run("SELECT count(*) FROM t") == [(1000,)]


def test_a_query_that_never_ends_is_stopped(worker: QueryWorker) -> None:
    with pytest.raises(QueryTimeout):
        worker.run("SELECT count(*) FROM t a, t b, t c, t d, t e WHERE a.i + b.i + c.i + d.i + e.i = 7")
    assert worker.run("SELECT count(*) FROM t") == [(1000,)]


def test_the_child_knows_no_key_and_a_killed_one_is_replaced(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBTAI_API_KEY", "sk-canary-0123456789")
    worker = QueryWorker(path, "shop", timeout=1.0)
    assert worker.run("SELECT 1") == [(1,)]
    assert worker._child is not None
    environ = Path(f"/proc/{worker._child._process.pid}/environ")
    if environ.exists():
        assert b"canary" not in environ.read_bytes()
    os.kill(worker._child._process.pid, 9)
    worker._child._process.wait()
    assert worker.run("SELECT 2") == [(2,)]
    child = worker._child._process
    worker.close()
    assert child.poll() is not None


def test_threads_take_turns(worker: QueryWorker) -> None:
    found: list[object] = []
    threads = [threading.Thread(target=lambda n=n: found.append(worker.run(f"SELECT {n}"))) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [[(n,)] for n in range(12)]  # type: ignore[type-var]


def test_a_database_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    worker = QueryWorker(tmp_path / "none.duckdb", "shop", timeout=1.0)
    with pytest.raises(WarehouseError, match="does not exist"):
        worker.run("SELECT 1")
    worker.close()
