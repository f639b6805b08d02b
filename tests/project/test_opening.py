"""Opening a project for the command line: found, parsed in silence, or refused with one sentence."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from dbt_ai.errors import ProjectError
from dbt_ai.project.opening import find_root, open_project


def refusal(root: Path, **options: object) -> str:
    with pytest.raises(ProjectError) as error:
        open_project(root, **options)  # type: ignore[arg-type]
    assert "\n" not in str(error.value)
    return str(error.value)


def test_the_project_is_found_from_a_folder_below(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop / "models" / "marts")
    assert open_project().project.root == shop
    assert Path.cwd() == shop / "models" / "marts"


def test_dbts_own_variable_names_the_project(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DBT_PROJECT_DIR", str(shop))
    assert find_root(None) == shop


def test_no_project(tmp_path: Path) -> None:
    assert "There is no dbt project in" in refusal(tmp_path)
    with pytest.raises(ProjectError, match="--project-dir"):
        find_root(tmp_path / "nowhere")


def test_nothing_is_said_and_no_artifact_is_touched(shop: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (shop / "macros").mkdir()
    (shop / "macros" / "loud.sql").write_text("{% macro loud() %}{% do print('noise') %}{% endmacro %}")
    (shop / "models" / "loud.sql").write_text("{% do print('noise') %}{% do log('noise', info=true) %}select 1 as x")
    before = (shop / "target" / "manifest.json").read_bytes()
    reader = open_project(shop)
    assert "model.shop.loud" in reader.project.nodes
    reader.compile(list(reader.project.nodes))
    assert capfd.readouterr() == ("", "")
    assert (shop / "target" / "manifest.json").read_bytes() == before


def test_target_and_variables(shop: Path) -> None:
    reader = open_project(shop, target="prod", variables={"cents": 1000})
    assert reader.project.target_name == "prod"
    assert reader.project.duckdb is not None
    assert reader.project.duckdb.path.endswith("prod.duckdb")
    assert "amount_cents / 1000" in str(reader.compile(["model.shop.stg_orders"])["model.shop.stg_orders"].sql)


@pytest.mark.parametrize(
    ("path", "content", "words"),
    [
        ("models/wrong.sql", "select * from {{ ref('nowhere') }}", "depends on a node named 'nowhere'"),
        ("models/wrong.sql", "select {% if %}", "models/wrong.sql"),
        ("models/wrong.yml", "models:\n  - name: [", "wrong.yml"),
        ("dbt_project.yml", "name: shop\nprofile: shop\nmodels: [", "dbt_project.yml"),
    ],
)
def test_what_does_not_parse_is_told_with_its_file(shop: Path, path: str, content: str, words: str) -> None:
    (shop / path).write_text(content)
    assert words in refusal(shop).replace(os.sep, "/")


def test_packages_that_are_not_installed(shop: Path) -> None:
    shutil.rmtree(shop / "dbt_packages")
    assert "dbt deps" in refusal(shop)


def test_no_profile(shop: Path, tmp_path: Path) -> None:
    assert "--profiles-dir" in refusal(shop, profiles_dir=tmp_path)
    (shop / "profiles.yml").write_text("another:\n  outputs: {}\n")
    assert "Could not find profile named 'shop'" in refusal(shop)


def test_unknown_target(shop: Path) -> None:
    assert "does not have a target named 'nowhere'" in refusal(shop, target="nowhere")


def test_an_adapter_that_is_not_installed(shop: Path) -> None:
    profiles = (shop / "profiles.yml").read_text()
    (shop / "profiles.yml").write_text(profiles.replace("type: postgres", "type: clickhouse"))
    assert "pip install dbt-clickhouse" in refusal(shop, target="postgres")


def test_a_project_that_asks_for_dbt_2_without_artifacts_of_it(shop: Path) -> None:
    with (shop / "dbt_project.yml").open("a") as file:
        file.write('require-dbt-version: ">=2.0.0"\n')
    assert "run `dbt compile` with it first" in refusal(shop)
