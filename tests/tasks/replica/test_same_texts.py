"""The demo project says the same of itself on Postgres as on DuckDB, whether the server answers or not."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dbt_ai.tasks.gathering import compile_scope
from dbt_ai.tasks.replica import open_replica
from tests.integration_project.build import run_dbt
from tests.tasks.replica.test_postgres import of_copy, of_server, opened, table

Dbtai = Callable[..., "subprocess.CompletedProcess[str]"]


def told(done: subprocess.CompletedProcess[str]) -> tuple[dict[Any, Any], list[str], dict[str, Any]]:
    """The text and the kinds of verdicts of each target, the findings, and the whole report."""
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    texts = {
        (one["node"], one["column"]): (one["text"], [verdict["verdict"] for verdict in one["verdicts"]])
        for one in report["outcomes"]
    }
    return texts, [finding["sentence"] for finding in report["findings"]], report


@pytest.mark.parametrize("answers", [True, False], ids=["server", "no server"])
def test_the_same_texts_as_on_duckdb(
    answers: bool, on_postgres: Path, bakery: Path, dbtai: Dbtai, monkeypatch: pytest.MonkeyPatch, request: Any
) -> None:
    monkeypatch.setenv("BAKERY_HOST", request.getfixturevalue("postgres") if answers else "/nowhere")
    if answers:
        run_dbt(on_postgres, "build")
    arguments = ("document", "--engine", "derived", "--dry-run", "--format", "json")
    texts, findings, _ = told(dbtai(bakery, *arguments))
    others, other_findings, report = told(dbtai(on_postgres, *arguments))
    assert others == texts
    assert other_findings == findings
    places = {verdict["where"] for outcome in report["outcomes"] for verdict in outcome["verdicts"]}
    assert places == {"sql", "transpiled"}
    assert len(report["notices"]) == 1
    assert report["notices"][0].startswith("The data is a copy in DuckDB, in memory, of 8 relations")


def test_written_data_tests_pass_on_the_server(
    on_postgres: Path, postgres: str, dbtai: Dbtai, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAKERY_HOST", postgres)
    report = json.loads(dbtai(on_postgres, "test", "--format", "json").stdout)
    written = [one for one in report["outcomes"] if one["outcome"] == "written"]
    assert written
    assert {verdict["where"] for one in written for verdict in one["verdicts"]} <= {"sql", "transpiled"}
    run_dbt(on_postgres, "build")
    reader = opened(on_postgres)
    names = sorted(reader.project.nodes)
    with open_replica(reader, compile_scope(reader, names)) as sandbox:
        here = {name: of_copy(sandbox, table(reader.project.nodes[name])) for name in names}
    # Seeds without types, too: their whole numbers are divided as such.
    assert here == {name: of_server(reader, name) for name in names}
