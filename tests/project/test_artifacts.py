"""Artifacts of dbt 1 and dbt 2. The kept manifest is what dbt 2.0.0a4's `dbt compile` wrote for the shop, less its
macros and lineage maps, which nothing reads."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from dbt_ai.errors import ProjectError
from dbt_ai.project.artifacts import ArtifactReader, arguments_property
from dbt_ai.project.live import LiveReader
from dbt_ai.project.opening import open_project
from dbt_ai.project.values import Project, Selection
from tests.project.shop import copy_fixtures

KEPT = Path(__file__).parent / "artifacts" / "dbt_2.0.0a4_manifest.json"


@pytest.fixture
def shop_of_dbt_2(tmp_path: Path) -> Path:
    """The shop as dbt 2 leaves it: never parsed by dbt 1, and refusing it."""
    copy_fixtures(tmp_path)
    root = tmp_path / "shop"
    with (root / "dbt_project.yml").open("a") as file:
        file.write('require-dbt-version: ">=2.0.0"\n')
    (root / "target").mkdir()
    shutil.copy(KEPT, root / "target" / "manifest.json")
    return root


def comparable(project: Project) -> dict[str, object]:
    """What a live dbt and its artifacts must agree on."""
    nodes = {uid: replace(node, config={}, constraints=(), columns=()) for uid, node in project.nodes.items()}
    columns = {
        uid: {
            column.name: (column.description.strip(), column.raw_description, column.data_type)
            for column in node.columns
        }
        for uid, node in project.nodes.items()
    }
    tests = sorted(project.data_tests, key=lambda test: test.unique_id)
    return {
        "nodes": nodes,
        "columns": columns,
        "tests": tests,
        "exposures": project.exposures,
        "duckdb": project.duckdb,
    }


def test_artifacts_of_dbt_1_say_what_a_live_dbt_says(built: Path, live: LiveReader) -> None:
    reader = ArtifactReader(built, built / "target")
    expected = {**comparable(live.project), "duckdb": None}
    assert comparable(reader.project) == expected
    assert reader.project.read_from == "artifacts"
    assert reader.project.disabled == live.project.disabled
    compiled, alive = (one.compile(["model.shop.customers", "model.shop.scores"]) for one in (reader, live))
    assert set(compiled) == set(alive) == {"model.shop.customers"}
    assert str(compiled["model.shop.customers"].sql).split() == str(alive["model.shop.customers"].sql).split()


def test_compiled_files_stand_in_for_compiled_code(shop: Path) -> None:
    path = shop / "target" / "manifest.json"
    manifest = json.loads(path.read_text())
    for node in manifest["nodes"].values():
        node.pop("compiled_code", None)
    path.write_text(json.dumps(manifest))
    (shop / "target" / "compiled" / "shop" / "models" / "marts" / "daily.sql").unlink()
    compiled = ArtifactReader(shop, shop / "target").compile(["model.shop.customers", "model.shop.daily"])
    assert "sum(o.amount)" in str(compiled["model.shop.customers"].sql)
    assert compiled["model.shop.daily"].error == "It is not compiled; run `dbt compile`."


def test_a_project_of_dbt_2_is_read_from_its_artifacts(shop_of_dbt_2: Path, live: LiveReader) -> None:
    reader = open_project(shop_of_dbt_2)
    project = reader.project
    assert (project.read_from, project.dbt_version, project.target_name) == ("artifacts", "2.0.0-alpha.4", "dev")
    assert (project.adapter_type, project.dialect, project.arguments_property) == ("duckdb", "duckdb", True)
    assert project.duckdb is not None
    assert project.duckdb.path == str((shop_of_dbt_2 / "shop.duckdb").resolve())
    mine, theirs = comparable(project), comparable(live.project)
    assert mine["tests"] == theirs["tests"]
    assert mine["exposures"] == theirs["exposures"]
    assert set(project.nodes) == set(live.project.nodes)
    for uid, node in live.project.nodes.items():
        other = project.nodes[uid]
        for field in (
            "relation",
            "language",
            "depends_on",
            "raw_description",
            "place",
            "version",
            "unique_key",
            "tags",
        ):
            assert getattr(other, field) == getattr(node, field), (uid, field)
    column = project.nodes["model.shop.stg_customers"].column("customer_id")
    assert column is not None
    assert column.raw_description == "{{ doc('nothing') }}"
    assert reader.select(Selection(("+customers",)), ["model"]) == live.select(Selection(("+customers",)), ["model"])
    assert reader.select(Selection(selector="finance"), ["model"]) == ("model.shop.customers",)


def test_compiling_says_which_models_dbt_2_left_out(shop_of_dbt_2: Path) -> None:
    compiled = open_project(shop_of_dbt_2).compile(["model.shop.customers", "model.shop.statuses"])
    assert "sum(o.amount)" in str(compiled["model.shop.customers"].sql)
    assert compiled["model.shop.statuses"].error == "It is not compiled; run `dbt compile`."


def test_state_of_dbt_2(shop_of_dbt_2: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    manifest = json.loads(KEPT.read_text())
    manifest["nodes"]["model.shop.customers"]["raw_code"] = "select 1 as before"
    (state / "manifest.json").write_text(json.dumps(manifest))
    reader = open_project(shop_of_dbt_2)
    assert reader.select(Selection(("state:modified",), state=str(state)), ["model"]) == ("model.shop.customers",)


def test_without_a_profile_artifacts_are_read_all_the_same(shop_of_dbt_2: Path) -> None:
    (shop_of_dbt_2 / "profiles.yml").unlink()
    project = open_project(shop_of_dbt_2, profiles_dir=shop_of_dbt_2).project
    assert (project.duckdb, project.target_name, project.adapter_type) == (None, "", "duckdb")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "cannot be read"),
        ("[]", "is not a manifest"),
        ('{"metadata": {"dbt_version": "2.1.0"}}', "is not a manifest"),
    ],
)
def test_a_broken_manifest_is_one_sentence(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(ProjectError) as error:
        ArtifactReader(tmp_path, tmp_path)
    assert words in str(error.value)
    assert "dbt compile" in str(error.value)


def test_a_missing_manifest_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as error:
        ArtifactReader(tmp_path, tmp_path)
    assert "run `dbt compile` first" in str(error.value)


def test_a_node_that_does_not_load_is_named(tmp_path: Path) -> None:
    manifest = json.loads(KEPT.read_text())
    manifest["nodes"]["model.shop.daily"]["depends_on"] = "nonsense"
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "dbt_project.yml").write_text("name: shop\n")
    with pytest.raises(ProjectError) as error:
        _ = ArtifactReader(tmp_path, tmp_path).project
    assert "model.shop.daily" in str(error.value)
    assert "nonsense" not in str(error.value)


@pytest.mark.parametrize(
    ("version", "flags", "expected"),
    [
        ("2.0.0-alpha.4", {}, True),
        ("1.11.16", {}, True),
        ("1.10.5", {}, False),
        ("1.10.5", {"require_generic_test_arguments_property": True}, True),
        ("1.12.0", {"require_generic_test_arguments_property": False}, False),
    ],
)
def test_arguments_property(version: str, flags: dict[str, bool], expected: bool) -> None:
    assert arguments_property(version, flags) is expected
