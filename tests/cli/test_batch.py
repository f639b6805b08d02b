"""`dbtai batch`, from an export to answers in the cache."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dbt_ai.cli.commands import run
from dbt_ai.engines.batch_book import FILE, BatchBook
from dbt_ai.engines.batch_export import export_requests
from dbt_ai.engines.cache import AnswerStore
from dbt_ai.engines.opening import CACHE
from tests.cli.doors import Done, files
from tests.cli.test_docs import follows
from tests.engines.test_asking import requests
from tests.engines.test_openai_engine import KEY
from tests.servers.batches import PlayedBatches, answered, refused
from tests.servers.loopback_api import LoopbackAPI, error

MODEL = "gpt-6-luna"
Call = Callable[..., Done]


@pytest.fixture
def played() -> PlayedBatches:
    return PlayedBatches()


@pytest.fixture
def api(played: PlayedBatches) -> Iterator[LoopbackAPI]:
    with LoopbackAPI(played) as server:
        yield server


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "dbt_project.yml").write_text("name: shop\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def dbtai(project: Path, api: LoopbackAPI, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """The command line in this process, in the project's folder."""
    monkeypatch.chdir(project)
    monkeypatch.setenv("DBTAI_BASE_URL", api.base_url)
    monkeypatch.setenv("DBTAI_API_KEY", KEY)

    def call(*arguments: str) -> Done:
        try:
            code = run(arguments)
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return Done(arguments, code, said.out, said.err)

    return call


@pytest.fixture
def store(project: Path) -> AnswerStore:
    return AnswerStore(project / CACHE)


@pytest.fixture
def asked(project: Path, store: AnswerStore) -> Path:
    path = project / "ask.jsonl"
    export_requests(requests(6), MODEL, path, api="responses", store=store, book=BatchBook(project / FILE))
    return path


def test_submit_status_and_collect(
    dbtai: Call, project: Path, asked: Path, played: PlayedBatches, store: AnswerStore
) -> None:
    before = files(project)
    done = dbtai("batch", "submit", "ask.jsonl")
    assert (done.returncode, done.stdout) == (0, "ask.jsonl is submitted as batch_1: 6 requests.\n")
    done = dbtai("batch", "submit", "ask.jsonl")
    assert (done.returncode, done.stdout) == (0, "ask.jsonl is submitted already, as batch_1.\n")
    done = dbtai("batch", "status")
    assert (done.returncode, done.stdout) == (
        0,
        "ask.jsonl (batch_1): 6 requests, in_progress, 0 answered and 0 failed.\n",
    )
    assert dbtai("batch", "collect").returncode == 3  # run it again later
    played.status = "completed"
    played.line = lambda line, number: refused(line, "Too long.") if number == 4 else answered(line, number)
    done = dbtai("batch", "collect")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "ask.jsonl (batch_1): 6 requests, completed, 5 answered and 1 failed.",
        "  5 answers were stored.",
        "  1 line without an answer: model 4 (file-3.jsonl, line 1): Too long (400).",
    ]
    assert sum(store.get(request.key(MODEL)) is not None for request in requests(6)) == 5
    assert dbtai("batch", "collect").stdout == "There is no batch to collect.\n"
    assert files(project) == before


def test_json_follows_the_schema(dbtai: Call, asked: Path, played: PlayedBatches) -> None:
    (submitted,) = follows("batch", dbtai("batch", "submit", "ask.jsonl", "--format", "json").stdout)["batches"]
    assert (submitted["id"], submitted["answers"]) == ("batch_1", None)
    played.status = "completed"
    printed = dbtai("batch", "collect", "--format", "json").stdout
    (collected,) = follows("batch", printed)["batches"]
    names = ("stored", "there", "unknown", "failed", "invalid", "broken")
    assert collected["answers"] == dict(zip(names, (6, 0, [], [], [], []), strict=True))
    assert json.loads(dbtai("batch", "status", "--format", "json").stdout)["batches"] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("submit",), "name the files to submit"),
        (("collect", "ask.jsonl"), "collect takes no files"),
        (("submit", "no.jsonl"), "no.jsonl cannot be read: No such file or directory."),
        (("send", "ask.jsonl"), "is not one of"),
    ],
)
def test_wrong_usage_is_one_sentence(
    dbtai: Call, asked: Path, api: LoopbackAPI, arguments: tuple[str, ...], words: str
) -> None:
    done = dbtai("batch", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert not api.received


def test_a_server_that_refuses_is_unfinished(dbtai: Call, asked: Path, api: LoopbackAPI, played: PlayedBatches) -> None:
    api.script = lambda _: error(401, "no")
    done = dbtai("batch", "submit", "ask.jsonl")
    assert (done.returncode, done.stdout) == (3, "")
    assert "refuses the key (401)" in done.stderr
    api.script = played
    assert dbtai("batch", "submit", "ask.jsonl").stdout == "ask.jsonl is submitted as batch_1: 6 requests.\n"
