"""Answers that were paid for are not paid for again, whatever happens to the process, the file or the disk."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from dbt_ai.engines.cache import AnswerStore, CachedEngine
from dbt_ai.engines.errors import CacheError
from dbt_ai.engines.openai_engine import OpenAIEngine
from dbt_ai.engines.settings import EngineSettings
from dbt_ai.engines.values import Answer, Cost, Request
from dbt_ai.errors import EngineError
from tests.engines.test_openai_engine import KEY, REQUEST, engine_at
from tests.servers.loopback_api import LoopbackAPI, error, filled

ANSWER = Answer({"text": "Größe 🎉"}, "reasoning", "played", Cost(1, 2, 3, 4, 0.5, 6.0))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".dbt_ai" / "answers.sqlite"


def test_a_stored_answer_comes_back_and_says_where_from(path: Path) -> None:
    store = AnswerStore(path)
    assert store.get("key") is None
    store.put("key", ANSWER)
    assert store.get("key") == replace(ANSWER, from_cache=True)
    assert AnswerStore(path).get("key") == replace(ANSWER, from_cache=True)


def test_the_same_question_is_asked_once(api: LoopbackAPI, path: Path) -> None:
    first = CachedEngine(engine_at(api), AnswerStore(path)).answer(REQUEST)
    again = CachedEngine(engine_at(api), AnswerStore(path)).answer(replace(REQUEST, target="another name for it"))
    assert len(api.received) == 1
    assert not first.from_cache
    assert again.from_cache
    assert again.content == first.content


@pytest.mark.parametrize(
    "other",
    [
        replace(REQUEST, prompt="select 1"),
        replace(REQUEST, instructions="Describe well."),
        replace(REQUEST, effort="low"),
        replace(REQUEST, prompt_version="2"),
    ],
)
def test_another_question_is_asked(api: LoopbackAPI, path: Path, other: Request) -> None:
    engine = CachedEngine(engine_at(api), AnswerStore(path))
    engine.answer(REQUEST)
    engine.answer(other)
    assert len(api.received) == 2


def test_another_model_is_asked(api: LoopbackAPI, path: Path) -> None:
    store = AnswerStore(path)
    for model in ("small", "large"):
        CachedEngine(OpenAIEngine(EngineSettings(model=model, base_url=api.base_url), {}), store).answer(REQUEST)
    assert len(api.received) == 2


def test_equal_questions_at_the_same_time_are_asked_once(api: LoopbackAPI, path: Path) -> None:
    engine = CachedEngine(engine_at(api), AnswerStore(path))
    threads = [threading.Thread(target=engine.answer, args=(REQUEST,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(api.received) == 1


def test_a_failure_is_not_stored(api: LoopbackAPI, path: Path) -> None:
    engine = CachedEngine(engine_at(api), AnswerStore(path))
    api.script = lambda _: error(418, "Not now")
    with pytest.raises(EngineError):
        engine.answer(REQUEST)
    api.script = filled
    assert not engine.answer(REQUEST).from_cache


def test_neither_key_nor_prompt_is_in_the_file(api: LoopbackAPI, path: Path) -> None:
    CachedEngine(engine_at(api), AnswerStore(path)).answer(REQUEST)
    assert KEY.encode() in api.sent
    written = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"order_id" in written
    assert KEY.encode() not in written
    assert REQUEST.prompt.encode() not in written


def write_many(path: Path, name: str) -> None:
    store = AnswerStore(path)
    for number in range(50):
        store.put(f"{name} {number}", ANSWER)
        store.put(f"shared {number}", ANSWER)


def test_several_processes_write_at_once(path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=write_many, args=(path, f"process {number}")) for number in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    store = AnswerStore(path)
    names = ("process 0", "process 1", "process 2", "shared")
    assert all(store.get(f"{name} {number}") is not None for name in names for number in range(50))


def write_and_die(path: Path) -> None:
    store = AnswerStore(path)
    for number in range(20):
        store.put(str(number), ANSWER)
    os._exit(9)  # as by kill -9: nothing is closed, nothing is flushed


def test_every_stored_answer_outlives_its_process(path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=write_and_die, args=(path,))
    process.start()
    process.join()
    assert process.exitcode == 9
    store = AnswerStore(path)
    assert all(store.get(str(number)) is not None for number in range(20))


def test_a_damaged_file_is_put_aside(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"This is no database, and was never one. " * 100)
    store = AnswerStore(path)
    store.put("key", ANSWER)
    assert store.get("key") is not None
    assert path.with_name("answers.sqlite.damaged").read_bytes().startswith(b"This is no database")


def test_a_file_cut_off_in_the_middle_is_put_aside(path: Path) -> None:
    store = AnswerStore(path)
    for number in range(200):
        store.put(str(number), ANSWER)
    store.close()
    half = path.read_bytes()[: path.stat().st_size // 2]
    path.write_bytes(half)
    store = AnswerStore(path)
    store.put("key", ANSWER)
    assert store.get("key") is not None
    assert path.with_name("answers.sqlite.damaged").read_bytes() == half


def test_a_file_of_a_newer_version_is_left_alone(path: Path) -> None:
    AnswerStore(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("pragma user_version = 99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(CacheError, match="newer dbtai"):
        AnswerStore(path)
    assert path.read_bytes() == before


def test_a_table_of_somebody_else_is_told(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.execute("create table answers (something int)")
    connection.close()
    with pytest.raises(CacheError, match="no such column"):
        AnswerStore(path)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CacheError, match="cannot be made"):
        AnswerStore(tmp_path / "file" / "answers.sqlite")


def test_an_answer_that_cannot_be_stored_is_handed_on_and_no_further_one_is_paid_for(
    api: LoopbackAPI, path: Path
) -> None:
    store = AnswerStore(path, wait_seconds=0.05)
    engine = CachedEngine(engine_at(api), store)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")  # as a full disk would: it can be read, and not written
    assert engine.answer(REQUEST).content["columns"]
    with pytest.raises(CacheError, match=r"answers\.sqlite cannot be used"):
        engine.answer(replace(REQUEST, prompt="another"))
    other.close()
    assert len(api.received) == 1
