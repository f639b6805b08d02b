"""Answers that were paid for are not paid for again, whatever happens to the process, the file or the disk."""

from __future__ import annotations

import multiprocessing
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from dbt_ai.engines.cache import AnswerStore, CachedEngine
from dbt_ai.engines.errors import CacheError, Stopped
from dbt_ai.engines.openai_engine import OpenAIEngine
from dbt_ai.engines.settings import EngineSettings
from dbt_ai.engines.values import Answer, Cost, Request, ToolCall
from dbt_ai.errors import EngineError
from tests.engines.test_asking import patient_engine_at
from tests.engines.test_asking import requests as numbered
from tests.engines.test_openai_engine import KEY, REQUEST, engine_at
from tests.servers.faults import right
from tests.servers.loopback_api import Http, LoopbackAPI, Received, Reply, Says, enveloped, error, filled

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


def test_the_uses_of_tools_and_all_of_the_cost_are_kept(path: Path) -> None:
    cost = Cost(1, 2, 3, 4, 0.25, 6.0, sent_bytes=7, received_bytes=8, requests=9, written_tokens=10)
    calls = (ToolCall(1, "query", {"sql": "select 1"}, "1"), ToolCall(2, "lineage", {}, "Größe"))
    answer = replace(ANSWER, cost=cost, tool_calls=calls)
    AnswerStore(path).put("key", answer)
    assert AnswerStore(path).get("key") == replace(answer, from_cache=True)


def test_a_file_of_version_1_is_read_and_brought_up_to_date(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as old:
        old.executescript((Path(__file__).parent / "answers_version_1.sql").read_text(encoding="utf-8"))
    old.close()
    store = AnswerStore(path)
    told = store.get("1f")
    assert told is not None
    assert (told.content, told.model, told.cost) == ({"text": "Of old."}, "gpt-5-mini", Cost(10, 0, 5, 2, None, 1.5))
    store.put("2f", replace(ANSWER, tool_calls=(ToolCall(1, "query", {}, ""),)))
    assert [bool(AnswerStore(path).get(key)) for key in ("1f", "2f", "3f")] == [True, True, False]


def test_a_row_that_the_disk_has_damaged_is_asked_for_again(path: Path) -> None:
    store = AnswerStore(path)
    store.put("key", ANSWER)
    with sqlite3.connect(path) as connection:
        connection.execute("""update answers set content = '{"text": '""")
    connection.close()
    assert store.get("key") is None
    store.put("key", ANSWER)
    assert store.get("key") is not None


def test_the_same_question_is_asked_once(api: LoopbackAPI, path: Path) -> None:
    assert CachedEngine(engine_at(api), AnswerStore(path)).stored(REQUEST) is None
    first = CachedEngine(engine_at(api), AnswerStore(path)).answer(REQUEST)
    assert CachedEngine(engine_at(api), AnswerStore(path)).stored(REQUEST) == replace(first, from_cache=True)
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


ASKING = """
import sys
from pathlib import Path
from dbt_ai.engines.asking import ask_all
from dbt_ai.engines.cache import AnswerStore, CachedEngine
from tests.engines.test_asking import patient_engine_at, requests
print("ready", flush=True)
sys.stdin.readline()
engine = CachedEngine(patient_engine_at(sys.argv[1]), AnswerStore(Path(sys.argv[2])))
print(sum(result.answer is not None for result in ask_all(engine, requests(int(sys.argv[3])), concurrency=4)))
"""


def asking(api: LoopbackAPI, path: Path, count: int) -> subprocess.Popen[str]:
    """A process that asks when it is sent a line."""
    arguments = [sys.executable, "-c", ASKING, api.base_url, str(path), str(count)]
    process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_what_one_process_is_asking_another_one_waits_for(api: LoopbackAPI, path: Path) -> None:
    api.script = lambda received: Http(body=enveloped(received, Says(right(received))).body, delay=0.02)
    processes = [asking(api, path, 40) for _ in range(3)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate(timeout=60)[0] for process in processes] == ["40\n"] * 3
    assert len(api.received) == 40


def test_what_a_killed_process_was_asking_is_asked_again_at_once(api: LoopbackAPI, path: Path) -> None:
    api.script = lambda _: Http(delay=60)
    killed = asking(api, path, 1)
    assert killed.stdin is not None
    killed.stdin.write("go\n")
    killed.stdin.flush()
    while not api.received:
        time.sleep(0.01)
    waiting: list[Answer] = []
    engine = CachedEngine(patient_engine_at(api.base_url), AnswerStore(path))
    thread = threading.Thread(target=lambda: waiting.append(engine.answer(numbered(1)[0])))
    thread.start()
    thread.join(0.5)
    assert len(api.received) == 1  # it waits
    api.script = filled
    killed.kill()
    killed.communicate()
    thread.join(30)
    assert len(waiting) == 1
    assert len(api.received) == 2


def test_who_waits_for_another_one_gives_up_when_the_run_stops(api: LoopbackAPI, path: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def script(received: Received) -> Reply:
        begun.set()
        go_on.wait(30)
        return dict(filled(received))

    api.script = script
    engine = CachedEngine(patient_engine_at(api.base_url), AnswerStore(path))
    first = threading.Thread(target=engine.answer, args=(REQUEST,))
    first.start()
    assert begun.wait(30)
    engine.stop(Stopped("Enough."))
    with pytest.raises(Stopped, match="Enough"):
        engine.answer(REQUEST)
    go_on.set()
    first.join(30)
    assert engine.answer(REQUEST).from_cache


WRITING = """
import sys
from pathlib import Path
from dbt_ai.engines.cache import AnswerStore
from tests.engines.test_cache import ANSWER
store = AnswerStore(Path(sys.argv[1]))
for number in range(int(sys.argv[2]), 1_000_000):
    store.put(str(number), ANSWER)
    print(number, flush=True)
"""


def test_every_stored_answer_outlives_kill_9_at_any_moment(path: Path, tmp_path: Path) -> None:
    stored = 0
    for moment in (1, 7, 40, 200):
        told = tmp_path / f"told {moment}"
        with told.open("w") as out:
            writer = subprocess.Popen([sys.executable, "-c", WRITING, path, str(stored)], stdout=out)
        while told.read_text().count("\n") < moment:
            assert writer.poll() is None
            time.sleep(0.001)
        writer.kill()
        writer.wait()
        stored = int(told.read_text().split("\n")[-2]) + 1
        store = AnswerStore(path)
        assert all(store.get(str(number)) is not None for number in range(stored))
        store.close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
    connection.close()


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from dbt_ai.engines.cache import AnswerStore
from dbt_ai.engines.errors import CacheError, Stopped
from tests.engines.test_cache import ANSWER
store = AnswerStore(Path(sys.argv[1]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
number = 0
try:
    while True:
        store.put(str(number), ANSWER)
        number += 1
except CacheError as error:
    print(number, error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_full_disk_is_told_and_loses_nothing(path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, path], capture_output=True, text=True, check=True, timeout=60
    )
    number, _, sentence = done.stdout.partition(" ")
    assert int(number) > 10
    assert "answers.sqlite cannot be used" in sentence
    assert "free the disk" in sentence
    store = AnswerStore(path)
    assert all(store.get(str(each)) is not None for each in range(int(number)))
    store.put("another", ANSWER)
    assert store.get("another") is not None


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
