"""Every request is in the ledger, whatever happens to the process, the file or the disk; and nothing secret is."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from dbt_ai.engines.errors import LedgerError
from dbt_ai.engines.ledger import BY, SENT, Ledger, Sent, Totals, new_run
from dbt_ai.engines.outcomes import ANSWERED, RATE_LIMITED
from dbt_ai.engines.values import Cost

REQUEST = Sent(
    run="20261124-180238-abc123",
    node="model.shop.orders",
    engine="reasoning",
    model="gpt-6-luna",
    server="https://api.openai.com/v1",
    effort="low",
    prompt_version="3",
    request_key="a" * 64,
    sent_bytes=9_000,
    nano_usd=50_000_000,
)
COST = Cost(2_000, 1_000, 300, 200, seconds=2.5, sent_bytes=9_000, received_bytes=700, requests=1, written_tokens=10)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".dbt_ai" / "ledger.sqlite"


def test_a_request_from_before_it_is_sent_until_it_is_checked(path: Path) -> None:
    ledger = Ledger(path)
    number = ledger.begin(REQUEST)
    (row,) = Ledger(path).requests()
    assert row["outcome"] == SENT
    assert row["usd"] == 0.05
    assert row["input_tokens"] is None
    ledger.end(number, COST, 1_234_567, ANSWERED, 200)
    ledger.checked("a" * 64, 1, 2)
    ledger.checked("a" * 64, 3, 1)
    (row,) = Ledger(path).requests()
    assert row.pop("sent_at").startswith("20")
    assert row == {
        "run": "20261124-180238-abc123",
        "node": "model.shop.orders",
        "engine": "reasoning",
        "model": "gpt-6-luna",
        "server": "https://api.openai.com/v1",
        "effort": "low",
        "prompt_version": "3",
        "request_key": "a" * 64,
        "sent_bytes": 9_000,
        "received_bytes": 700,
        "input_tokens": 2_000,
        "cached_tokens": 1_000,
        "written_tokens": 10,
        "output_tokens": 300,
        "reasoning_tokens": 200,
        "usd": 0.001234567,
        "seconds": 2.5,
        "outcome": ANSWERED,
        "status": 200,
        "accepted": 3,
        "refuted": 1,
    }


def filled(path: Path) -> Ledger:
    """Three requests of two runs, of which one failed, one cost nothing known, and one is still under way."""
    ledger = Ledger(path)
    ledger.end(ledger.begin(REQUEST), COST, 2_000_000, ANSWERED, 200)
    ledger.end(ledger.begin(REQUEST), Cost(seconds=0.5), 0, RATE_LIMITED, 429)
    other = Sent(
        *(
            "another run",
            "model.shop.customers",
            "student",
            "small",
            "http://localhost:1/v1",
            "none",
            "3",
            "b",
            10,
            None,
        )
    )
    ledger.begin(other)
    return ledger


def test_sums_by_each_thing(path: Path) -> None:
    ledger = filled(path)
    (everything,) = ledger.sums()
    assert everything == {
        "requests": 3,
        "answered": 1,
        "sent_bytes": 18_010,
        "received_bytes": 700,
        "input_tokens": 2_000,
        "cached_tokens": 1_000,
        "output_tokens": 300,
        "reasoning_tokens": 200,
        "usd": 0.002,
        "unpriced": 1,
        "seconds": 3.0,
    }
    for by in BY:
        rows = ledger.sums(by)
        assert sum(row["requests"] for row in rows) == 3
        assert len({row["name"] for row in rows}) == len(rows)
    assert [row["name"] for row in ledger.sums("node")] == ["model.shop.orders", "model.shop.customers"]
    assert {row["name"]: row["requests"] for row in ledger.sums("outcome")} == {
        ANSWERED: 1,
        RATE_LIMITED: 1,
        SENT: 1,
    }


def test_what_one_run_cost(path: Path) -> None:
    ledger = filled(path)
    assert ledger.totals(REQUEST.run) == (Totals("reasoning", "gpt-6-luna", 2, 1, 2_000, 300, 200, 0.002, 3.0),)
    assert ledger.totals("another run") == (Totals("student", "small", 1, 0, 0, 0, 0, None, 0.0),)
    assert ledger.totals("no run") == ()


def test_the_last_ones_and_those_since_a_day(path: Path) -> None:
    ledger = filled(path)
    with sqlite3.connect(path) as connection:
        connection.execute("update requests set sent_at = '2020-05-06T07:08:09.000Z' where id = 1")
    connection.close()
    assert [row["outcome"] for row in ledger.requests(last=2)] == [RATE_LIMITED, SENT]
    assert len(ledger.requests(since="2020-05-06")) == 3
    assert len(ledger.requests(since="2020-05-07")) == 2
    assert ledger.sums(since="2020-05-07")[0]["requests"] == 2
    assert ledger.sums("day")[0]["name"] == "2020-05-06"


def test_runs_have_names_that_sort_and_differ() -> None:
    names = [new_run() for _ in range(100)]
    assert len(set(names)) == 100
    assert all(name[:8].isdigit() for name in names)


def record_many(path: Path, name: str) -> None:
    ledger = Ledger(path)

    def work() -> None:
        for _ in range(25):
            ledger.end(ledger.begin(Sent(**{**vars(REQUEST), "node": name})), COST, 1, ANSWERED)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_several_processes_with_threads_write_at_once(path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=record_many, args=(path, f"node {number}")) for number in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    rows = Ledger(path).sums("node")
    assert {row["name"]: row["answered"] for row in rows} == {f"node {number}": 50 for number in range(3)}
    assert {row["usd"] for row in rows} == {50 / 1e9}


def send_and_die(path: Path) -> None:
    ledger = Ledger(path)
    ledger.end(ledger.begin(REQUEST), COST, 7, ANSWERED)
    ledger.begin(REQUEST)
    os._exit(9)  # as by kill -9: nothing is closed, nothing is flushed


def test_what_was_under_way_stays_visible(path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=send_and_die, args=(path,))
    process.start()
    process.join()
    assert process.exitcode == 9
    assert [(row["outcome"], row["usd"]) for row in Ledger(path).requests()] == [(ANSWERED, 7e-9), (SENT, 0.05)]


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from dbt_ai.engines.errors import LedgerError
from dbt_ai.engines.ledger import Ledger
from tests.engines.test_ledger import COST, REQUEST

ledger = Ledger(Path(sys.argv[1]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
begun = 0
try:
    while begun < 10_000:
        ledger.begin(REQUEST)
        begun += 1
except LedgerError as error:
    print(begun, len(ledger.requests()), error)
"""


@pytest.mark.skipif(os.name == "nt", reason="no limit on the size of files to play a full disk with")
def test_a_full_disk_is_told_before_the_request_is_sent(path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FULL_DISK, path], capture_output=True, text=True, check=True)
    begun, rows, said = done.stdout.split(" ", 2)
    assert begun == rows
    assert said.startswith(f"The ledger {path} cannot be used (")
    assert len(Ledger(path).requests()) == int(begun) > 0


def test_a_damaged_file_is_put_aside(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"This is no database, and was never one. " * 100)
    ledger = Ledger(path)
    assert ledger.damaged == path.with_name("ledger.sqlite.damaged")
    assert ledger.damaged.read_bytes().startswith(b"This is no database")
    ledger.begin(REQUEST)
    assert Ledger(path).damaged is None
    assert len(Ledger(path).requests()) == 1


def test_a_file_of_a_newer_version_is_left_alone(path: Path) -> None:
    Ledger(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("pragma user_version = 99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(LedgerError, match="written by a newer dbtai: use that one, or move the file away"):
        Ledger(path)
    assert path.read_bytes() == before


def test_a_file_that_somebody_holds_is_told(path: Path) -> None:
    ledger = Ledger(path, wait_seconds=0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(LedgerError, match=r"ledger\.sqlite cannot be used \(database is locked\)"):
        ledger.begin(REQUEST)
    other.close()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerError, match="cannot be made"):
        Ledger(tmp_path / "file" / "ledger.sqlite")
