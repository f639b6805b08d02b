"""`dbtai unit-test` on a project with every kind of model and parent, and what real dbt says of what it writes."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import yaml

from dbt_ai.sql.mutants import mutants_of
from tests.cli.doors import dbt, dbtai, files
from tests.tasks.unit_testing.conftest import HARBOUR, unit_tests


def ours(folder: Path) -> dict[str, dict[str, object]]:
    return {name: test for name, test in unit_tests(folder).items() if name.startswith("test_")}


def of(folder: Path, model: str) -> list[dict[str, object]]:
    return [test for test in ours(folder).values() if test["model"] == model]


def test_what_is_written_passes_in_dbt(tested_harbour: Path, tmp_path: Path) -> None:
    """`dbt build` on an empty database runs unit tests before their models are built: an incremental model has no table
    then."""
    fresh = Path(shutil.copytree(tested_harbour, tmp_path / "fresh"))
    (fresh / "harbour.duckdb").unlink()
    done = dbt(fresh, "build")
    assert done.returncode == 0, done.stdout
    assert f"{len(unit_tests(fresh))} unit tests" in done.stdout


def test_the_report_says_what_each_kills(tested_harbour: Path) -> None:
    report = json.loads((tested_harbour.parent / "report.json").read_text(encoding="utf-8"))
    written = [outcome for outcome in report["outcomes"] if outcome["outcome"] == "written"]
    assert {outcome["text"] for outcome in written} == set(ours(tested_harbour))
    assert all(re.search(r"It kills \d+ of \d+ mutants", outcome["detail"]) for outcome in written)
    assert {verdict["verdict"] for outcome in written for verdict in outcome["verdicts"]} == {"holds"}
    killed, possible = map(int, re.findall(r"Unit tests kill (\d+) of the (\d+)", " ".join(report["notices"]))[0])
    assert killed >= 0.95 * possible > 30


def test_dbt_agrees_on_what_a_unit_test_kills(harbour: Path, tested_harbour: Path) -> None:
    """Each mutant is a model of its own, with the unit tests of the original."""
    call, table = "{{ source('port', 'moorings') }}", "moorings"
    sql = (harbour / "models" / "berths.sql").read_text(encoding="utf-8").replace(call, table)
    schema = {table: {"mooring_no": "INTEGER", "boat_id": "INTEGER", "quay": "VARCHAR", "berthed_on": "DATE"}}
    mutants = mutants_of(sql, "duckdb", schema)
    path = harbour / "models" / "models.yml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    for number, mutant in enumerate(mutants):
        text = mutant.sql.replace(table, call)
        (harbour / "models" / f"mutant_{number}.sql").write_text(text, encoding="utf-8")
        for test in of(harbour, "berths"):
            data["unit_tests"].append({**test, "model": f"mutant_{number}", "name": f"{test['name']}_{number}"})
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    done = dbt(harbour, "build", "--select", "mutant_*,resource_type:model", "test_type:unit,mutant_*")
    failed = set(re.findall(r"FAIL 1 mutant_(\d+)::", done.stdout))
    report = json.loads((tested_harbour.parent / "report.json").read_text(encoding="utf-8"))
    (told,) = [one["detail"] for one in report["outcomes"] if one["node"] == "model.harbour.berths"]
    assert f"It kills {len(failed)} of" in told, done.stdout
    assert len(failed) >= 8


def test_a_person_s_unit_test_is_kept_and_counts(tested_harbour: Path) -> None:
    report = json.loads((tested_harbour.parent / "report.json").read_text(encoding="utf-8"))
    (kept,) = [outcome for outcome in report["outcomes"] if outcome["outcome"] == "kept"]
    assert kept["text"] == "cancelled_trips_do_not_count"
    assert int(re.findall(r"kills (\d+)", kept["detail"])[0]) > 0
    before = (HARBOUR / "models" / "models.yml").read_text(encoding="utf-8")
    assert (tested_harbour / "models" / "models.yml").read_text(encoding="utf-8").startswith(before.rstrip("\n"))


def test_every_input_is_given_in_the_words_of_the_model(tested_harbour: Path) -> None:
    given = {test["model"]: [one["input"] for one in test["given"]] for test in ours(tested_harbour).values()}  # type: ignore[attr-defined]
    assert given["berths"] == ["source('port', 'moorings')"]
    assert sorted(given["boat_trips"]) == ["ref('boats')", "ref('stg_trips')"]
    assert given["renamed_boats"] == ["ref('boats_history')"]


def test_an_ephemeral_parent_is_given_as_sql(tested_harbour: Path) -> None:
    for test in of(tested_harbour, "boat_trips"):
        formats = {one["input"]: one.get("format") for one in test["given"]}  # type: ignore[attr-defined]
        assert formats == {"ref('boats')": None, "ref('stg_trips')": "sql"}


def test_an_incremental_model_is_tested_both_ways(tested_harbour: Path) -> None:
    tests = of(tested_harbour, "trip_log")
    assert {test["overrides"]["macros"]["is_incremental"] for test in tests} == {True, False}  # type: ignore[index]
    for test in tests:
        inputs = {one["input"] for one in test["given"]}  # type: ignore[attr-defined]
        assert ("this" in inputs) == test["overrides"]["macros"]["is_incremental"]  # type: ignore[index]


def test_variables_keep_the_values_that_they_had(harbour: Path) -> None:
    for test in of(harbour, "boat_trips"):
        assert test["overrides"] == {"vars": {"long_trip_hours": 8}}
    assert not any("overrides" in test for test in of(harbour, "berths"))
    path = harbour / "dbt_project.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("hours: 8", "hours: 3"), encoding="utf-8")
    done = dbt(harbour, "test", "--select", "boat_trips,test_type:unit", "--exclude", "cancelled_trips_do_not_count")
    assert done.returncode == 0, done.stdout


def test_each_version_has_its_own(tested_harbour: Path) -> None:
    versions = [test["versions"] for test in of(tested_harbour, "boats")]
    assert {"include": [1]} in versions
    assert {"include": [2]} in versions


def test_what_cannot_be_tested_is_said(tested_harbour: Path) -> None:
    report = json.loads((tested_harbour.parent / "report.json").read_text(encoding="utf-8"))
    assert any(notice.startswith("No unit tests of ages: The query asks for the time") for notice in report["notices"])
    assert not of(tested_harbour, "ages")
    assert not of(tested_harbour, "calendar")


def test_a_second_run_adds_nothing(tested_harbour: Path) -> None:
    before = files(tested_harbour)
    done = dbtai(tested_harbour, "unit-test", "--check", "--select", "berths", "trip_log", "boats")
    assert done.returncode == 0, done.stdout
    assert files(tested_harbour) == before


def test_a_unit_test_that_was_deleted_does_not_come_back(harbour: Path) -> None:
    path = harbour / "models" / "models.yml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    data["unit_tests"] = [test for test in data["unit_tests"] if test["model"] != "berths"]
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    done = dbtai(harbour, "unit-test", "--select", "berths")
    assert done.returncode == 0, done.stderr
    assert "somebody deleted" in done.stdout
    assert not of(harbour, "berths")


def test_no_more_than_asked_for_and_only_what_is_selected(built_harbour: Path) -> None:
    done = dbtai(built_harbour, "unit-test", "--dry-run", "--most", "1", "--select", "trip_log")
    assert done.returncode == 0, done.stderr
    assert len(re.findall(r"^\+  - name: ", done.stdout, re.MULTILINE)) == 1
    assert "is_incremental: " in done.stdout
    assert "berths" not in done.stdout
    assert dbtai(built_harbour, "unit-test", "--most", "0").returncode == 2


def test_the_operation_does_the_same(built_harbour: Path, tested_harbour: Path) -> None:
    before = files(built_harbour)
    arguments = "{select: berths, check: true, format: json, most: 5}"
    done = dbt(built_harbour, "-q", "run-operation", "ai_unit_test", "--args", arguments)
    assert done.returncode == 1, done.stderr
    names = {outcome["text"] for outcome in json.loads(done.stdout)["outcomes"]}
    assert names == {test["name"] for test in of(tested_harbour, "berths")}
    assert files(built_harbour) == before


def test_models_whose_parents_are_not_built_get_theirs_too(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(HARBOUR, tmp_path / "harbour"))
    done = dbtai(folder, "unit-test", "--select", "boats")
    assert done.returncode == 0, done.stderr
    assert {one.get("format") for test in of(folder, "boats") for one in test["given"]} == {"sql"}  # type: ignore[attr-defined]
    built = dbt(folder, "build", "--select", "+boats")
    assert built.returncode == 0, built.stdout
    assert all(f"test_boats_v{version}_" in built.stdout for version in (1, 2))
