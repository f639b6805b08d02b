"""`dbtai ledger`: from the file to tables, JSON, JSONL and Parquet."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dbt_ai.cli.commands import run
from dbt_ai.engines.ledger import BY, FILE, Ledger, Sent
from dbt_ai.engines.outcomes import RATE_LIMITED
from dbt_ai.engines.values import Cost
from tests.cli import doors
from tests.cli.doors import Done, files
from tests.cli.test_docs import follows

URL = "https://api.openai.com/v1"
Call = Callable[..., Done]


@pytest.fixture
def dbtai(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """The command line in this process: a process of its own for each call would take a second."""

    def call(folder: Path, *arguments: str) -> Done:
        monkeypatch.chdir(folder)
        code = run(arguments)
        said = capsys.readouterr()
        return Done(arguments, code, said.out, said.err)

    return call


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "dbt_project.yml").write_text("name: shop\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def asked(project: Path) -> Path:
    """A project with 30 requests of May 2020: 28 answered, one refused, one interrupted."""
    ledger = Ledger(project / FILE)
    for number in range(30):
        student = number % 3 == 0
        engine, model, most = ("student", "small", None) if student else ("reasoning", "gpt-6-luna", 50_000_000)
        node = f"model.shop.orders_{number % 4}"
        sent = Sent("first", node, engine, model, URL, "low", "1", f"{number:064}", 9_000, most)
        row = ledger.begin(sent)
        if number < 28:
            ledger.end(
                row, Cost(1_000, 500, 200, 150, seconds=2.5, received_bytes=700), most and 200_000, "answered", 200
            )
            ledger.checked(f"{number:064}", 3, number % 2)
        elif number == 28:
            ledger.end(row, Cost(seconds=0.1), 0, RATE_LIMITED, 429)
    ledger.close()
    with sqlite3.connect(project / FILE) as connection:
        connection.execute("update requests set sent_at = printf('2020-05-%02dT10:00:00.000Z', id)")
    connection.close()
    return project


def test_nothing_asked_yet_is_one_friendly_sentence(dbtai: Call, project: Path) -> None:
    done = dbtai(project, "ledger")
    assert (done.returncode, done.stdout, done.stderr) == (0, "Nothing has been sent to a model yet.\n", "")
    assert not (project / FILE).exists()
    follows("ledger", dbtai(project, "ledger", "--format", "json").stdout)
    Ledger(project / FILE).close()
    assert dbtai(project, "ledger", "--by", "node").stdout == "Nothing has been sent to a model yet.\n"


def test_the_last_requests_and_the_totals_of_all(dbtai: Call, asked: Path) -> None:
    before = files(asked)
    done = dbtai(asked, "ledger")
    lines = done.stdout.splitlines()
    assert lines[0].strip() == "The last 20 of 30 requests"
    assert lines[1].split() == ["when", "(UTC)", "node", "model", "in", "out", "USD", "outcome"]
    assert lines[2].split() == [
        "05-11",
        "10:00",
        "orders_2",
        "gpt-6-luna",
        "1,000",
        "200",
        "0.0002",
        *["answered,", "3", "of", "3"],
    ]
    assert lines[21].split()[-2:] == ["0.0500", "sent"]
    assert lines[22].split() == ["all", "28,000", "5,600", "0.0536", "+", "?"]
    assert lines[23].startswith("?: for some of these models no price is known")
    assert max(map(len, lines)) <= 80
    assert files(asked) == before


@pytest.mark.parametrize("by", BY)
def test_sums(dbtai: Call, asked: Path, by: str) -> None:
    done = dbtai(asked, "ledger", "--by", by)
    assert done.stdout.splitlines()[0].strip() == f"30 requests by {by}"
    assert "all" in done.stdout
    report = follows("ledger", dbtai(asked, "ledger", "--by", by, "--format", "json").stdout)
    assert report["by"] == by
    assert sum(row["requests"] for row in report["sums"]) == report["totals"]["requests"] == 30
    assert report["totals"]["usd"] == pytest.approx(18 * 0.0002 + 0.05)
    assert report["totals"]["unpriced"] == 10


def test_json_has_every_request(dbtai: Call, asked: Path) -> None:
    report = follows("ledger", dbtai(asked, "ledger", "--format", "json").stdout)
    assert [row["request_key"] for row in report["requests"]] == [f"{number:064}" for number in range(30)]
    since = follows("ledger", dbtai(asked, "ledger", "--format", "json", "--since", "2020-05-21").stdout)
    assert since["requests"] == report["requests"][20:]
    assert since["totals"]["requests"] == 10
    assert (
        dbtai(asked, "ledger", "--since", "2020-06-01").stdout == "Nothing has been sent to a model since 2020-06-01.\n"
    )


def test_export(dbtai: Call, asked: Path) -> None:
    report = json.loads(dbtai(asked, "ledger", "--format", "json").stdout)
    done = dbtai(asked, "ledger", "--export", "all.jsonl")
    assert (done.returncode, done.stdout, done.stderr) == (0, "Wrote 30 rows to all.jsonl.\n", "")
    lines = (asked / "all.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == report["requests"]

    assert dbtai(asked, "ledger", "--export", "all.parquet").returncode == 0
    rows = duckdb.sql(f"select sent_at::date::text, node, usd, seconds, status, refuted from '{asked}/all.parquet'")
    assert rows.types[2:] == ["DOUBLE", "DOUBLE", "BIGINT", "BIGINT"]
    assert rows.fetchall()[1] == ("2020-05-02", "model.shop.orders_1", 0.0002, 2.5, 200, 1)
    assert len(rows) == 30

    assert dbtai(asked, "ledger", "--export", "days.parquet", "--by", "day", "--since", "2020-05-20").returncode == 0
    days = duckdb.sql(f"select name, requests from '{asked}/days.parquet'").fetchall()
    assert days == [(f"2020-05-{day}", 1) for day in range(20, 31)]
    assert sorted(path.name for path in asked.iterdir() if "par" in path.name or "dbtai" in path.name) == [
        "all.parquet",
        "days.parquet",
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--export", "x.csv"), "a file that ends in .jsonl or .parquet, not to x.csv"),
        (("--export", "nowhere/x.jsonl"), "there is no folder"),
        (("--since", "yesterday"), "'yesterday' does not match the format"),
        (("--by", "colour"), "'colour' is not one of"),
        (("--project-dir", "nowhere"), "There is no dbt project in"),
    ],
)
def test_wrong_usage_is_one_sentence(dbtai: Call, asked: Path, arguments: tuple[str, ...], says: str) -> None:
    before = files(asked)
    done = dbtai(asked, "ledger", *arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert files(asked) == before


def test_a_ledger_of_a_newer_version_is_told(dbtai: Call, asked: Path) -> None:
    with sqlite3.connect(asked / FILE) as connection:
        connection.execute("pragma user_version = 99")
    connection.close()
    done = dbtai(asked, "ledger")
    assert done.returncode == 2
    assert "written by a newer dbtai" in done.stderr


def test_in_a_process_of_its_own(asked: Path) -> None:
    done = doors.dbtai(asked, "ledger", "--by", "model")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[2].split()[:3] == ["gpt-6-luna", "20", "18"]


def test_a_damaged_ledger_is_told(dbtai: Call, project: Path) -> None:
    (project / FILE).parent.mkdir()
    (project / FILE).write_bytes(b"no database " * 500)
    done = dbtai(project, "ledger")
    assert done.returncode == 0
    assert done.stderr.startswith("The ledger was damaged. It is kept as ")
    assert done.stdout == "Nothing has been sent to a model yet.\n"
