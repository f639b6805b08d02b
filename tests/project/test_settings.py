"""dbt_ai.yml, then the environment, then flags."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbt_ai.errors import UsageError
from dbt_ai.project.settings import Settings, read_settings


def test_defaults(tmp_path: Path) -> None:
    assert read_settings(tmp_path, environment={}) == Settings()
    assert Settings().share == "statistics"


def test_the_later_place_wins(tmp_path: Path) -> None:
    (tmp_path / "dbt_ai.yml").write_text("engine: derived\neffort: high\nmodel: small\n")
    environment = {"DBTAI_EFFORT": "medium", "DBTAI_MODEL": "large", "DBTAI_DISABLE": "0"}
    settings = read_settings(tmp_path, {"model": "largest", "engine": None, "dry_run": True}, environment)
    assert settings == Settings(engine="derived", effort="medium", model="largest")


def test_numbers_and_switches_are_read_from_every_place(tmp_path: Path) -> None:
    (tmp_path / "dbt_ai.yml").write_text("max_cost: 2\noffline: true\n")
    settings = read_settings(tmp_path, environment={"DBTAI_CONCURRENCY": "16", "DBTAI_OFFLINE": "no"})
    assert settings == Settings(max_cost=2.0, offline=False, concurrency=16)
    assert read_settings(tmp_path, {"max_cost": 0.5}, environment={}).max_cost == 0.5


def test_an_empty_file_or_variable_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "dbt_ai.yml").write_text("# nothing yet\n")
    assert read_settings(tmp_path, environment={"DBTAI_ENGINE": ""}) == Settings()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("engin: derived", "dbt_ai.yml has a setting that does not exist, engin. There are engine, model,"),
        ("engine: best", "engine must be one of auto, derived, student, reasoning, not 'best'"),
        ("engine: [derived]", "engine must be a text"),
        ("share: everything", "share must be one of nothing, statistics, samples"),
        ("api_key: sk-something", "must not hold api_key: files are committed"),
        ("openai_token: abc", "must not hold openai_token"),
        ("max_cost: a lot", "max_cost must be an amount in US dollars such as 2.50, not 'a lot'"),
        ("max_cost: .inf", "max_cost must be an amount"),
        ("max_cost: true", "max_cost must be an amount"),
        ("concurrency: 0", "concurrency must be a whole number from 1 to 64, not 0"),
        ("concurrency: 2.5", "concurrency must be a whole number"),
        ("refactor_rounds: 0", "refactor_rounds must be a whole number from 1 to 10, not 0"),
        ("sample_rows: -1", "sample_rows must be a whole number up to 1,000,000, not -1"),
        ("offline: maybe", "offline must be true or false, not 'maybe'"),
        ("max_effort: research", "max_effort must be one of none, minimal"),
        ("- engine", "must hold settings such as `engine: derived`"),
        ("engine: [", "dbt_ai.yml cannot be read"),
    ],
)
def test_mistakes_in_the_file_are_one_sentence(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "dbt_ai.yml").write_text(content)
    with pytest.raises(UsageError) as error:
        read_settings(tmp_path, environment={})
    assert words in str(error.value)
    assert "\n" not in str(error.value)
    assert "sk-something" not in str(error.value)


def test_mistakes_elsewhere_name_the_place(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="DBTAI_ENGINE"):
        read_settings(tmp_path, environment={"DBTAI_ENGINE": "best"})
    with pytest.raises(UsageError, match="--effort"):
        read_settings(tmp_path, {"effort": "enormous"}, environment={})
