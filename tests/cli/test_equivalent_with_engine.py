"""`dbtai equivalent --engine reasoning`: what is asked of a real HTTP server, and what its databases decide."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dbt_ai.cli.commands import run
from tests.servers.loopback_api import LoopbackAPI
from tests.servers.played import Model

SCHEMA = """
CREATE TABLE dept (deptno INT PRIMARY KEY, name VARCHAR(10));
CREATE TABLE emp (empno INT PRIMARY KEY, ename VARCHAR NOT NULL, deptno INT REFERENCES dept, sal INT);
"""
PAIRS = (
    ("euro", "select empno from emp where ascii(ename) <> 8364", "select empno from emp"),
    ("proved", "select empno from emp where sal > 1", "select e.empno from emp as e where e.sal > 1"),
    ("the same", "select empno from emp where ascii(ename) > 90", "select empno from emp where 90 < ascii(ename) + 0"),
    ("hopeless", "select random() as x from emp", "select random() as x from emp"),
)  # fmt: skip


def table(name: str, columns: list[str], *rows: list[Any]) -> dict[str, Any]:
    return {"table": name, "columns": columns, "rows": [{"cells": row} for row in rows]}


def database(*tables: dict[str, Any]) -> dict[str, Any]:
    return {"why": "It begins with another sign.", "tables": list(tables)}


EURO = database(table("emp", ["empno", "ename", "sal"], ["1", "€", "5"], ["2", "b", None]))
NOT_RUN = (
    database(table("emp", ["empno", "ename"], ["1", None])),  # never NULL
    database(table("emp", ["empno", "ename"], ["1", "€"], ["1", "a"])),  # two rows with one key
    database(table("emp", ["empno", "ename", "deptno"], ["1", "€", "7"])),  # no such department
    database(table("emp", ["empno", "ename"], ["many", "€"])),  # no number
    database(table("emp", ["empno", "name"], ["1", "€"])),  # a column of the other table
    database(table("emp", ["empno"], ["1", "€"])),
)


def suggests(*databases: dict[str, Any]) -> list[dict[str, Any]]:
    """What a model says, whatever it is asked."""
    return [{"databases": list(databases)}]


@pytest.fixture
def folder(tmp_path: Path, api: LoopbackAPI, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "schema.sql").write_text(SCHEMA)
    lines = [json.dumps({"id": name, "left": left, "right": right}) for name, left, right in PAIRS]
    (tmp_path / "pairs.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DBTAI_BASE_URL", api.base_url)
    monkeypatch.setenv("DBTAI_MODEL", "played")
    return tmp_path


def verdicts(capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, dict[str, dict[str, Any]]]:
    arguments = ["equivalent", "--pairs", "pairs.jsonl", "--schema", "schema.sql", "--format", "json", *more]
    try:
        code = run(arguments)
    except SystemExit as end:
        code = int(end.code or 0)
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return code, {pair["id"]: pair for pair in found}


def test_a_database_that_the_model_suggests_is_run_and_decides(
    folder: Path, api: LoopbackAPI, model: Model, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = verdicts(capsys)
    assert (code, found["euro"]["verdict"]) == (0, "bounded")
    assert not api.received

    model.answers = suggests(EURO)
    code, found = verdicts(capsys, "--engine", "reasoning")
    assert (code, found["euro"]["verdict"], found["euro"]["reason"]) == (1, "refuted", "other-rows")
    assert found["euro"]["counterexample"]["tables"][0]["rows"] == [[1, "€"]]
    assert [found[name]["verdict"] for name in ("proved", "the same", "hopeless")] == ["proved", "bounded", "unproven"]
    asked = [json.dumps(one.json) for one in api.received if one.method == "POST"]
    assert len(asked) == 2, "what is proved, and what no database could decide, is not asked about"
    assert all("never NULL" in one and "deptno refers to dept.deptno" in one for one in asked)

    verdicts(capsys, "--engine", "reasoning")
    assert len([one for one in api.received if one.method == "POST"]) == 2, "answers are kept"


def test_databases_that_do_not_fit_the_schema_are_not_run(
    folder: Path, model: Model, capsys: pytest.CaptureFixture[str]
) -> None:
    model.answers = suggests(*NOT_RUN)
    code, found = verdicts(capsys, "--engine", "reasoning")
    assert (code, found["euro"]["verdict"]) == (0, "bounded")


def test_without_a_model_one_sentence_says_what_to_do(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DBTAI_BASE_URL", "OPENAI_BASE_URL", "OPENAI_API_KEY", "DBTAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    arguments = ["equivalent", "--pairs", "pairs.jsonl", "--schema", "schema.sql", "--engine", "reasoning"]
    with pytest.raises(SystemExit) as end:
        raise SystemExit(run(arguments))
    assert end.value.code == 2
    assert "OPENAI_API_KEY" in capsys.readouterr().err
