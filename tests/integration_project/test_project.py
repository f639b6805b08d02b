"""The integration project builds, has all that a real project has, and its data can grow without changing."""

from __future__ import annotations

import json
import runpy
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.integration_project.build import (
    DATABASE,
    PROPERTY_FOLDERS,
    SOURCE,
    BuildFailed,
    run_dbt,
    strip_descriptions,
)
from tests.truths.score import read_texts

STYLES = {
    "a file a folder, blank lines and comments": "models/staging/app/_app__models.yml",
    "a file a model, single quotes, unindented lists": "models/staging/pos/stg_pos__tickets.yml",
    "flow maps, anchors, CRLF": "models/staging/crm/_crm.yml",
}


@pytest.fixture(scope="module")
def manifest(built_integration_project: Path) -> dict[str, Any]:
    path = built_integration_project / "target" / "manifest.json"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def test_it_builds_and_all_its_own_tests_pass(built_integration_project: Path) -> None:
    results = json.loads((built_integration_project / "target" / "run_results.json").read_text(encoding="utf-8"))
    statuses = Counter((result["unique_id"].split(".")[0], result["status"]) for result in results["results"])
    kinds = {kind for kind, _ in statuses}
    assert kinds >= {"model", "seed", "snapshot", "test", "unit_test"}
    assert {status for _, status in statuses} <= {"success", "pass", "no-op"}
    assert statuses["model", "success"] >= 35
    assert statuses["test", "pass"] >= 40


def test_it_has_what_real_projects_have(manifest: dict[str, Any]) -> None:
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    materialized = Counter(model["config"]["materialized"] for model in models)
    assert set(materialized) == {"view", "table", "incremental", "ephemeral"}
    assert {model["version"] for model in models} == {None, 1, 2}
    assert {model["language"] for model in models} == {"sql", "python"}
    assert any(model["contract"]["enforced"] for model in models)
    assert len({source["source_name"] for source in manifest["sources"].values()}) == 5
    assert manifest["exposures"]
    assert len(manifest["unit_tests"]) >= 2
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    generic = {test["test_metadata"]["name"] for test in tests if test.get("test_metadata")}
    assert generic == {"unique", "not_null", "accepted_values", "relationships", "not_negative"}
    assert sum(test.get("test_metadata") is None for test in tests) == 2


def test_about_half_of_the_models_are_documented(manifest: dict[str, Any]) -> None:
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    with_text = [m for m in models if m["description"] or any(c["description"] for c in m["columns"].values())]
    assert 0.35 < len(with_text) / len(models) < 0.65
    without_file = {model["name"] for model in models if model["patch_path"] is None}
    assert {"stg_shop__orders", "stg_shop__order_items", "stg_sheets__station_survey", "ops_bike_wear"} <= without_file


def test_descriptions_may_hold_jinja(manifest: dict[str, Any]) -> None:
    rentals = manifest["nodes"]["model.wheelhouse.stg_app__rentals"]
    assert "UTC plus 1 hour" in rentals["description"]
    assert rentals["columns"]["currency"]["description"] == "Currency of the fee. Always EUR so far."
    assert rentals["columns"]["fee"]["description"].startswith("Fee of the rental in euros with VAT")


@pytest.mark.parametrize("path", STYLES.values(), ids=STYLES.keys())
def test_the_property_files_hold_descriptions(path: str) -> None:
    content = yaml.safe_load((SOURCE / path).read_text(encoding="utf-8"))
    assert any(column.get("description") for model in content["models"] for column in model.get("columns", ()))


def test_the_property_files_are_in_three_styles() -> None:
    by_folder, by_model, flow = ((SOURCE / path).read_bytes().decode() for path in STYLES.values())
    assert "\n\n  - name: stg_app__bikes\n" in by_folder
    assert "\n      # filled by the sign-up form\n" in by_folder
    assert "\nmodels:\n- name: stg_pos__tickets\n  description: '" in by_model
    assert "&account {name: account_id" in flow
    assert "\r\n      - *account\r\n" in flow
    assert flow.count("\n") == flow.count("\r\n")
    assert "\r" not in by_folder + by_model


def without_descriptions(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: without_descriptions(value) for key, value in content.items() if key != "description"}
    return [without_descriptions(item) for item in content] if isinstance(content, list) else content


def test_descriptions_can_be_stripped_and_nothing_else(integration_project: Path) -> None:
    paths = [path for folder in PROPERTY_FOLDERS for path in (integration_project / folder).rglob("*.yml")]
    before = {path: path.read_bytes() for path in paths}
    strip_descriptions(integration_project)
    assert len(paths) >= 10
    for path in paths:
        after = path.read_bytes()
        assert yaml.safe_load(after) == without_descriptions(yaml.safe_load(before[path])), path
        left = iter(before[path].splitlines(keepends=True))
        flow = b", description:"
        assert all(line in left for line in after.splitlines(keepends=True)) or flow in before[path], path
    run_dbt(integration_project, "parse")
    assert read_texts(integration_project) == {}


def test_a_test_may_change_its_copy(integration_project: Path, built_integration_project: Path) -> None:
    changed = integration_project / "models" / "marts" / "core" / "dim_bikes.sql"
    changed.write_text("select 1 as bike_id", encoding="utf-8")
    run_dbt(integration_project, "run", "--select", "dim_bikes")

    def bikes(project: Path) -> int:
        with duckdb.connect(str(project / DATABASE), read_only=True) as connection:
            return len(connection.execute("from dim_bikes").fetchall())

    assert (bikes(integration_project), bikes(built_integration_project)) == (1, 60)


def test_a_project_that_does_not_build_is_told_with_its_output(integration_project: Path) -> None:
    (integration_project / "models" / "broken.sql").write_text("select no_such_column from {{ ref('parts') }}")
    with pytest.raises(BuildFailed, match="no_such_column"):
        run_dbt(integration_project, "run", "--select", "broken")


def test_the_data_is_the_same_each_time_grows_without_changing_and_can_be_drawn_anew() -> None:
    module = runpy.run_path(str(SOURCE / "generate_data.py"))
    make, draw, days = module["make_tables"], module["Draw"], module["DAYS"]

    def rows(**changes: Any) -> dict[str, list[tuple[Any, ...]]]:
        return {table.name: table.rows for table in make(draw(**{"seed": 7, "scale": 1, "days": days} | changes))}

    usual, grown, other, larger = rows(), rows(days=days + 60), rows(seed=8), rows(scale=3)
    assert rows() == usual
    for table, rows_before in usual.items():
        assert grown[table][: len(rows_before)] == rows_before, table
    assert len(grown["raw_app.rentals"]) == len(usual["raw_app.rentals"]) + 300
    assert other["raw_app.rentals"] != usual["raw_app.rentals"]
    assert len(other["raw_app.rentals"]) == len(usual["raw_app.rentals"])
    assert len(larger["raw_app.rentals"]) == 3 * len(usual["raw_app.rentals"])


def test_the_seeds_in_the_repository_are_those_that_the_script_writes(tmp_path: Path) -> None:
    runpy.run_path(str(SOURCE / "generate_data.py"))["write_seeds"](tmp_path)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_bytes() for path in (SOURCE / "seeds").glob("*.csv")}
