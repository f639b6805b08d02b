"""The engine that a project gets from its settings and the environment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dbt_ai.engines.errors import EngineUnavailable
from dbt_ai.engines.opening import DEFAULT_MODEL, key_source, open_engine
from tests.engines.test_openai_engine import KEY, REQUEST
from tests.servers.loopback_api import LoopbackAPI


def test_an_engine_with_a_cache_beside_the_project(api: LoopbackAPI, tmp_path: Path) -> None:
    for _ in range(2):
        engine = open_engine("played", api.base_url, tmp_path, {})
        assert (engine.name, engine.model) == ("reasoning", "played")
        engine.answer(REQUEST)
    assert len(api.received) == 1
    assert (tmp_path / ".dbt_ai" / "answers.sqlite").exists()


def test_no_key_is_told_before_anything_is_asked_or_written(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match=r"There is no key for https://api\.openai\.com/v1"):
        open_engine(None, None, tmp_path, {})
    assert list(tmp_path.iterdir()) == []


def test_a_model_has_to_be_named_for_other_servers(api: LoopbackAPI, tmp_path: Path) -> None:
    assert open_engine(None, None, tmp_path, {"OPENAI_API_KEY": KEY}).model == DEFAULT_MODEL
    with pytest.raises(EngineUnavailable, match="No model is named for http://127"):
        open_engine(None, api.base_url, tmp_path, {})


def test_where_a_key_comes_from_is_told_by_name_only() -> None:
    assert key_source({}) is None
    assert key_source({"OPENAI_API_KEY": KEY}) == "OPENAI_API_KEY"
    assert key_source({"OPENAI_API_KEY": KEY, "DBTAI_API_KEY_FILE": "/key"}) == "DBTAI_API_KEY_FILE"


def test_opening_does_not_import_the_client() -> None:
    code = "import dbt_ai.engines.opening, sys; sys.exit('openai' in sys.modules or 'jsonschema' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
