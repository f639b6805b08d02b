"""Batches at a server: submitted once, whatever happens in between, and collected whatever they end with."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from pathlib import Path

import pytest

from dbt_ai.engines.batch_book import FILE, BatchBook
from dbt_ai.engines.batch_export import export_requests
from dbt_ai.engines.batch_jobs import Batches, Told
from dbt_ai.engines.cache import AnswerStore
from dbt_ai.engines.errors import EngineUnavailable
from dbt_ai.engines.ledger import Ledger
from dbt_ai.engines.prices import PriceTable
from dbt_ai.engines.settings import EngineSettings
from dbt_ai.errors import EngineError, UsageError
from tests.engines.test_asking import requests
from tests.engines.test_batch import MODEL, PRICE
from tests.engines.test_openai_engine import KEY
from tests.servers.batches import PlayedBatches, answered, refused
from tests.servers.loopback_api import Http, LoopbackAPI, Received, Reply, error

PRICES = PriceTable(own={MODEL: PRICE})


class Project:
    """A project at a server that plays batches."""

    def __init__(self, root: Path, base_url: str) -> None:
        self.root = root
        self.base_url = base_url
        self.store = AnswerStore(root / "answers.sqlite")
        self.ledger = Ledger(root / "ledger.sqlite")

    @property
    def book(self) -> BatchBook:
        return BatchBook(self.root / FILE)

    @property
    def batches(self) -> Batches:
        """As a new process would have them."""
        settings = EngineSettings(model="", base_url=self.base_url, timeout_seconds=30)
        return Batches(self.book, settings, {"DBTAI_API_KEY": KEY})

    def export(self, count: int, name: str = "ask.jsonl") -> Path:
        path = self.root / name
        export_requests(requests(count), MODEL, path, api="responses", store=self.store, book=self.book)
        return path

    def submit(self, path: Path) -> Told:
        (told,) = self.batches.submit([path], self.store)
        return told

    def collect(self) -> list[Told]:
        return self.batches.collect(self.store, self.ledger, PRICES, self.root / "batches")

    def answered(self, count: int) -> int:
        return sum(self.store.get(request.key(MODEL)) is not None for request in requests(count))


@pytest.fixture
def played() -> PlayedBatches:
    return PlayedBatches()


@pytest.fixture
def api(played: PlayedBatches) -> Iterator[LoopbackAPI]:
    with LoopbackAPI(played) as server:
        yield server


@pytest.fixture
def project(tmp_path: Path, api: LoopbackAPI) -> Project:
    return Project(tmp_path, api.base_url)


def test_submitted_looked_after_and_collected(project: Project, played: PlayedBatches, api: LoopbackAPI) -> None:
    told = project.submit(project.export(12))
    assert told.sentence.endswith("ask.jsonl is submitted as batch_1: 12 requests.")
    (told,) = project.batches.status()
    assert told.sentence == "ask.jsonl (batch_1): 12 requests, in_progress, 0 answered and 0 failed."
    (told,) = project.collect()
    assert told.batch.under_way
    assert told.imported is None
    played.status = "completed"
    (told,) = project.collect()
    assert told.sentence == "ask.jsonl (batch_1): 12 requests, completed, 12 answered and 0 failed."
    assert told.imported is not None
    assert (told.imported.stored, project.answered(12)) == (12, 12)
    assert project.collect() == project.batches.status() == []
    (row,) = project.ledger.sums("engine")
    assert (row["name"], row["requests"], row["answered"]) == ("batch", 12, 12)
    assert row["usd"] == pytest.approx(12 * (40 * 1 + 60 * 0.5 + 30 * 4) / 2 / 1e6)
    assert KEY.encode() in api.sent


def test_a_file_is_submitted_once(project: Project, played: PlayedBatches) -> None:
    path = project.export(5)
    project.submit(path)
    assert "is submitted already, as batch_1" in project.submit(path).sentence
    copy = path.with_name("copy.jsonl")
    copy.write_bytes(path.read_bytes())
    assert "is submitted already, as batch_1" in project.submit(copy).sentence
    assert len(played.batches) == 1


def submit_in_a_process(root: Path, base_url: str) -> None:
    Project(root, base_url).submit(root / "ask.jsonl")


def test_two_processes_submit_a_file_once(project: Project, played: PlayedBatches) -> None:
    project.export(5)
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=submit_in_a_process, args=(project.root, project.base_url)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    assert len(played.batches) == 1


def test_what_is_under_way_is_not_exported_or_submitted_again(project: Project, played: PlayedBatches) -> None:
    project.submit(project.export(5))
    report = export_requests(
        requests(7), MODEL, project.root / "more.jsonl", api="responses", store=project.store, book=project.book
    )
    assert (report.requests, report.under_way) == (2, 5)
    both = project.root / "both.jsonl"
    both.write_bytes((project.root / "ask.jsonl").read_bytes() + (project.root / "more.jsonl").read_bytes())
    with pytest.raises(UsageError, match=r"Of the 7 requests .* 0 are answered and 5 are in a batch that is under"):
        project.submit(both)
    assert len(played.batches) == 1
    played.status = "completed"
    project.collect()
    with pytest.raises(UsageError, match="5 are answered and 0 are in a batch"):
        project.submit(both)


@pytest.mark.parametrize("status", ["expired", "cancelled"])
def test_one_that_ended_early_gives_what_it_has(project: Project, played: PlayedBatches, status: str) -> None:
    project.submit(project.export(10))
    played.status, played.done = status, 0.6
    (told,) = project.collect()
    assert told.imported is not None
    assert (told.imported.stored, len(told.imported.failed)) == (6, 4)
    assert f"not executed before the batch was {status}" in told.imported.failed[0]
    again = project.export(10, "rest.jsonl")
    assert len(again.read_text().splitlines()) == 4
    played.status, played.done = "completed", 1.0
    project.submit(again)
    project.collect()
    assert project.answered(10) == 10


def test_one_that_the_server_did_not_take_is_told_and_free_to_be_asked_again(
    project: Project, played: PlayedBatches
) -> None:
    path = project.export(3)
    project.submit(path)
    played.status = "failed"
    (told,) = project.collect()
    assert "failed: This line is no request." in told.sentence
    played.status = "completed"
    assert project.submit(path).batch.id == "batch_2"
    project.collect()
    assert project.answered(3) == 3


def test_lines_that_failed_are_told_in_the_servers_words(project: Project, played: PlayedBatches) -> None:
    played.line = lambda line, number: refused(line, "Too much of it.") if number % 3 == 0 else answered(line, number)
    project.submit(project.export(9))
    played.status = "completed"
    (told,) = project.collect()
    assert told.imported is not None
    assert (told.imported.stored, len(told.imported.failed)) == (6, 3)
    assert "Too much of it (400)." in told.imported.sentences()[1]


def test_a_batch_whose_making_was_not_heard_of_is_found_again(project: Project, played: PlayedBatches) -> None:
    path = project.export(4)
    played.loses_answers = True
    with pytest.raises(EngineError, match="broke off"):
        project.submit(path)
    played.loses_answers = False
    assert len(played.batches) == 1
    assert project.submit(path).batch.id == "batch_1"
    assert len(played.batches) == 1


def test_the_same_without_the_file_at_hand(project: Project, played: PlayedBatches) -> None:
    path = project.export(4)
    played.loses_answers = True
    with pytest.raises(EngineError, match="broke off"):
        project.submit(path)
    path.unlink()
    played.status = "completed"
    (told,) = project.collect()
    assert told.batch.id == "batch_1"
    assert project.answered(4) == 4


def test_a_file_that_never_arrived_is_free_to_be_asked_again(
    project: Project, played: PlayedBatches, api: LoopbackAPI
) -> None:
    path = project.export(4)
    api.script = lambda received: error(413, "Too large")
    with pytest.raises(EngineError, match=r"refuses it \(413\): .*Too large"):
        project.submit(path)
    api.script = played
    (told,) = project.collect()
    assert "was never submitted" in told.sentence
    assert len(project.export(4, "again.jsonl").read_text().splitlines()) == 4


def test_answers_are_collected_once_though_collecting_was_interrupted(
    project: Project, played: PlayedBatches, api: LoopbackAPI
) -> None:
    project.submit(project.export(6))
    played.status = "completed"
    played.line = lambda line, number: refused(line, "No.") if number == 0 else answered(line, number)

    def without_errors(received: Received) -> Reply:
        content = played.files.get(received.path.split("/")[3], b"") if received.path.endswith("/content") else b""
        return error(404, "Gone") if b"No." in content else played(received)

    api.script = without_errors
    (told,) = project.collect()
    assert "Gone" in told.sentence
    assert told.batch.collected_at is None
    api.script = played
    (told,) = project.collect()
    assert told.imported is not None
    assert (told.imported.stored, len(told.imported.failed)) == (5, 1)


WRONG = {
    "not there": (None, "cannot be read"),
    "empty": ("\n", "There are no requests"),
    "answers": ('{"custom_id": "1", "response": {}}', "line 1, is not a request of a batch"),
    "prose": ("Dear all,", "line 1, is not a request of a batch"),
    "twice": ('{"custom_id": "1", "url": "/v1/responses", "body": {"model": "m"}}\n' * 2, "occurs twice"),
    "two models": (
        '{"custom_id": "1", "url": "/v1/responses", "body": {"model": "m"}}\n'
        '{"custom_id": "2", "url": "/v1/responses", "body": {"model": "n"}}',
        "several models",
    ),
    "another address": (
        '{"custom_id": "1", "url": "https://e.x/", "body": {"model": "m"}}',
        "line 1, is not a request",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_file_that_is_no_export_is_not_sent(project: Project, api: LoopbackAPI, name: str) -> None:
    content, words = WRONG[name]
    good, path = project.export(2), project.root / "wrong.jsonl"
    if content is not None:
        path.write_text(content)
    with pytest.raises(UsageError, match=words):
        project.batches.submit([good, path], project.store)
    assert not api.received


REFUSALS = {
    "401": (lambda _: error(401, f"Incorrect API key: {KEY}"), r"refuses the key \(401\)", EngineUnavailable),
    "404": (lambda _: error(404, f"Not Found {KEY}"), r"refuses it \(404\)", EngineError),
    "reset": (lambda _: Http(reset_after=0), "broke off", EngineUnavailable),
    "half": (lambda _: Http(body=b'{"id": "file-1", "obj', reset_after=10), "broke off", EngineUnavailable),
    "HTML": (
        lambda _: Http(body=b"<html>", content_type="text/html"),
        "no batches as OpenAI has them",
        EngineUnavailable,
    ),
    "not JSON": (lambda _: Http(body=b"{"), "broke off", EngineError),
    "a list": (lambda _: Http(body=b"[]"), "no batches as", EngineUnavailable),
    "redirect": (lambda _: Http(307, headers={"Location": "http://127.0.0.1:1/v1"}), r"\(307\)", EngineError),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_server_that_refuses_is_told_in_one_sentence(project: Project, api: LoopbackAPI, name: str) -> None:
    api.script, words, kind = REFUSALS[name]
    with pytest.raises(EngineError, match=words) as raised:
        project.submit(project.export(1))
    assert type(raised.value) is kind
    assert KEY not in str(raised.value)
    assert "\n" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__context__ is None


def test_nobody_there_no_key_and_offline(project: Project) -> None:
    path = project.export(1)
    for settings, environ, words in (
        (EngineSettings(model="", base_url="http://127.0.0.1:1/v1"), {}, "broke off"),
        (EngineSettings(model=""), {}, "There is no key"),
        (EngineSettings(model="", offline=True), {"DBTAI_API_KEY": KEY}, "offline is set"),
    ):
        with pytest.raises(EngineUnavailable, match=words):
            Batches(project.book, settings, environ).submit([path], project.store)


def test_a_batch_of_another_server_is_left_alone(project: Project, api: LoopbackAPI) -> None:
    project.submit(project.export(2))
    sent = len(api.received)
    project.base_url = project.base_url.replace("/v1", "/v1/")
    assert "in_progress" in project.batches.status()[0].sentence
    elsewhere = Batches(project.book, EngineSettings(model="", base_url="http://127.0.0.1:1/v1"), {})
    (told,) = elsewhere.collect(project.store, project.ledger, PRICES, project.root / "batches")
    assert f"is at {api.base_url}: set the base URL to that" in told.sentence
    assert len(api.received) == sent + 1


def test_no_key_is_kept(project: Project, played: PlayedBatches) -> None:
    project.submit(project.export(3))
    played.status = "completed"
    project.collect()
    files = [path for path in project.root.rglob("*") if path.is_file()]
    assert len(files) > 5
    assert not [path for path in files if KEY.encode() in path.read_bytes()]
