"""The cascade: a small model first, a reasoning one for what is left, and once more for what a check refuted. Two real
HTTP servers on loopback play the models."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from dbt_ai.engines.cache import AnswerStore, CachedEngine
from dbt_ai.engines.openai_engine import OpenAIEngine
from dbt_ai.engines.settings import EngineSettings
from dbt_ai.project.opening import open_project
from dbt_ai.project.values import ProjectReader, Selection
from dbt_ai.tasks.document import DocumentOptions, document
from dbt_ai.tasks.sending import Withheld, send, withhold
from dbt_ai.tasks.tiers import Asking, PromptOptions, Tier
from dbt_ai.values import OutcomeKind, Report, Target, TierTotals
from tests.servers.loopback_api import LoopbackAPI, Received, Reply, error, filled

ORDERED_ON = Target("model.bakery.orders", "ordered_on")
TRUE = "Day on which the member placed the order."
FALSE = "Day on which the member placed the order, between 2030-01-01 and 2030-12-31."


@pytest.fixture(scope="module")
def reader(built_bakery: Path, tmp_path_factory: pytest.TempPathFactory) -> ProjectReader:
    folder = Path(shutil.copytree(built_bakery, tmp_path_factory.mktemp("cascade") / "bakery"))
    return open_project(folder, None, None)


@pytest.fixture
def student() -> Iterator[LoopbackAPI]:
    with LoopbackAPI(says({})) as server:
        yield server


@pytest.fixture
def reasoning() -> Iterator[LoopbackAPI]:
    with LoopbackAPI(says({})) as server:
        yield server


def says(texts: Mapping[str, str | None], again: Mapping[str, str | None] | None = None) -> Callable[[Received], Reply]:
    """These texts for the columns of that name, null for all others; `again` where a check's words are told."""

    def script(received: Received) -> Reply:
        told = texts if again is None or "refuted by a check" not in prompt_of(received) else again
        answer: Mapping[str, object] = filled(received, told.get)
        return answer

    return script


def prompt_of(received: Received) -> str:
    return received.messages[-1][1]


def asked_columns(api: LoopbackAPI) -> list[set[str]]:
    """The columns that each request asked for."""
    found = []
    for received in api.received:
        assert received.schema is not None
        found.append(set(received.schema["properties"].get("columns", {}).get("properties", {})))
    return found


def run(
    reader: ProjectReader,
    store: Path,
    servers: Sequence[tuple[str, LoopbackAPI | str]],
    *,
    select: str = "orders",
    effort: str = "auto",
    options: PromptOptions | None = None,
    everything: bool = False,
) -> Report:
    """Documents without writing, asking `servers` in their order."""
    answers = AnswerStore(store / "answers.sqlite")
    tiers = []
    for name, server in servers:
        url = server if isinstance(server, str) else server.base_url
        settings = EngineSettings(model=f"{name.split()[0]}-model", base_url=url, name=name.split()[0], retries=0)
        engine = CachedEngine(OpenAIEngine(settings, {}), answers)
        tiers.append(Tier(name, engine, effort, again=name.endswith("again")))
    asking = Asking(tuple(tiers), options or PromptOptions(), send(4))
    wanted = DocumentOptions(Selection(select=(select,)), write=False, everything=everything)
    try:
        return document(reader, wanted, asking=asking)
    finally:
        answers.close()


def written(report: Report, target: Target = ORDERED_ON) -> tuple[str, str | None]:
    """The text that would be written, and by whom."""
    [found] = [o for o in report.outcomes if o.target == target and o.kind is not OutcomeKind.REFUTED]
    return found.text, found.engine


def tier(report: Report, name: str) -> TierTotals:
    return next(totals for totals in report.tiers if totals.name == name)


def test_what_the_student_says_well_is_not_asked_again(
    reader: ProjectReader, tmp_path: Path, student: LoopbackAPI, reasoning: LoopbackAPI
) -> None:
    student.script = says({"ordered_on": TRUE})
    report = run(reader, tmp_path, [("student", student), ("reasoning", reasoning)])
    assert written(report) == (TRUE, "student")
    assert any("ordered_on" in columns for columns in asked_columns(student))
    [asked] = student.received
    assert asked.schema is not None
    assert asked.schema["properties"]["columns"]["properties"]["ordered_on"]["maxLength"] == 400
    assert asked.json["max_tokens"] < 2_000
    assert not any("ordered_on" in columns for columns in asked_columns(reasoning))
    assert tier(report, "student").accepted == 1
    assert tier(report, "derived").accepted > 3


def test_what_a_check_refutes_of_the_student_climbs(
    reader: ProjectReader, tmp_path: Path, student: LoopbackAPI, reasoning: LoopbackAPI
) -> None:
    student.script = says({"ordered_on": FALSE})
    reasoning.script = says({"ordered_on": TRUE})
    report = run(reader, tmp_path, [("student", student), ("reasoning", reasoning)])
    assert written(report) == (TRUE, "reasoning")
    assert not [o for o in report.outcomes if o.target == ORDERED_ON and o.kind is OutcomeKind.REFUTED]
    assert (tier(report, "student").refuted, tier(report, "reasoning").accepted) == (1, 1)


def test_the_counterexample_is_told_and_the_model_thinks_harder(
    reader: ProjectReader, tmp_path: Path, reasoning: LoopbackAPI
) -> None:
    reasoning.script = says({"ordered_on": FALSE}, again={"ordered_on": TRUE})
    report = run(reader, tmp_path, [("reasoning", reasoning), ("reasoning again", reasoning)], effort="low")
    assert written(report) == (TRUE, "reasoning")
    assert asked_columns(reasoning)[-1] == {"ordered_on"}
    told = prompt_of(reasoning.received[-1])
    assert FALSE in told
    assert dict(tier(report, "reasoning again").efforts) == {"medium": 1}
    assert tier(report, "reasoning again").tried == 1


def test_the_counterexample_holds_no_value_of_the_data(
    reader: ProjectReader, tmp_path: Path, reasoning: LoopbackAPI
) -> None:
    said = says({"ordered_on": "Day of the order, between 2031-01-01 and 2031-12-31."})
    reasoning.script = said
    run(reader, tmp_path, [("reasoning", reasoning), ("reasoning again", reasoning)], effort="low")
    [line] = [line for line in prompt_of(reasoning.received[-1]).splitlines() if line.startswith("- ordered_on: said")]
    assert line.endswith("outside the range that the text gives.")


def test_where_nothing_better_comes_the_sentences_that_held_are_kept(
    reader: ProjectReader, tmp_path: Path, reasoning: LoopbackAPI
) -> None:
    reasoning.script = says({"ordered_on": f"{TRUE} Between 2030-01-01 and 2030-12-31."})
    report = run(reader, tmp_path, [("reasoning", reasoning), ("reasoning again", reasoning)])
    assert written(report) == (TRUE, "reasoning")
    refuted = [o for o in report.outcomes if o.target == ORDERED_ON and o.kind is OutcomeKind.REFUTED]
    assert [outcome.text for outcome in refuted] == ["Between 2030-01-01 and 2030-12-31."]


def test_a_student_is_believed_as_a_whole_or_not_at_all(
    reader: ProjectReader, tmp_path: Path, student: LoopbackAPI
) -> None:
    student.script = says({"ordered_on": f"{TRUE} Between 2030-01-01 and 2030-12-31."})
    report = run(reader, tmp_path, [("student", student)])
    assert written(report) == ("Taken unchanged from `stg_orders.ordered_on`.", "derived")


def test_a_student_that_is_away_is_passed_over(reader: ProjectReader, tmp_path: Path, reasoning: LoopbackAPI) -> None:
    reasoning.script = says({"ordered_on": TRUE})
    report = run(reader, tmp_path, [("student", "http://127.0.0.1:9/v1"), ("reasoning", reasoning)])
    assert written(report) == (TRUE, "reasoning")
    assert not report.unfinished
    assert tier(report, "student").failed > 0
    alone = run(reader, tmp_path / "alone", [("student", "http://127.0.0.1:9/v1")])
    assert alone.unfinished


def test_the_last_word_of_a_failing_model_is_told(
    reader: ProjectReader, tmp_path: Path, student: LoopbackAPI, reasoning: LoopbackAPI
) -> None:
    reasoning.script = lambda received: error(500, "out of order")
    report = run(reader, tmp_path, [("student", student), ("reasoning", reasoning)], select="orders members")
    assert len(report.unfinished) >= 1
    assert "out of order" in report.unfinished[0]
    assert written(report)[1] == "derived"


def test_the_effort_follows_how_hard_a_node_is_and_is_bounded(
    reader: ProjectReader, tmp_path: Path, reasoning: LoopbackAPI
) -> None:
    report = run(reader, tmp_path, [("reasoning", reasoning)], select="+members", everything=True)
    chosen = dict(tier(report, "reasoning").efforts)
    assert {"low", "medium"} <= set(chosen)
    low = PromptOptions(max_effort="low")
    bounded = run(reader, tmp_path, [("reasoning", reasoning)], select="+members", everything=True, options=low)
    assert set(dict(tier(bounded, "reasoning").efforts)) == {"low"}


def test_a_second_run_pays_nothing(
    reader: ProjectReader, tmp_path: Path, student: LoopbackAPI, reasoning: LoopbackAPI
) -> None:
    student.script = says({"ordered_on": FALSE})
    reasoning.script = says({"ordered_on": FALSE}, again={"ordered_on": TRUE})
    servers = [("student", student), ("reasoning", reasoning), ("reasoning again", reasoning)]
    first = run(reader, tmp_path, servers)
    sent = len(student.received) + len(reasoning.received)
    again = run(reader, tmp_path, servers)
    assert len(student.received) + len(reasoning.received) == sent
    assert written(again) == written(first) == (TRUE, "reasoning")
    assert all(totals.from_cache == totals.requests for totals in again.tiers)


def test_nothing_is_sent_where_answers_come_from_the_store_only(
    reader: ProjectReader, tmp_path: Path, reasoning: LoopbackAPI
) -> None:
    answers = AnswerStore(tmp_path / "answers.sqlite")
    settings = EngineSettings(model="reasoning-model", base_url=reasoning.base_url)
    engine = CachedEngine(OpenAIEngine(settings, {}), answers)
    withheld: list[Withheld] = []
    ask = withhold(withheld.append)
    asking = Asking((Tier("reasoning", engine),), PromptOptions(), ask)
    report = document(reader, DocumentOptions(Selection(select=("orders",)), write=False), asking=asking)
    [told] = withheld
    assert ([request.target for request in told.requests], told.answered) == (["model.bakery.orders"], 0)
    assert not reasoning.received
    assert not report.unfinished
    answers.close()
