"""Mutation scores and unit tests of a project on Postgres: what is written passes there."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dbt_ai.project.opening import open_project
from dbt_ai.project.values import Selection
from dbt_ai.tasks.mutate import mutate
from dbt_ai.tasks.unit_test import UnitTestOptions, write_unit_tests
from dbt_ai.values import MutantKind, Outcome, OutcomeKind
from tests.integration_project.build import run_dbt

Dbtai = Callable[..., "subprocess.CompletedProcess[str]"]
MODELS = ("whole_numbers", "decimals", "added", "documents", "stg_ships", "on_inlined")


def written(outcomes: tuple[Outcome, ...]) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.kind is OutcomeKind.WRITTEN]


def test_written_unit_tests_pass_on_the_server_and_kill_mutants(harbour: Path) -> None:
    before = mutate(open_project(harbour, harbour), Selection(select=("whole_numbers",))).models[0]
    report = write_unit_tests(open_project(harbour, harbour), UnitTestOptions(Selection(select=MODELS)))
    found = written(report.outcomes)
    assert {outcome.target.unique_id.rpartition(".")[2] for outcome in found} >= {*MODELS} - {"documents"}
    assert {verdict.where for outcome in found for verdict in outcome.verdicts} == {"warehouse"}
    assert max(len(outcome.text) for outcome in found) <= 63  # what Postgres takes as a name
    run_dbt(harbour, "test", "--select", "test_type:unit")
    after = mutate(open_project(harbour, harbour), Selection(select=("whole_numbers",))).models[0]
    assert before.count(MutantKind.KILLED) == 0
    assert after.count(MutantKind.KILLED) > 0.8 * len(after.mutants)
    again = write_unit_tests(open_project(harbour, harbour), UnitTestOptions(Selection(select=MODELS)))
    assert again.diff == ""


def test_mutants_are_told_in_the_lines_and_operators_of_the_file(harbour: Path) -> None:
    report = mutate(open_project(harbour, harbour), Selection(select=("whole_numbers", "by_chance", "decimals")))
    scores = {score.node.rpartition(".")[2]: score for score in report.models}
    assert scores["by_chance"].reason == "not-translated"
    divided = [
        one for one in scores["whole_numbers"].mutants if one.operator == "arithmetic-operator" and one.line == 1
    ]
    assert {one.sentence for one in divided} >= {"`/` became `*` in the column `hours` of the final query."}
    file = (harbour / "models" / "whole_numbers.sql").read_text(encoding="utf-8").splitlines()
    assert f"-{file[0]}" in divided[0].diff
    assert all("//" not in one.diff for one in scores["whole_numbers"].mutants)
    assert {one.line for one in scores["decimals"].mutants} <= {1, 2}


def test_a_unit_test_that_does_not_pass_there_is_not_written(harbour: Path) -> None:
    # Postgres writes 2, DuckDB 2.0.
    text = "select ship_id, case when share > 1 then share::text else 'none' end as told from {{ ref('stg_ships') }}\n"
    (harbour / "models" / "told.sql").write_text(text, encoding="utf-8")
    report = write_unit_tests(open_project(harbour, harbour), UnitTestOptions(Selection(select=("told",))))
    assert any(
        notice.startswith("A unit test of told passes in DuckDB and not in the warehouse") for notice in report.notices
    )
    run_dbt(harbour, "test", "--select", "test_type:unit")


def test_without_a_connection_the_verdict_says_so(
    on_postgres: Path, dbtai: Dbtai, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAKERY_HOST", "/nowhere")
    done = dbtai(on_postgres, "unit-test", "-s", "orders", "--format", "json")
    report: dict[str, Any] = json.loads(done.stdout)
    verdicts = [verdict for one in report["outcomes"] for verdict in one["verdicts"]]
    assert {verdict["where"] for verdict in verdicts} == {"transpiled"}
    assert all("it was not run in the warehouse" in verdict["detail"] for verdict in verdicts)
    assert any(notice.startswith("The unit tests were not run in the warehouse") for notice in report["notices"])
