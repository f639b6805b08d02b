"""`--where warehouse`: what holds in the rows that were copied has to hold in all of them before it is written."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dbt_ai.project.live import LiveReader
from dbt_ai.project.opening import open_project
from dbt_ai.tasks.gathering import compile_scope, gather
from dbt_ai.tasks.testing import in_warehouse
from dbt_ai.tasks.testing.in_warehouse import InWarehouse
from dbt_ai.tasks.testing.values import Basis, Candidate
from dbt_ai.values import Target, VerdictKind
from tests.integration_project.build import run_dbt

Dbtai = Callable[..., "subprocess.CompletedProcess[str]"]
ECHOES = "model.harbour.echoes"


def outcomes(done: subprocess.CompletedProcess[str], kind: str) -> dict[tuple[str, str], dict[str, Any]]:
    """The outcomes of a kind by column and name of the test."""
    assert done.returncode == 0, done.stderr
    found = [one for one in json.loads(done.stdout)["outcomes"] if one["outcome"] == kind]
    return {(one["column"], one["text"].split()[0]): one for one in found}


def test_what_holds_in_the_copied_rows_alone_is_refused(harbour: Path, dbtai: Dbtai) -> None:
    arguments = ("test", "-s", "echoes", "--format", "json")
    on_copy = outcomes(dbtai(harbour, *arguments, "--dry-run"), "written")
    assert {("ship_id", "relationships"), ("launched", "not_null")} <= set(on_copy)
    done = dbtai(harbour, *arguments, "--where", "warehouse")
    written, refuted = outcomes(done, "written"), outcomes(done, "refuted")
    assert {("ship_id", "relationships"), ("launched", "not_null")} <= set(refuted)
    assert {("echo_id", "unique"), ("kind", "accepted_values")} <= set(refuted)  # proposed though rows are missing
    assert set(written) == {("ping_id", "unique"), ("ping_id", "not_null"), ("echo_id", "not_null")}
    verdicts = [verdict for one in (*written.values(), *refuted.values()) for verdict in one["verdicts"]]
    assert {verdict["where"] for verdict in verdicts} == {"warehouse"}
    assert refuted["ship_id", "relationships"]["verdicts"][0]["rows"] == [{"from_field": 99}] * 5
    assert refuted["kind", "accepted_values"]["verdicts"][0]["rows"] == [{"value_field": "late", "n_records": 30}]
    run_dbt(harbour, "test", "--select", "echoes")


def test_on_duckdb_it_is_the_same_database(bakery: Path, dbtai: Dbtai) -> None:
    done = dbtai(bakery, "test", "--where", "warehouse", "--dry-run", "--format", "json")
    plain = dbtai(bakery, "test", "--dry-run", "--format", "json")
    there, here = json.loads(done.stdout), json.loads(plain.stdout)
    assert there["diff"] == here["diff"]
    assert there["diff"]
    assert "The project's data is in DuckDB" in " ".join(there["notices"])


def test_without_a_connection_nothing_is_done(harbour: Path, dbtai: Dbtai, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARBOUR_HOST", "/nowhere")
    done = dbtai(harbour, "test", "-s", "echoes", "--where", "warehouse")
    assert done.returncode == 2
    assert "The warehouse cannot be asked" in done.stderr
    assert not (harbour / "dbt_ai.lock").exists()


@pytest.fixture(scope="module")
def deciding(built_harbour: Path) -> Iterator[InWarehouse]:
    reader = open_project(built_harbour, built_harbour)
    assert isinstance(reader, LiveReader)
    gathered = gather(reader.project, [ECHOES], compile_scope(reader, [ECHOES]), None)
    with reader.warehouse() as warehouse:
        yield InWarehouse(reader.project, warehouse, gathered.evidence, "tests")


def candidate(kind: str, column: str | None, **arguments: Any) -> Candidate:
    return Candidate(Target(ECHOES, column), kind, Basis.DATA, "", arguments)


def test_a_generic_test_that_the_project_has_not_yet(deciding: InWarehouse) -> None:
    verdict = deciding.verdict(candidate("accepted_range", "doubled", min_value=0))
    assert (verdict.kind, verdict.detail) == (VerdictKind.REFUTED, "10 rows fail in the warehouse.")
    assert deciding.verdict(candidate("accepted_range", "doubled", min_value=-2)).kind is VerdictKind.HOLDS
    both = candidate("unique_combination_of_columns", None, combination_of_columns=["echo_id", "ping_id"])
    assert deciding.verdict(both).kind is VerdictKind.HOLDS


def test_personal_values_are_not_told(deciding: InWarehouse) -> None:
    listed = deciding.verdict(candidate("accepted_values", "email", values=["a1@example.org"]))
    assert {row[0] for row in listed.rows} == {("value_field", "[masked]")}
    singular = candidate(
        "singular", None, name="mails", sql="select kind, email as mail from {model} where ping_id = 1"
    )
    assert deciding.verdict(singular).rows == ((("kind", "long"), ("mail", "[masked]")),)


def test_nothing_but_a_select_is_run(deciding: InWarehouse) -> None:
    for sql in ("delete from {model} returning 1", "select 1; drop table raw.pings", "create table t as select 1"):
        verdict = deciding.verdict(candidate("singular", None, name="bad", sql=sql))
        assert (verdict.kind, verdict.reason) == (VerdictKind.UNPROVEN, "query-failed")
    whole = candidate("singular", None, name="count", sql="select 1 from {model} having count(*) <> 10050")
    assert deciding.verdict(whole).kind is VerdictKind.HOLDS


def test_what_takes_too_long_is_stopped(deciding: InWarehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_warehouse, "SECONDS", 0.5)
    verdict = deciding.verdict(candidate("singular", None, name="slow", sql="select pg_sleep(60)"))
    assert (verdict.kind, verdict.reason) == (VerdictKind.UNPROVEN, "time-limit")
    with deciding.warehouse._adapter.connection_named("seen"):
        running = deciding.warehouse.rows("select count(*) from pg_stat_activity where query like '%pg_sleep(60)%'")
    assert running == [(1,)]  # this very question


def test_words_of_the_warehouse_are_told(deciding: InWarehouse) -> None:
    verdict = deciding.verdict(candidate("not_null", "nowhere"))
    assert (verdict.kind, verdict.reason) == (VerdictKind.UNPROVEN, "query-failed")
    assert "nowhere" in verdict.detail
