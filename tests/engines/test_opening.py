"""The engines that a project gets from its settings and the environment."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dbt_ai.engines.batch_book import FILE as BOOK
from dbt_ai.engines.batch_book import Batch, BatchBook, question_of
from dbt_ai.engines.errors import EngineUnavailable
from dbt_ai.engines.opening import Engines
from dbt_ai.engines.prices import read_prices
from dbt_ai.engines.reaching import DEFAULT_MODEL, engine_settings, key_source
from dbt_ai.engines.values import Request
from dbt_ai.errors import EngineError, UsageError
from tests.servers.loopback_api import LoopbackAPI

OPENAI = "https://api.openai.com/v1"
KEY = "sk-canary-0123456789"
REQUEST = Request(
    target="model.shop.orders",
    instructions="Describe.",
    prompt="orders",
    schema_name="descriptions",
    schema={
        "type": "object",
        "properties": {"text": {"type": "string"}},
        "required": ["text"],
        "additionalProperties": False,
    },
    prompt_version="test-1",
)


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[Engines]:
    opened = Engines(tmp_path, prices=read_prices(tmp_path), environ={})
    yield opened
    opened.close()


def test_an_answer_is_stored_and_its_request_recorded(api: LoopbackAPI, engines: Engines, tmp_path: Path) -> None:
    for _ in range(2):
        engine = engines.open(engine_settings("played", api.base_url, {}))
        assert (engine.name, engine.model) == ("reasoning", "played")
        engine.answer(REQUEST)
    assert len(api.received) == 1
    [recorded] = engines.ledger.requests()
    assert (recorded["node"], recorded["outcome"], recorded["usd"]) == (REQUEST.target, "answered", 0.0)
    assert (tmp_path / ".dbt_ai" / "answers.sqlite").exists()


def test_what_waits_for_a_batch_is_not_paid_twice(api: LoopbackAPI, tmp_path: Path) -> None:
    book = BatchBook(tmp_path / BOOK)
    question = question_of(REQUEST, "played")
    book.export(question)
    batch = Batch(0, "ask.jsonl", "", 1, "played", "/v1/responses", api.base_url, "2026-11-24", status="in_progress")
    batch = book.submit(batch, [question.key])
    engines = Engines(tmp_path, prices=read_prices(tmp_path), environ={})
    engine = engines.open(engine_settings("played", api.base_url, {}))
    with pytest.raises(EngineError, match=r"It waits for batch 1: run `dbtai batch collect`"):
        engine.answer(REQUEST)
    assert api.received == []
    book.update(replace(batch, status="expired", collected_at="2026-11-25"))
    engine.answer(REQUEST)
    engines.close()
    book.close()


def test_no_key_is_told_before_anything_is_asked_or_written(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match=r"There is no key for https://api\.openai\.com/v1"):
        engine_settings(None, None, {})
    assert engine_settings(None, None, {}, needs_key=False).model == DEFAULT_MODEL
    assert list(tmp_path.iterdir()) == []


def test_a_model_has_to_be_named_for_other_servers(api: LoopbackAPI) -> None:
    assert engine_settings(None, None, {"OPENAI_API_KEY": KEY}).model == DEFAULT_MODEL
    with pytest.raises(EngineUnavailable, match=r"No model is named for http://127.*set DBTAI_MODEL, or `model` in"):
        engine_settings(None, api.base_url, {})
    with pytest.raises(EngineUnavailable, match="set DBTAI_STUDENT_MODEL, or `student_model` in"):
        engine_settings(None, api.base_url, {}, name="student")


def test_a_cap_needs_a_price(tmp_path: Path) -> None:
    url = "https://models.example/v1"
    engines = Engines(tmp_path, prices=read_prices(tmp_path), max_cost=1.0, environ={"DBTAI_API_KEY": KEY})
    engines.open(engine_settings("gpt-5-mini", None, {"DBTAI_API_KEY": KEY}))
    with pytest.raises(UsageError, match=r"There is no price for played at https://models\.example/v1"):
        engines.open(engine_settings("played", url, {"DBTAI_API_KEY": KEY, "DBTAI_BASE_URL": url}))
    engines.close()


def test_where_a_key_comes_from_is_told_by_name_only(tmp_path: Path) -> None:
    key_file = tmp_path / "key"
    key_file.write_text(KEY)
    assert key_source(OPENAI, {}) is None
    assert key_source(OPENAI, {"OPENAI_API_KEY": KEY}) == "OPENAI_API_KEY"
    assert key_source(OPENAI, {"OPENAI_API_KEY": KEY, "DBTAI_API_KEY_FILE": str(key_file)}) == "DBTAI_API_KEY_FILE"
    assert key_source("https://models.example/v1", {"OPENAI_API_KEY": KEY}) is None
    assert key_source("http://127.0.0.1:9/v1", {}) is None


def test_opening_does_not_import_the_client() -> None:
    code = "import dbt_ai.engines.opening, sys; sys.exit('openai' in sys.modules or 'jsonschema' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
