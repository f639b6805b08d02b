"""The job `eval`: what each engine is asked, what is hidden from it, and what its texts are worth. A real HTTP server
on loopback plays the reasoning model."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from dbt_ai.distill.cases import read_cases
from dbt_ai.engines.openai_engine import OpenAIEngine
from dbt_ai.engines.settings import EngineSettings
from dbt_ai.project.opening import open_project
from dbt_ai.project.values import ProjectReader, Selection
from dbt_ai.tasks.evaluate import evaluate_cases, evaluate_project
from dbt_ai.tasks.evaluating.sheets import Contestant
from dbt_ai.tasks.evaluating.values import EngineFigures, EngineText, EvaluationReport
from dbt_ai.tasks.sending import send
from dbt_ai.tasks.tiers import Asking, PromptOptions, Tier
from tests.cli.doors import files
from tests.servers.loopback_api import LoopbackAPI, error, filled

FIXED = Path(__file__).resolve().parents[2] / "student" / "evaluation" / "fixed.jsonl"
BY_HAND = "Whose bag it was, by the number on the club card."
ELSEWHERE = "Moment at which the till closed the order."
MARTS = f"""version: 2
models:
  - name: orders
    columns:
      - name: member_id
        description: {BY_HAND}
"""
STAGING = f"""
      - name: member_id
        description: {BY_HAND}
      - name: ordered_on
        description: {ELSEWHERE}
"""
SELECTED = Selection(select=("orders",))


@pytest.fixture(scope="module")
def reader(built_bakery: Path, tmp_path_factory: pytest.TempPathFactory) -> ProjectReader:
    folder = Path(shutil.copytree(built_bakery, tmp_path_factory.mktemp("evaluate") / "bakery"))
    (folder / "models/marts/_marts.yml").write_text(MARTS, encoding="utf-8")
    staging = folder / "models/staging/_staging.yml"
    text = staging.read_text(encoding="utf-8")
    staging.write_text(text.replace("      - name: order_state\n", f"{STAGING[1:]}      - name: order_state\n", 1))
    return open_project(folder, None, None)


@pytest.fixture
def api() -> Iterator[LoopbackAPI]:
    with LoopbackAPI(lambda received: filled(received, lambda name: None)) as server:
        yield server


def reasoning(api: LoopbackAPI) -> Contestant:
    return contestant(api.base_url, "reasoning", "low")


def contestant(url: str, name: str, effort: str, *, by_column: bool = False) -> Contestant:
    engine = OpenAIEngine(EngineSettings("played", url, name=name, retries=0), {})
    return Contestant(name, Asking((Tier(name, engine, effort, by_column=by_column),), PromptOptions(), send(4)))


def says(api: LoopbackAPI, texts: Mapping[str, str]) -> None:
    api.script = lambda received: filled(received, texts.get)


def text_of(report: EvaluationReport, engine: str, column: str) -> EngineText:
    [found] = [one for one in report.columns if one.column == column]
    return next(text for text in found.texts if text.engine == engine)


def figures_of(report: EvaluationReport, engine: str) -> EngineFigures:
    return next(one for one in report.engines if one.engine == engine)


def test_what_people_wrote_of_a_column_is_hidden_wherever_it_stands_and_other_words_are_not(
    reader: ProjectReader, api: LoopbackAPI
) -> None:
    before = files(reader.project.root)
    report = evaluate_project(reader, SELECTED, [Contestant("derived"), reasoning(api)], 100)
    assert BY_HAND.encode() not in api.sent
    assert ELSEWHERE.encode() in api.sent, "what people wrote of other columns is evidence"
    assert text_of(report, "derived", "member_id").left != BY_HAND
    assert text_of(report, "derived", "ordered_on").left == ELSEWHERE, "and may be inherited"
    assert [one.column for one in report.columns if one.good] == ["member_id"]
    assert files(reader.project.root) == before


def test_agreement_is_that_of_texts_that_passed_with_those_of_people(reader: ProjectReader, api: LoopbackAPI) -> None:
    says(api, {"member_id": BY_HAND, "ordered_on": "Day of the order."})
    figures = figures_of(evaluate_project(reader, SELECTED, [reasoning(api)], 100), "reasoning")
    assert (figures.agreement, figures.compared) == (1.0, 1)
    says(api, {"member_id": "Who placed the order."})
    figures = figures_of(evaluate_project(reader, SELECTED, [reasoning(api)], 100), "reasoning")
    assert figures.agreement is not None
    assert 0 <= figures.agreement < 0.5
    says(api, {"member_id": f"{BY_HAND} Never above 3."})
    report = evaluate_project(reader, SELECTED, [reasoning(api)], 100)
    assert text_of(report, "reasoning", "member_id").left == BY_HAND


def test_what_falls_at_a_check_is_counted_by_its_reason(reader: ProjectReader, api: LoopbackAPI) -> None:
    says(
        api, {"ordered_on": "Day of the order, between 2030-01-01 and 2030-12-31.", "order_total": "Sum of `nowhere`."}
    )
    report = evaluate_project(reader, SELECTED, [reasoning(api)], 100)
    figures = figures_of(report, "reasoning")
    assert (figures.answered, figures.accepted, figures.refuted) == (2, 0, 2)
    reasons = {column: text_of(report, "reasoning", column).reason for column in ("ordered_on", "order_total")}
    assert dict(figures.reasons) == dict.fromkeys(reasons.values(), 1)
    assert len(figures.reasons) == 2
    assert "2030" in text_of(report, "reasoning", "ordered_on").detail


def test_a_students_text_is_taken_as_a_whole_or_not_at_all(reader: ProjectReader, api: LoopbackAPI) -> None:
    text = "Day of the order. Between 2030-01-01 and 2030-12-31."
    api.script = lambda received: {"description": text if "column: ordered_on" in received.messages[-1][1] else None}
    report = evaluate_project(reader, SELECTED, [contestant(api.base_url, "student", "none", by_column=True)], 100)
    figures = figures_of(report, "student")
    assert figures.requests == figures.columns == len(report.columns), "one question a column"
    assert (figures.answered, figures.accepted, figures.refuted) == (1, 0, 1)
    assert text_of(report, "student", "ordered_on").said == text


def test_the_same_columns_are_drawn_each_time_and_nothing_else_is_asked(
    reader: ProjectReader, api: LoopbackAPI
) -> None:
    first = evaluate_project(reader, Selection(), [reasoning(api)], 5)
    again = evaluate_project(reader, Selection(), [Contestant("derived")], 5)
    drawn = [(one.node, one.column) for one in first.columns]
    assert drawn == [(one.node, one.column) for one in again.columns]
    assert (len(drawn), first.known > 30) == (5, True)
    asked = [column for one in api.received for column in (one.schema or {})["properties"]["columns"]["properties"]]
    assert sorted(asked) == sorted(column for _, column in drawn)


def test_an_engine_that_is_away_is_told_and_the_others_go_on(reader: ProjectReader, api: LoopbackAPI) -> None:
    says(api, {"member_id": BY_HAND})
    away = contestant("http://127.0.0.1:9/v1", "student", "none")
    report = evaluate_project(reader, SELECTED, [away, reasoning(api), Contestant("derived")], 100)
    assert [one.engine for one in report.engines] == ["reasoning", "derived"]
    [sentence] = report.unfinished
    assert sentence.startswith("student could not be asked: ")


def test_an_engine_that_fails_now_and_then_keeps_what_it_answered(reader: ProjectReader, api: LoopbackAPI) -> None:
    api.script = lambda received: (
        error(500, "out of order") if "stg_order_lines" in str(received.json) else filled(received)
    )
    both = Selection(select=("stg_members", "stg_order_lines"))
    report = evaluate_project(reader, both, [reasoning(api)], 100)
    figures = figures_of(report, "reasoning")
    assert (figures.requests, figures.failed) == (2, 1)
    assert 0 < figures.answered < figures.columns
    [sentence] = report.unfinished
    assert "did not answer 1 of 2 questions" in sentence


def test_on_cases_it_is_known_what_is_right(api: LoopbackAPI) -> None:
    cases = [case for case in read_cases([FIXED]) if case.id == "library/loans-staged"]
    says(
        api, {"due_on": "Date by which the copy is due back.", "lent_on": "Day.", "loan_id": "The key of the borrower."}
    )
    report = evaluate_cases("fixed", cases, [Contestant("derived"), reasoning(api)])
    grades = {column: text_of(report, "reasoning", column).grade_said for column in ("due_on", "lent_on", "loan_id")}
    assert grades == {"due_on": "right", "lent_on": "incomplete", "loan_id": "wrong"}
    figures = figures_of(report, "reasoning")
    assert figures.columns == len(report.columns) == len(cases[0].lessons)
    assert dict(figures.said) == {"right": 2, "incomplete": 1, "wrong": 1, "silent": 2}, "silence is right for rtn_cd"
    assert figures.accepted_wrong == dict(figures.left).get("wrong", 0) / figures.accepted
    assert figures_of(report, "derived").answered > 0
    assert b"Card number of the borrower; a new one" not in api.sent, "the good texts are shown to nobody"
