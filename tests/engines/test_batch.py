"""Questions out in the form of OpenAI's Batch, answers in: by hand, and through a server."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dbt_ai.engines.asking import ask_all
from dbt_ai.engines.batch_book import BatchBook, question_of
from dbt_ai.engines.batch_export import ExportReport, export_requests
from dbt_ai.engines.batch_import import ImportReport, Paid, import_answers
from dbt_ai.engines.cache import AnswerStore, CachedEngine
from dbt_ai.engines.ledger import Ledger
from dbt_ai.engines.openai_engine import OpenAIEngine
from dbt_ai.engines.prices import Price
from dbt_ai.engines.settings import EngineSettings
from dbt_ai.engines.values import Request, Tool
from dbt_ai.errors import UsageError
from tests.engines.test_asking import requests
from tests.servers.batches import answered, not_reached, refused
from tests.servers.loopback_api import LoopbackAPI, Received, Says, enveloped

MODEL = "played"
PRICE = Price(Decimal(1), Decimal("0.5"), Decimal(4), Decimal(1), batch=Decimal("0.5"))


class Desk:
    """The files that the functions want."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.store = AnswerStore(root / "answers.sqlite")
        self.book = BatchBook(root / "batches.sqlite")
        self.ledger = Ledger(root / "ledger.sqlite")
        self.paid = Paid(self.ledger, PRICE, "https://api.openai.com/v1")

    def export(self, asked: list[Request], api: str = "responses", **limits: int) -> ExportReport:
        path = self.root / "ask.jsonl"
        return export_requests(asked, MODEL, path, api=api, store=self.store, book=self.book, **limits)

    def write(self, name: str, lines: list[Any]) -> Path:
        path = self.root / name
        texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
        path.write_text("\n".join(texts) + "\n", encoding="utf-8")
        return path

    def answer(self, asked: list[Request], paths: list[Path]) -> ImportReport:
        return import_answers(paths, asked, MODEL, self.store, paid=self.paid)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(("api", "url"), [("responses", "/v1/responses"), ("chat", "/v1/chat/completions")])
def test_what_is_exported_is_what_would_be_sent(api_server: LoopbackAPI, desk: Desk, api: str, url: str) -> None:
    report = desk.export(requests(3), api)
    assert (report.files, report.requests) == ((desk.root / "ask.jsonl",), 3)
    lines = lines_of(report.files[0])
    assert [line["custom_id"] for line in lines] == [request.key(MODEL) for request in requests(3)]
    assert {(line["method"], line["url"]) for line in lines} == {("POST", url)}
    settings = EngineSettings(model=MODEL, base_url=api_server.base_url, api=api)
    ask_all(OpenAIEngine(settings, {}), requests(3), concurrency=1)
    sent = [received.json for received in api_server.received]
    names = {"max_completion_tokens": "max_tokens"}  # as OpenAI calls it, and as others do
    exported = [{names.get(name, name): value for name, value in line["body"].items()} for line in lines]
    assert [{**body, "store": False} for body in exported] == [{**body, "store": False} for body in sent]


@pytest.fixture
def api_server() -> Any:
    with LoopbackAPI() as server:
        yield server


def test_what_needs_no_question_is_left_out(desk: Desk) -> None:
    asked = requests(6)
    tool = Tool("query", "Asks.", {"type": "object"}, lambda arguments: "")
    asked[1] = replace(asked[1], tools=(tool,), max_tool_calls=3)
    desk.answer(asked[:1], [desk.write("out.jsonl", [answered(line(asked[0]), 1)])])
    report = desk.export([*asked, replace(asked[5], target="the same of another node")])
    assert report == ExportReport(report.files, 4, answered=1, equal=1, with_tools=1)
    assert "Left out: 1 with an answer, 1 equal to others, 1 that need tools." in str(report)


def test_what_does_not_fit_into_one_file_goes_to_numbered_ones(desk: Desk) -> None:
    report = desk.export(requests(10), most_requests=4)
    assert [path.name for path in report.files] == ["ask-1.jsonl", "ask-2.jsonl", "ask-3.jsonl"]
    assert [len(lines_of(path)) for path in report.files] == [4, 4, 2]
    assert {path.name for path in desk.root.glob("*ask*")} == {"ask-1.jsonl", "ask-2.jsonl", "ask-3.jsonl"}
    size = report.files[0].stat().st_size
    report = desk.export(requests(10), most_bytes=size)
    assert all(path.stat().st_size <= size for path in report.files)
    assert [len(lines_of(path)) for path in report.files] == [4, 4, 2]


def test_a_file_that_is_left_over_from_an_earlier_export_is_not_left_to_be_submitted(desk: Desk) -> None:
    desk.export(requests(10), most_requests=4)
    for limits in ({"most_requests": 5}, {}):
        with pytest.raises(UsageError, match=r"ask-[13]\.jsonl is there from an earlier export"):
            desk.export(requests(10), **limits)
    assert not (desk.root / "ask.jsonl").exists()
    assert len(list(desk.root.glob("*ask*"))) == 3


def test_nothing_to_ask_writes_nothing(desk: Desk) -> None:
    report = desk.export([])
    assert (report.files, str(report)) == ((), "There is no request to write.")
    assert not list(desk.root.glob("*ask*"))


def test_a_folder_that_is_not_there_is_told(desk: Desk) -> None:
    with pytest.raises(UsageError, match="cannot be written to"):
        export_requests(requests(1), MODEL, desk.root / "no" / "f", api="chat", store=desk.store, book=desk.book)


def line(request: Request, api: str = "responses") -> dict[str, Any]:
    """The exported line of a request, as far as an answer needs it."""
    schema = {"name": "descriptions", "schema": request.schema, "strict": True}
    if api == "responses":
        body: dict[str, Any] = {"text": {"format": {"type": "json_schema", **schema}}}
        return {"custom_id": request.key(MODEL), "url": "/v1/responses", "body": body}
    body = {"response_format": {"type": "json_schema", "json_schema": schema}}
    return {"custom_id": request.key(MODEL), "url": "/v1/chat/completions", "body": body}


@pytest.mark.parametrize("api", ["responses", "chat"])
def test_answers_come_home_in_any_order_and_from_several_files(desk: Desk, api: str) -> None:
    asked = requests(20)
    lines = [answered(line(request, api), number) for number, request in enumerate(asked)]
    paths = [desk.write("b.jsonl", lines[:5:-1]), desk.write("a.jsonl", ["", *lines[:6]])]
    report = desk.answer(asked, paths)
    assert report == ImportReport(20, keys=report.keys)
    assert report.sentences() == ("20 answers were stored.",)
    assert set(report.keys) == {request.key(MODEL) for request in asked}
    for request in asked:
        answer = desk.store.get(request.key(MODEL))
        assert answer is not None
        assert set(answer.content["columns"]) == {"order_id", "status"}
        assert (answer.engine, answer.model) == ("reasoning", MODEL)


def test_imported_answers_need_no_server(desk: Desk) -> None:
    asked = requests(5)
    desk.answer(asked, [desk.write("out.jsonl", [answered(line(request), 1) for request in asked])])
    nowhere = EngineSettings(model=MODEL, base_url="http://127.0.0.1:1/v1")
    results = ask_all(CachedEngine(OpenAIEngine(nowhere, {}), desk.store), asked)
    assert all(result.answer and result.answer.from_cache for result in results)


def test_what_they_cost_is_half_the_price_and_counted_once(desk: Desk) -> None:
    asked = requests(4)
    path = desk.write("out.jsonl", [answered(line(request), 1) for request in asked])
    desk.answer(asked, [path])
    # 40 at $1, 60 from the cache at $0.50, 30 out at $4, and half of it
    each = (40 * 1 + 60 * 0.5 + 30 * 4) / 2 / 1e6
    stored = desk.store.get(asked[0].key(MODEL))
    assert stored is not None
    assert stored.cost.usd == pytest.approx(each)
    again = desk.answer(asked, [path])
    assert (again.stored, again.there) == (0, 4)
    (row,) = desk.ledger.sums("engine")
    assert (row["name"], row["requests"], row["usd"]) == ("batch", 4, pytest.approx(4 * each))
    assert {row["node"] for row in desk.ledger.requests()} == {request.target for request in asked}


def said(request: Request, text: str, finish: str = "stop", refusal: str | None = None) -> dict[str, Any]:
    received = Received("POST", "/v1/responses", {}, b"{}")
    body = json.loads(enveloped(received, Says(text, finish, refusal)).body)
    return {"custom_id": request.key(MODEL), "response": {"status_code": 200, "body": body}, "error": None}


RIGHT = '{"model_description": null, "columns": {"order_id": "Key.", "status": null}}'
UNUSABLE: Mapping[str, tuple[Callable[[Request], Any], str]] = {
    "prose": (lambda r: said(r, "I would rather not."), "not in the form it was asked for"),
    "unknown column": (lambda r: said(r, RIGHT.replace('"status"', '"stat"')), "not in the form it was asked for"),
    "truncated": (lambda r: said(r, RIGHT[:30], "length"), "cut off"),
    "refusal": (lambda r: said(r, "", refusal="I cannot help."), "I cannot help"),
    "empty": (lambda r: said(r, ""), "empty"),
    "too long": (lambda r: said(r, RIGHT.replace("Key.", "x" * 2_000_000)), "longer than 1,000,000 characters"),
    "not the API's": (
        lambda r: {"custom_id": r.key(MODEL), "response": {"status_code": 200, "body": {"hello": 1}}, "error": None},
        "neither Responses nor Chat Completions",
    ),
}
FAILED: Mapping[str, tuple[Callable[[Request], Any], str]] = {
    "refused": (lambda r: refused(line(r), "The model `played` does not exist", 404), r"does not exist \(404\)"),
    "expired": (lambda r: not_reached(line(r), "expired"), "not executed before the batch was expired"),
    "no words": (lambda r: {"custom_id": r.key(MODEL), "response": {"status_code": 500}, "error": None}, r"\(500\)"),
    "a text": (lambda r: {"custom_id": r.key(MODEL), "response": None, "error": "Oops"}, "Oops"),
}
BROKEN: Mapping[str, tuple[Callable[[Request], Any], str]] = {
    "half a JSON": (lambda r: json.dumps(answered(line(r), 1))[:100], "is not a JSON object"),
    "a list": (lambda r: "[1, 2]", "is not a JSON object"),
    "deep nesting": (lambda r: "[" * 100_000, "is not a JSON object"),
    "a request": (line, "is a request: give the file with the answers"),
    "something else": (lambda r: {"name": "Ada"}, "is not a line of a batch"),
    "HTML": (lambda r: "<html>Please sign in</html>", "is not a JSON object"),
    "too long a line": (lambda r: '{"x": "' + "x" * 20_000_001 + '"}', "is not a JSON object"),
}


@pytest.mark.parametrize(
    ("kind", "name"),
    [*(("invalid", n) for n in UNUSABLE), *(("failed", n) for n in FAILED), *(("broken", n) for n in BROKEN)],
)
def test_one_bad_line_is_told_and_stops_no_other(desk: Desk, kind: str, name: str) -> None:
    make, words = {**UNUSABLE, **FAILED, **BROKEN}[name]
    asked = requests(3)
    path = desk.write("out.jsonl", [answered(line(asked[0]), 0), make(asked[1]), answered(line(asked[2]), 2)])
    report = desk.answer(asked, [path])
    assert report.stored == 2
    assert desk.store.get(asked[1].key(MODEL)) is None
    (sentence,) = getattr(report, kind)
    assert "out.jsonl, line 2" in sentence
    assert re.search(words, sentence), sentence
    assert kind == "broken" or sentence.startswith("model 1 ")
    assert sum(len(getattr(report, each)) for each in ("unknown", "failed", "invalid", "broken")) == 1
    told = " ".join(report.sentences())
    assert sentence in told
    assert len(told) < 1_500


def test_an_answer_that_cannot_be_used_was_paid_for_all_the_same(desk: Desk) -> None:
    asked = requests(2)
    path = desk.write("out.jsonl", [said(asked[0], "Prose."), said(asked[1], RIGHT[:30], "length")])
    for _ in range(2):
        desk.answer(asked, [path])
    assert {(row["name"], row["requests"]) for row in desk.ledger.sums("outcome")} == {
        ("invalid", 1),
        ("truncated", 1),
    }


def test_an_answer_to_something_else_is_told(desk: Desk) -> None:
    path = desk.write("out.jsonl", [answered(line(requests(2)[1]), 1)])
    report = desk.answer(requests(1), [path])
    assert (report.stored, len(report.unknown)) == (0, 1)
    assert requests(2)[1].key(MODEL) in report.unknown[0]


def test_many_bad_lines_are_not_all_told(desk: Desk) -> None:
    report = desk.answer(requests(1), [desk.write("out.jsonl", ["what?"] * 1_000)])
    assert len(report.broken) == 1_000
    assert report.sentences()[-1].endswith("... and 995 more")


def test_a_file_that_is_not_there_is_told(desk: Desk) -> None:
    with pytest.raises(UsageError, match=r"no\.jsonl cannot be read: No such file"):
        desk.answer(requests(1), [desk.root / "no.jsonl"])


def test_a_file_from_windows_is_read(desk: Desk) -> None:
    path = desk.write("out.jsonl", [answered(line(request), 1) for request in requests(2)])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert desk.answer(requests(2), [path]).stored == 2


def test_a_key_is_the_same_in_every_process(desk: Desk) -> None:
    """An answer may come home days later: what a request is known by must not depend on the process."""
    code = "from tests.engines.test_asking import requests; print(requests(3)[2].key('played'))"
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == question_of(requests(3)[2], MODEL).key
