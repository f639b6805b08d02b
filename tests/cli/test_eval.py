"""`dbtai eval` from the outside: what it prints, what it sends, and that it changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from dbt_ai.report.evaluation import evaluation_to_html
from dbt_ai.tasks.evaluating.values import EngineFigures, EngineText, EvaluatedColumn, EvaluationReport
from tests.cli.doors import dbtai, files
from tests.cli.test_docs import follows
from tests.servers.loopback_api import LoopbackAPI, filled

FIXED = Path(__file__).resolve().parents[2] / "student" / "evaluation" / "fixed.jsonl"
HOSTILE = "</title><script>alert(1)</script>\" onload='x' \u202e{{ 7*7 }}"


@pytest.fixture
def api() -> Iterator[LoopbackAPI]:
    with LoopbackAPI(lambda received: filled(received, lambda name: f"What {name} holds.")) as server:
        yield server


def played(api: LoopbackAPI, **more: str) -> dict[str, str]:
    return {"DBTAI_BASE_URL": api.base_url, "DBTAI_MODEL": "played", **more}


def test_engines_side_by_side_in_a_project(bakery: Path, api: LoopbackAPI) -> None:
    before = files(bakery)
    engines = ("--engine", "derived", "--engine", "reasoning")
    done = dbtai(bakery, "eval", *engines, "-s", "orders", "--format", "json", environment=played(api))
    assert done.returncode == 0, done.stderr
    report = follows("evaluation", done.stdout)
    assert [one["engine"] for one in report["engines"]] == ["derived", "reasoning"]
    assert {one["columns"] for one in report["engines"]} == {len(report["columns"])} == {7}
    assert report["engines"][1]["model"] == "played"
    assert files(bakery) == before
    sent = len(api.received)
    again = dbtai(bakery, "eval", *engines, "-s", "orders", environment=played(api))
    assert len(api.received) == sent, "answers are kept"
    lines = [line.split() for line in again.stdout.splitlines()]
    assert lines[0] == ["derived", "reasoning"]
    assert ["answered", "earlier", "0", "1"] in lines
    asked = dbtai(bakery, "ledger", "--format", "json").stdout
    assert json.loads(asked)["totals"]["requests"] == sent, "and the ledger has them"


def test_the_others_go_on_where_one_cannot_be_asked(bakery: Path) -> None:
    engines = ("--engine", "derived", "--engine", "reasoning", "--engine", "nobody:none")
    done = dbtai(bakery, "eval", *engines, "-s", "orders")
    assert done.returncode == 3, done.stderr
    assert "Unfinished  reasoning could not be asked: There is no key" in done.stdout
    assert "Unfinished  nobody:none could not be asked: The student nobody is not installed" in done.stdout
    assert "accepted by the checks" in done.stdout
    none = dbtai(bakery, "eval", "--engine", "nobody")
    assert (none.returncode, none.stdout) == (2, "")
    assert "dbtai student install nobody" in none.stderr


def test_a_student_that_nobody_named_is_told_of_and_no_fault(bakery: Path, tmp_path: Path) -> None:
    (tmp_path / "in_use.json").write_text('{"name": "gone", "adapter": null}', encoding="utf-8")
    done = dbtai(bakery, "eval", "-s", "orders", environment={"DBTAI_STUDENTS_DIR": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    assert "Note  student could not be asked: The student gone is not installed" in done.stdout


def test_the_cap_holds(bakery: Path, api: LoopbackAPI) -> None:
    (bakery / "prices.yml").write_text("played: {input: 1000, output: 1000}\n", encoding="utf-8")
    environment = played(api, DBTAI_PRICES="prices.yml")
    done = dbtai(bakery, "eval", "--engine", "reasoning", "--max-cost", "0.01", environment=environment)
    assert done.returncode == 3
    assert "reasoning could not be asked: The cap of $0.01 is reached" in done.stdout
    assert not [one for one in api.received if one.method == "POST"]


def test_cases_need_no_project(tmp_path: Path) -> None:
    done = dbtai(tmp_path, "eval", "--cases", str(FIXED), "--most", "20", "--format", "json")
    assert done.returncode == 0, done.stderr
    report = follows("evaluation", done.stdout)
    [derived] = report["engines"]
    assert derived["columns"] == 20
    assert sum(derived["left"].values()) == 20
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--cases", "nowhere.jsonl"), "nowhere.jsonl cannot be read"),
        (("--cases", "dbt_project.yml"), "dbt_project.yml, line 1, is no case"),
        (("--cases", str(FIXED), "-s", "orders"), "give --cases, or a selection"),
        (("--most", "0"), "--most"),
        (("--max-cost", "-1"), "max_cost must be an amount"),
        (("--output", "nowhere/page.html"), "there is no folder"),
    ],
)
def test_bad_input_gets_one_sentence(arguments: tuple[str, ...], says: str, bakery: Path) -> None:
    before = files(bakery)
    done = dbtai(bakery, "eval", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert files(bakery) == before


class Page(HTMLParser):
    """The tags of a page, and its texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, Any]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "rect", "line"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def report(of_cases: bool) -> EvaluationReport:
    text = EngineText(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, "wrong", "wrong", 0.5)
    grades = (("right", 1), ("wrong", 1))
    figures = EngineFigures(HOSTILE, HOSTILE, 2, 2, 1, 1, ((HOSTILE, 1),), grades, grades, 1, 0.5, 2, 1, 0, 1.5, None)
    columns = (EvaluatedColumn(HOSTILE, HOSTILE, HOSTILE, (text, text)),)
    return EvaluationReport(HOSTILE, of_cases, 9, columns, (figures, figures), (HOSTILE,), (HOSTILE,), 0.5)


@pytest.mark.parametrize("of_cases", [True, False])
def test_the_page_is_whole_and_nothing_in_it_is_code(of_cases: bool) -> None:
    html = evaluation_to_html(report(of_cases))
    page = Page(html)
    assert not page.open
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "link", "img", "iframe", "object"}
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert not [name for _, attributes in page.tags for name in attributes if name in ("src", "href")]
    assert "http://" not in html
    assert "https://" not in html
    assert "\u202e" not in html
    assert "{{ 7*7 }}" in page.text


def test_the_page_can_be_heard_and_read_in_the_dark() -> None:
    page = Page(evaluation_to_html(report(of_cases=True)))
    [chart] = [attributes for tag, attributes in page.tags if tag == "svg"]
    assert chart["role"] == "img"
    named = {attributes.get("id") for _, attributes in page.tags}
    assert set(chart["aria-labelledby"].split()) <= named
    heads = [attributes for tag, attributes in page.tags if tag == "th"]
    assert heads
    assert all(attributes.get("scope") in ("row", "col") for attributes in heads)
    assert sum(tag == "caption" for tag, _ in page.tags) == sum(tag == "table" for tag, _ in page.tags) == 2
    assert "prefers-color-scheme: dark" in page.text
    assert "wrong, of what passed" in page.text
    bars = [attributes for tag, attributes in page.tags if tag == "rect"]
    assert len(bars) == 2 * 4
    assert {float(bar["width"]) for bar in bars} == {400.0, 200.0}
