"""`dbtai doctor`: what it sees, what it calls wrong, and that it shows no key."""

from __future__ import annotations

import os
from pathlib import Path

from tests.cli.doors import Done, dbtai, files


def lines(done: Done) -> dict[str, str]:
    """What is said, by what it is said of: `ok dbt-core 1.11.16`."""
    assert done.stderr == ""
    cells = [(line[:5].strip(), *line[7:].split("  ", 1)) for line in done.stdout.splitlines()]
    return {subject.strip(): f"{state} {sentence.strip()}" for state, subject, sentence in cells}


def test_a_good_environment_has_nothing_wrong(bakery: Path) -> None:
    before = files(bakery)
    done = dbtai(bakery, "doctor")
    said = lines(done)
    assert done.returncode == 0, done.stdout
    assert said["plugin"] == "ok dbt sees it"
    assert said["operations"] == "ok ai_document, ai_lineage, ai_mutate, ai_refactor, ai_review, ai_test, ai_unit_test"
    assert said["adapter"] == "ok duckdb, target dev"
    assert said["data"] == "ok can be read"
    assert "dbt-duckdb" in said["adapters"]
    assert said["sqlglotc"]
    assert said["engine: reasoning"].startswith("note Derived texts only, as there is no key")
    assert files(bakery) == before


def test_no_key_is_shown(bakery: Path) -> None:
    done = dbtai(bakery, "doctor", environment={"OPENAI_API_KEY": "sk-very-secret"})
    [said] = [said for subject, said in lines(done).items() if subject == "engine: reasoning"]
    assert said == "ok gpt-6-luna at https://api.openai.com/v1, with the key in OPENAI_API_KEY"
    assert "secret" not in done.stdout


def test_a_key_that_the_server_would_not_be_given_is_told(bakery: Path) -> None:
    environment = {"OPENAI_API_KEY": "sk-very-secret", "DBTAI_BASE_URL": "https://models.example/v1"}
    said = lines(dbtai(bakery, "doctor", environment=environment))["engine: reasoning"]
    assert said.startswith("note Derived texts only: There is no key for https://models.example/v1: set DBTAI_API_KEY")


def test_the_engines_of_the_settings_are_shown_in_their_order(bakery: Path) -> None:
    (bakery / "dbt_ai.yml").write_text(
        "student_base_url: http://localhost:11434/v1\nstudent_model: qwen2.5-coder:1.5b\n"
        "base_url: http://127.0.0.1:8000/v1\nmodel: large\n"
    )
    said = lines(dbtai(bakery, "doctor"))
    assert said["engine: student"] == "ok qwen2.5-coder:1.5b at http://localhost:11434/v1, without a key"
    assert said["engine: reasoning"] == "ok large at http://127.0.0.1:8000/v1, without a key"


def test_a_switched_off_plugin_is_noted(bakery: Path) -> None:
    said = lines(dbtai(bakery, "doctor", environment={"DBTAI_DISABLE": "1"}))
    assert said["plugin"] == "note DBTAI_DISABLE is set: inside dbt nothing of ours is there"
    assert said["operations"] == "note none, as DBTAI_DISABLE is set"


def test_the_other_package_with_our_module_is_wrong(bakery: Path, tmp_path: Path) -> None:
    """PyPI's dbt-ai, as far as pip's records go."""
    record = tmp_path / "site" / "dbt_ai-0.3.1.dist-info" / "METADATA"
    record.parent.mkdir(parents=True)
    record.write_text("Metadata-Version: 2.1\nName: dbt-ai\nVersion: 0.3.1\n", encoding="utf-8")
    done = dbtai(bakery, "doctor", environment={"PYTHONPATH": str(tmp_path / "site")})
    assert done.returncode == 1
    assert "pip uninstall dbt-ai" in lines(done)["dbt-ai"]


def test_a_dbt_of_another_environment_is_noted(bakery: Path, tmp_path: Path) -> None:
    name = "dbt.exe" if os.name == "nt" else "dbt"
    (tmp_path / name).write_text("#!/bin/sh\n", encoding="utf-8")
    (tmp_path / name).chmod(0o755)
    said = lines(dbtai(bakery, "doctor", environment={"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}))
    assert said["dbt on the PATH"].startswith(f"note {tmp_path / name} is of another environment")


def test_without_a_project_the_rest_is_still_said(tmp_path: Path) -> None:
    done = dbtai(tmp_path, "doctor")
    assert done.returncode == 1
    assert lines(done)["project"].startswith("WRONG There is no dbt project in")
    assert lines(done)["plugin"] == "ok dbt sees it"


def test_no_data_is_a_note(bakery: Path) -> None:
    (bakery / "bakery.duckdb").unlink()
    assert lines(dbtai(bakery, "doctor"))["data"].startswith("note ")


def test_the_demo_runs_in_a_folder_with_spaces(tmp_path: Path) -> None:
    done = dbtai(tmp_path, "demo", "--folder", "my first demo", environment={"DBTAI_STUDENT": "none"})
    assert (done.returncode, done.stderr) == (0, "")
    assert "$ dbt run-operation ai_document" in done.stdout
    assert "\n+  - name: orders\n" in done.stdout
    assert "to write" not in done.stdout
    assert (tmp_path / "my first demo" / "dbt_ai.lock").exists()
