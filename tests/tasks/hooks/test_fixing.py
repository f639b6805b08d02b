"""What --fix writes: what follows from the SQL alone, as the smallest edit, and nothing a second time."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbt_ai.tasks.hooks.run import run_hook
from tests.tasks.hooks.commits import CASES, git, passed, repository

ENVIRONMENT = {"PRE_COMMIT": "1"}


def fixed(hook: str, folder: Path) -> list[str]:
    """The codes of what is mended, those of what is left marked."""
    found = run_hook(hook, passed(folder), fix=True, environment=ENVIRONMENT).findings
    return [f"{one.code}{'' if one.fixed else ' (left)'}" for one in found]


def test_a_new_model_is_described_as_far_as_its_sql_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(tmp_path, CASES["model_added"])
    monkeypatch.chdir(tmp_path)
    assert fixed("docs", tmp_path) == ["undescribed"] * 3
    assert git(tmp_path, "diff", "--", "models/marts/marts.yml").count("\n-") == 1, "only lines are added"
    text = (tmp_path / "models/marts/marts.yml").read_text(encoding="utf-8")
    assert "- name: countries\n" in text
    assert "description: One row per country (`country`). Figures from `stg_customers`." in text
    assert '"model.shop.countries"' in (tmp_path / "dbt_ai.lock").read_text(encoding="utf-8")
    git(tmp_path, "add", "-A")
    assert not run_hook("docs", passed(tmp_path), fix=True, environment=ENVIRONMENT).findings
    assert not git(tmp_path, "diff", "--name-only")


def test_only_what_the_hook_names_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {"models/marts/marts.yml": [["      - name: order_count\n        description: Number of orders.\n", ""]]}
    case = {**CASES["column_added"], "before": {**before, "dbt_ai.lock": '{"dbt_ai.lock": 1}\n'}}
    repository(tmp_path, case)
    monkeypatch.chdir(tmp_path)
    assert fixed("docs", tmp_path) == ["undescribed"]
    text = (tmp_path / "models/marts/marts.yml").read_text(encoding="utf-8").split("- name: daily")[1]
    assert "- name: highest" in text
    assert "order_count" not in text, "nobody has touched that"


def test_a_stale_text_is_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(tmp_path, CASES["stale_text"])
    monkeypatch.chdir(tmp_path)
    assert fixed("docs", tmp_path) == ["stale-text"]
    text = (tmp_path / "models/marts/marts.yml").read_text(encoding="utf-8")
    assert "Sum of `amount`" not in text
    git(tmp_path, "add", "-A")
    assert not run_hook("docs", passed(tmp_path), environment=ENVIRONMENT).findings


def test_a_placeholder_is_a_persons_to_replace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(tmp_path, CASES["description_becomes_todo"])
    monkeypatch.chdir(tmp_path)
    assert fixed("docs", tmp_path) == ["placeholder-text (left)"]
    assert not git(tmp_path, "diff", "--name-only")


def test_a_key_that_the_sql_proves_gets_its_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(tmp_path, CASES["test_deleted"])
    monkeypatch.chdir(tmp_path)
    assert fixed("tests", tmp_path) == ["untested-grain"]
    text = (tmp_path / "models/marts/marts.yml").read_text(encoding="utf-8")
    assert "- unique" in text.split("- name: daily")[1] or "[unique]" in text.split("- name: daily")[1]
    git(tmp_path, "add", "-A")
    assert not run_hook("tests", passed(tmp_path), environment=ENVIRONMENT).findings


def test_a_key_that_rests_on_what_parents_promise_is_only_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(tmp_path, CASES["key_tests_deleted"])
    monkeypatch.chdir(tmp_path)
    assert fixed("tests", tmp_path) == ["untested-grain (left)"] * 2
    assert not git(tmp_path, "diff", "--name-only")


def test_live_jinja_of_ours_is_protected_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(tmp_path, CASES["live_jinja"])
    monkeypatch.chdir(tmp_path)
    assert fixed("refs", tmp_path) == ["live-jinja"]
    text = (tmp_path / "models/marts/marts.yml").read_text(encoding="utf-8")
    assert "{% raw %}Number of {{ orders }}.{% endraw %}" in text
    git(tmp_path, "add", "-A")
    assert not run_hook("refs", passed(tmp_path), environment=ENVIRONMENT).findings
