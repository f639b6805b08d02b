"""`dbtai equivalent`: verdicts of pairs, what they are shown with, and what bad input gets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dbt_ai.cli.commands import run

SCHEMA = """
CREATE TABLE dept (deptno INT PRIMARY KEY, name VARCHAR(10));
CREATE TABLE emp (empno INT PRIMARY KEY, ename VARCHAR NOT NULL, deptno INT REFERENCES dept, sal INT, hired DATE);
"""
PAIRS = (
    ("same", "select ename from emp where sal > 1", "select e.ename from emp as e where e.sal > 1"),
    (
        "not in",
        "select ename from emp where deptno not in (select deptno from dept where name = 'x')",
        "select ename from emp e left join (select * from dept where name = 'x') d using (deptno) "
        "where d.deptno is null",
    ),
    ("types", "select sal / 2 as x from emp", "select sal // 2 as x from emp"),
    ("no such column", "select nothing from emp", "select nothing from emp"),
    ("no SQL", "select (", "select 1"),
    ("random", "select random() as r", "select random() as r"),
    ("hostile", "select * from read_csv('/etc/passwd')", "select * from read_csv('/etc/passwd')"),
    ("writes", "drop table emp", "drop table emp"),
)
VERDICTS = {
    "same": "proved same-normal-form",
    "not in": "refuted other-rows",
    "types": "refuted other-columns",
    "no such column": "unproven query-failed",
    "no SQL": "unproven not-one-query",
    "random": "unproven non-deterministic",
    "hostile": "unproven unknown-table-function",
    "writes": "unproven not-one-query",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "schema.sql").write_text(SCHEMA)
    lines = [json.dumps({"id": name, "left": left, "right": right}) for name, left, right in PAIRS]
    (tmp_path / "pairs.jsonl").write_text("\n".join(lines) + "\n")
    (tmp_path / "a.sql").write_text("select empno from emp where sal > 5")
    (tmp_path / "b.sql").write_text("select empno from emp where sal >= 5")
    return tmp_path


def ended(*arguments: object) -> int:
    """The exit code of a run."""
    with pytest.raises(SystemExit) as end:
        raise SystemExit(run(["equivalent", *map(str, arguments)]))
    return int(str(end.value.code))


def test_many_pairs_give_an_object_a_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--pairs", folder / "pairs.jsonl", "--schema", folder / "schema.sql", "--format", "json")
    assert ended(*arguments) == 1
    found: list[dict[str, Any]] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {pair["id"]: f"{pair['verdict']} {pair['reason']}" for pair in found} == VERDICTS
    (shown,) = (pair["counterexample"] for pair in found if pair["counterexample"])
    assert shown["left"]["rows"] != shown["right"]["rows"]
    assert sum(len(table["rows"]) for table in shown["tables"]) == 2


def test_two_files_and_the_smallest_database(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(folder / "a.sql", folder / "b.sql", "--schema", folder / "schema.sql") == 1
    shown = capsys.readouterr().out
    assert "refuted [other-rows]" in shown
    assert "sal\n    -----  ---\n" in shown
    assert "  left gives\n    no rows\n" in shown
    assert ended(folder / "a.sql", folder / "a.sql", "--schema", folder / "schema.sql") == 0


def test_bad_input_is_one_sentence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "broken.jsonl").write_text('{"id": 1}\n')
    (folder / "empty.sql").write_text("select 1")
    (folder / "typo.sql").write_text("create tabel emp (empno int)")
    for arguments, words in (
        ((folder / "a.sql", folder / "b.sql"), "give --schema"),
        ((folder / "a.sql", "--schema", folder / "schema.sql"), "two files"),
        ((folder / "a.sql", folder / "nowhere.sql", "--schema", folder / "schema.sql"), "nowhere.sql cannot be read"),
        (("--pairs", folder / "broken.jsonl", "--schema", folder / "schema.sql"), "Line 1"),
        (("--pairs", folder / "pairs.jsonl", "--schema", folder / "empty.sql"), "CREATE TABLE"),
        (("--pairs", folder / "pairs.jsonl", "--schema", folder / "typo.sql"), "CREATE TABLE"),
    ):
        assert ended(*arguments) == 2
        said = capsys.readouterr()
        assert words in said.err
        assert said.out == ""
        assert said.err.count("\n") == 1


def test_a_tolerance_is_named_where_it_is_needed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "rates.sql").write_text("create table rates (id int, rate double)")
    with duckdb.connect(str(folder / "rates.duckdb")) as connection:
        connection.execute("create table rates as select i as id, i / 7 as rate from range(100) as t(i)")
    third = "select id, rate / 3 as part from rates"
    pairs = [
        ("close", third, third.replace("/ 3", "* 0.33333333")),
        ("differs", third, third.replace("/ 3", "/ 3.003")),
    ]
    lines = [json.dumps({"id": name, "left": left, "right": right}) for name, left, right in pairs]
    (folder / "rates.jsonl").write_text("\n".join(lines))
    arguments = ("--pairs", folder / "rates.jsonl", "--schema", folder / "rates.sql")
    assert ended(*arguments, "--tolerance", "1e-7", "--database", folder / "rates.duckdb", "--format", "json") == 1
    found = {pair["id"]: pair for pair in map(json.loads, capsys.readouterr().out.splitlines())}
    close = found["close"]
    assert (close["verdict"], close["reason"], close["tolerance"]) == ("bounded", "within-tolerance", 1e-7)
    assert close["detail"].endswith("Both give the same 100 rows within 1e-7 on the data that is there.")
    assert found["differs"]["verdict"] == "refuted"
    for wrong in ("0", "-1", "1e-12", "0.5", "nan"):
        assert ended(*arguments, "--tolerance", wrong) == 2
        assert "between 1e-10 and 0.1" in capsys.readouterr().err


def test_rows_of_a_database_decide_what_the_schema_does_not(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with duckdb.connect(str(folder / "shop.duckdb")) as connection:
        connection.execute("create table emp as select i as empno, i % 4 as deptno from range(100) as t(i)")
    many = "select deptno from emp group by deptno having count(*) > "
    pairs = [("holds", f"{many} 20", f"{many} 24"), ("differs", f"{many} 20", f"{many} 40")]
    lines = [json.dumps({"id": name, "left": left, "right": right}) for name, left, right in pairs]
    (folder / "many.jsonl").write_text("\n".join(lines))
    arguments = ("--pairs", folder / "many.jsonl", "--schema", folder / "schema.sql")
    before = (folder / "shop.duckdb").read_bytes()
    assert ended(*arguments, "--database", folder / "shop.duckdb", "--format", "json") == 1
    found = {pair["id"]: pair for pair in map(json.loads, capsys.readouterr().out.splitlines())}
    assert (found["holds"]["verdict"], found["holds"]["reason"]) == ("holds", "same-on-data")
    assert found["differs"]["reason"] == "other-rows-on-data"
    assert sorted(found["differs"]["on_data"]["only_left"]) == [[0], [1], [2], [3]]
    assert (folder / "shop.duckdb").read_bytes() == before
    assert ended(*arguments, "--database", folder / "shop.duckdb") == 1
    assert "only left gives\n    deptno\n" in capsys.readouterr().out
    assert ended(*arguments, "--database", folder / "nowhere.duckdb") == 2
    assert "nowhere.duckdb does not exist" in capsys.readouterr().err
