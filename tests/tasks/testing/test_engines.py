"""Data tests that engines propose, on a real project and with a real HTTP server: what is asked, what becomes of the
answers, and that a second run sends nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dbt_ai.engines.cache import AnswerStore, CachedEngine
from dbt_ai.engines.openai_engine import OpenAIEngine
from dbt_ai.engines.settings import EngineSettings
from dbt_ai.evidence.sharing import Share, Sharing
from dbt_ai.evidence.values import Evidence
from dbt_ai.project.knowledge import relations_of
from dbt_ai.project.opening import open_project
from dbt_ai.project.values import ProjectReader, Selection
from dbt_ai.tasks.sending import send
from dbt_ai.tasks.test import TestOptions, write_data_tests
from dbt_ai.tasks.testing.proposing import counterexample
from dbt_ai.tasks.testing.subject import Subject
from dbt_ai.tasks.tiers import Asking, PromptOptions, Tier
from dbt_ai.values import Outcome, OutcomeKind, Report, TierTotals
from tests.cli.doors import Done, dbtai
from tests.integration_project.build import run_dbt
from tests.servers.loopback_api import LoopbackAPI, Received, Reply, error

RULE = "(first_order_on is not null) = (member_group in ('guest', 'regular'))"
WRITTEN = "(first_order_on IS NOT NULL) = (member_group IN ('guest', 'regular'))"
FALSE = "spent > 100"


def proposal(kind: str, *columns: str, **given: Any) -> dict[str, Any]:
    """A test as a model proposes it, with all fields of the form."""
    empty: dict[str, Any] = dict.fromkeys(("minimum", "maximum", "to", "total_of", "expression"))
    return {"kind": kind, "columns": columns, "values": [], "why": "The SQL says so.", **empty, **given}


class Model:
    """What the server says: tests by the model that is asked about, others where a check's words are told."""

    def __init__(self) -> None:
        self.tests: Mapping[str, Sequence[Mapping[str, Any]]] = {}
        self.again: Mapping[str, Sequence[Mapping[str, Any]]] = {}

    def __call__(self, received: Received) -> Reply:
        prompt = prompt_of(received)
        tests = self.again if "refuted by a check" in prompt else self.tests
        return {"tests": next((tests[name] for name in tests if f"\nname: {name}\n" in prompt), [])}


def prompt_of(received: Received) -> str:
    return received.messages[-1][1]


@pytest.fixture(scope="module")
def reader(built_bakery: Path, tmp_path_factory: pytest.TempPathFactory) -> ProjectReader:
    folder = Path(shutil.copytree(built_bakery, tmp_path_factory.mktemp("engines") / "bakery"))
    return open_project(folder, None, None)


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def api(model: Model) -> Iterator[LoopbackAPI]:
    with LoopbackAPI(model) as server:
        yield server


def run(
    reader: ProjectReader,
    store: Path,
    api: LoopbackAPI,
    select: str = "members",
    share: str = "statistics",
    student: LoopbackAPI | None = None,
) -> Report:
    """Looks for tests without writing them, asking the student where there is one, then `api` at low effort and once
    again."""
    answers = AnswerStore(store / "answers.sqlite")

    def engine(name: str, server: LoopbackAPI) -> CachedEngine:
        settings = EngineSettings(model="played", base_url=server.base_url, name=name, retries=0)
        return CachedEngine(OpenAIEngine(settings, {}), answers)

    large = engine("reasoning", api)
    tiers = [Tier("student", engine("student", student), "none")] if student else []
    tiers += [Tier("reasoning", large, "low"), Tier("reasoning again", large, "low", again=True)]
    asking = Asking(tuple(tiers), PromptOptions(share=share), send(2))
    selection = Selection(select=tuple(select.split()))
    try:
        return write_data_tests(reader, TestOptions(selection, write=False), asking=asking)
    finally:
        answers.close()


def of_engine(report: Report) -> list[Outcome]:
    return [one for one in report.outcomes if one.engine == "reasoning"]


def tier(report: Report, name: str) -> TierTotals:
    return next(totals for totals in report.tiers if totals.name == name)


def texts(report: Report) -> set[str]:
    return {one.text for one in of_engine(report) if one.kind is OutcomeKind.WRITTEN}


def test_a_rule_that_the_sql_implies_and_nothing_else_finds_is_written(
    reader: ProjectReader, tmp_path: Path, api: LoopbackAPI, model: Model
) -> None:
    model.tests = {"members": [proposal("expression", expression=RULE, why="Whoever collected is no absent member")]}
    report = run(reader, tmp_path, api)
    (written,) = of_engine(report)
    assert (written.kind, written.text) == (OutcomeKind.WRITTEN, f"expression_is_true (expression: {WRITTEN})")
    assert written.detail.startswith("Whoever collected is no absent member. It notices ")
    assert (tier(report, "reasoning").accepted, tier(report, "reasoning").refuted) == (1, 0)
    assert [totals.name for totals in report.tiers] == ["derived", "reasoning"]


def test_the_question_has_the_sql_the_docs_and_the_tests_that_are_there(
    reader: ProjectReader, tmp_path: Path, api: LoopbackAPI
) -> None:
    run(reader, tmp_path, api)
    (received,) = api.received
    prompt = prompt_of(received)
    for part in ("left join collected", "bread club", "- member_id: unique", "- member_group: accepted_values\n"):
        assert part in prompt
    assert received.schema is not None
    fields = received.schema["properties"]["tests"]["items"]["properties"]
    assert "member_group" in fields["columns"]["items"]["enum"]
    assert "stg_members.member_id" in fields["to"]["enum"]
    assert fields["total_of"]["enum"] == ["orders.number_of_lines", "orders.order_total", None]
    assert received.schema["properties"]["tests"]["items"]["additionalProperties"] is False


def test_what_fails_on_the_data_is_dropped_counted_and_asked_once_again(
    reader: ProjectReader, tmp_path: Path, api: LoopbackAPI, model: Model
) -> None:
    model.tests = {"members": [proposal("expression", expression=FALSE)]}
    model.again = {"members": [proposal("expression", expression=RULE)]}
    report = run(reader, tmp_path, api)
    assert texts(report) == {f"expression_is_true (expression: {WRITTEN})"}
    assert not [one for one in report.outcomes if one.kind is OutcomeKind.REFUTED]
    assert (tier(report, "reasoning").refuted, tier(report, "reasoning again").accepted) == (1, 1)
    assert dict(tier(report, "reasoning again").efforts) == {"medium": 1}
    told = prompt_of(api.received[-1])
    assert f"expression {FALSE}): rows of the data break it\n" in told


@pytest.mark.parametrize(
    ("share", "told"),
    [("nothing", "a check says otherwise"), ("statistics", "rows of the data break it"), ("samples", "such as: spent")],
)
def test_rows_that_break_a_test_are_told_only_where_samples_may_be(
    reader: ProjectReader, tmp_path: Path, api: LoopbackAPI, model: Model, share: str, told: str
) -> None:
    model.tests = {"members": [proposal("expression", expression=FALSE)]}
    run(reader, tmp_path, api, share=share)
    section = prompt_of(api.received[-1]).split("BEGIN refuted by a check", 1)[1].split("END refuted", 1)[0]
    assert told in section
    assert ("such as" in section) == (share == "samples")
    # that a rule proposes a test tells that the data keeps it
    assert all(("- member_id: unique" in prompt_of(each)) == (share != "nothing") for each in api.received)


def test_a_total_is_compared_with_that_of_a_parent(
    reader: ProjectReader, tmp_path: Path, api: LoopbackAPI, model: Model
) -> None:
    model.tests = {"orders": [proposal("total", "order_total", total_of="stg_order_lines.line_total")]}
    assert texts(run(reader, tmp_path, api, select="orders")) == {
        "orders__order_total_adds_up_to_stg_order_lines_line_total"
    }


def test_values_of_a_person_are_in_no_counterexample(reader: ProjectReader) -> None:
    project = reader.project
    columns = tuple((name, "VARCHAR") for name in ("member_id", "city", "spent"))
    relation = replace(relations_of(project, {})["model.bakery.members"], columns=columns)
    evidence = Evidence("model.bakery.members", "members", "model", relation)
    subject = Subject(project, project.nodes["model.bakery.members"], {"model.bakery.members": evidence}, {})
    open_levels = Sharing(Share.SAMPLES, personal={"city": "declared as personal"})
    row = (("member_id", 7), ("city", "Ghent"), ("spent", None))
    assert counterexample([row], open_levels, subject).endswith("such as: member_id 7, spent NULL")
    found = (("repeated", "Ghent"), ("row_count", 2))
    assert counterexample([found], open_levels, subject, "city") == "rows of the data break it"
    assert counterexample([found], Sharing(Share.SAMPLES), subject, "city").endswith("repeated Ghent, row_count 2")
    closed = Sharing(Share.SAMPLES, columns={"city": Share.STATISTICS})
    assert counterexample([found], closed, subject, "city") == "rows of the data break it"


def test_what_a_student_proposes_well_is_not_asked_again(
    reader: ProjectReader, tmp_path: Path, api: LoopbackAPI, model: Model
) -> None:
    student = Model()
    student.tests = {"members": [proposal("expression", expression=RULE)]}
    model.tests = {"orders": [proposal("total", "order_total", total_of="stg_order_lines.line_total")]}
    with LoopbackAPI(student) as small:
        report = run(reader, tmp_path, api, "members orders", student=small)
    assert [one.engine for one in report.outcomes if one.engine != "derived" and one.kind is OutcomeKind.WRITTEN] == [
        "student",
        "reasoning",
    ]
    assert all("name: orders" in prompt_of(received) for received in api.received)
    schema = small.received[0].schema
    assert schema is not None
    assert schema["properties"]["tests"]["items"]["properties"]["why"]["maxLength"] == 400


@pytest.mark.parametrize("bound", ["1e999", "1" + "0" * 400, "-1e300"])
def test_a_bound_that_is_no_number_is_refused(
    reader: ProjectReader, tmp_path: Path, api: LoopbackAPI, model: Model, bound: str
) -> None:
    said = json.dumps({"tests": [proposal("accepted_range", "spent", maximum=12345)]}).replace("12345", bound)
    api.script = lambda received: said
    report = run(reader, tmp_path, api)
    assert (of_engine(report), report.unfinished) == ([], ())
    assert tier(report, "reasoning").refuted == 1


LUCK = {
    "a bound that is only today's largest value": proposal("accepted_range", "collected_orders", maximum=4),
    "a bound in a condition": proposal("expression", expression="spent <= 79.5"),
    "a date of the data": proposal("expression", expression="first_order_on >= '2025-11-01'"),
    "a value that does not exist": proposal("accepted_values", "member_group", values=["guest", "vip"]),
    "a rule of few rows": proposal("expression", expression="not (member_group = 'regular') or spent > 1"),
}
KNOWN = {
    "what a rule proposes": proposal("not_null", "member_group"),
    "what cannot fail": proposal("expression", expression="collected_orders = collected_orders"),
}


@pytest.mark.parametrize("proposed", [*LUCK.values(), *KNOWN.values()], ids=[*LUCK, *KNOWN])
def test_luck_and_what_adds_nothing_is_not_written(
    reader: ProjectReader, tmp_path: Path, api: LoopbackAPI, model: Model, proposed: Mapping[str, Any]
) -> None:
    model.tests = {"members": [proposed]}
    assert not of_engine(run(reader, tmp_path, api))


def test_what_the_engine_cannot_answer_is_told_and_loses_nothing(
    reader: ProjectReader, tmp_path: Path, api: LoopbackAPI
) -> None:
    api.script = lambda received: error(500, "down")
    report = run(reader, tmp_path, api)
    assert len(report.unfinished) == 1
    assert report.unfinished[0].startswith("members was not answered: ")
    assert [one for one in report.outcomes if one.kind is OutcomeKind.WRITTEN and one.engine == "derived"]


def test_views_that_pass_on_what_they_read_and_seeds_are_not_asked_about(
    reader: ProjectReader, tmp_path: Path, api: LoopbackAPI
) -> None:
    for select in ("stg_members", "raw_orders"):
        run(reader, tmp_path, api, select=select)
    assert api.received == []


def test_the_command_writes_marks_and_asks_only_once(bakery: Path, api: LoopbackAPI, model: Model) -> None:
    model.tests = {
        "members": [proposal("expression", expression=RULE), proposal("expression", expression=FALSE)],
        "orders": [proposal("total", "order_total", total_of="stg_order_lines.line_total")],
    }
    environment = {"DBTAI_BASE_URL": api.base_url, "DBTAI_MODEL": "played", "DBTAI_API_KEY": "sk-played"}

    def command(*arguments: str) -> Done:
        return dbtai(bakery, "test", "--select", "members", "orders", *arguments, environment=environment)

    dry = command("--dry-run")
    assert (dry.returncode, api.received) == (0, [])
    assert "Would ask played 2 questions" in dry.stderr
    first = command("--format", "json")
    assert first.returncode == 0, first.stderr
    told = json.loads(first.stdout)
    by_engine = [one for one in told["outcomes"] if one["engine"] == "reasoning"]
    assert {one["node"] for one in by_engine} == {"model.bakery.members", "model.bakery.orders"}
    asked = len(api.received)
    assert asked == 3  # both models, and what was refuted of one once more
    run_dbt(bakery, "build")  # raises where a test fails
    entries = [json.loads(line) for line in (bakery / "dbt_ai.lock").read_text(encoding="utf-8").splitlines()]
    marked = {(one["unique_id"], one["test"], one["basis"]) for one in entries if one.get("engine") == "reasoning"}
    assert marked == {
        ("model.bakery.members", "expression_is_true", "engine"),
        ("model.bakery.orders", "singular", "engine"),
    }
    again = json.loads(command("--format", "json").stdout)
    assert (again["summary"]["written"], len(api.received)) == (0, asked)
    assert len([one for one in again["outcomes"] if one["engine"] == "reasoning"]) == 2
    assert sum(tier["from_cache"] for tier in again["tiers"]) == asked


def test_without_a_key_nobody_is_asked_and_nothing_is_told_of_it(bakery: Path) -> None:
    plain = dbtai(bakery, "test", "--select", "members", "--dry-run")
    derived = dbtai(bakery, "test", "--select", "members", "--dry-run", "--engine", "derived")
    assert (plain.returncode, plain.stdout, plain.stderr) == (0, derived.stdout, derived.stderr)
    assert "key" not in plain.stderr
    refused = dbtai(bakery, "test", "--engine", "reasoning")
    assert refused.returncode == 2
    assert "OPENAI_API_KEY" in refused.stderr


def test_questions_and_answers_travel_as_files(bakery: Path, tmp_path: Path) -> None:
    shown = dbtai(bakery, "test", "--select", "members", "--show-prompts", "--engine", "reasoning")
    assert shown.returncode == 0, shown.stderr
    assert "Form of the answer (data_tests)" in shown.stdout
    asked, answered = tmp_path / "ask.jsonl", tmp_path / "answers.jsonl"
    exported = dbtai(bakery, "test", "--select", "members", "--export-requests", str(asked))
    assert "--import-answers" in exported.stdout, exported.stderr
    (question,) = map(json.loads, asked.read_text(encoding="utf-8").splitlines())
    said = json.dumps({"tests": [proposal("expression", expression=RULE)]})
    message = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": said}]}
    body = {"object": "response", "status": "completed", "output": [message], "usage": {}}
    line = {"id": "1", "custom_id": question["custom_id"], "response": {"status_code": 200, "body": body}}
    answered.write_text(json.dumps({**line, "error": None}) + "\n", encoding="utf-8")
    done = dbtai(bakery, "test", "--select", "members", "--import-answers", str(answered), "--format", "json")
    assert done.returncode == 0, done.stderr
    (found,) = [one for one in json.loads(done.stdout)["outcomes"] if one["engine"] == "reasoning"]
    assert found["outcome"] == "written"
