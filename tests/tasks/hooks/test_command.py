"""`dbtai hook`: its exit codes, its lines and its JSON; what could not be seen is told and stops nobody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dbt_ai.cli.commands import run
from tests.tasks.hooks.commits import CASES, passed, repository


@pytest.fixture(autouse=True)
def in_a_hook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PRE_COMMIT", "1")


def hook(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        run(["hook", *arguments])
    return int(ended.value.code or 0)


def test_a_finding_is_one_line_and_ends_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository(tmp_path, CASES["description_deleted"])
    assert hook("docs", *passed(tmp_path)) == 1
    assert capsys.readouterr().out == (
        "models/staging/_staging.yml:25: the column amount of stg_orders has no description; say what it is "
        "[undescribed]\n"
    )


def test_json_has_what_the_page_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository(tmp_path, CASES["description_deleted"])
    assert hook("docs", "--format", "json", *passed(tmp_path)) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["schema_version"] == 1
    assert told["job"] == "hook docs"
    assert told["summary"] == {"findings": 1, "fixed": 0}
    (finding,) = told["findings"]
    assert (finding["node"], finding["column"], finding["line"]) == ("model.shop.stg_orders", "amount", 25)


def test_what_cannot_be_seen_is_told_and_stops_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository(tmp_path, CASES["clean_unseen_columns"])
    assert hook("docs", *passed(tmp_path)) == 0
    assert "models/marts/wide.sql: not all columns could be seen (macros write some of its columns)" in (
        capsys.readouterr().out
    )


def test_a_commit_without_dbt_files_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository(tmp_path, CASES["clean_other_files"])
    assert hook("refs", *passed(tmp_path)) == 0
    assert capsys.readouterr().out == ""


def test_what_a_commit_has_to_say_is_a_setting(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository(tmp_path, CASES["clean_old_debt"])
    (tmp_path / "dbt_ai.yml").write_text("hook_docs: models\n", encoding="utf-8")
    assert hook("docs", *passed(tmp_path)) == 1
    assert "the column spent of customers has no description" in capsys.readouterr().out


def test_a_wrong_setting_ends_with_two(tmp_path: Path) -> None:
    repository(tmp_path, CASES["description_deleted"])
    (tmp_path / "dbt_ai.yml").write_text("hook_docs: everything\n", encoding="utf-8")
    assert run(["hook", "docs", *passed(tmp_path)]) == 2


def test_a_file_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository(tmp_path, CASES["description_deleted"])
    assert run(["hook", "docs", "models/nobody.sql"]) == 2
    assert "There is no file models/nobody.sql" in capsys.readouterr().err


def test_without_files_all_that_differs_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    repository(tmp_path, CASES["description_deleted"])
    assert hook("docs") == 0, "pre-commit names the files that it has"
    monkeypatch.delenv("PRE_COMMIT")
    assert hook("docs") == 1
    assert "the column amount of stg_orders has no description" in capsys.readouterr().out


def test_without_files_and_without_a_repository_nobody_knows_what_is_meant(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PRE_COMMIT")
    assert run(["hook", "docs"]) == 2
    assert "name the files to look at" in capsys.readouterr().err
