"""Texts of models that engines propose, on a real project with real dbt and a real HTTP server: what is asked, what
becomes of the answers, and that nothing else ever reaches a file."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dbt_ai.project.opening import open_project
from dbt_ai.project.values import ProjectReader
from dbt_ai.tasks.refactoring.measuring import rows_spared
from dbt_ai.values import Outcome, OutcomeKind, Report, VerdictKind
from tests.cli.doors import Done, dbt, dbtai, files
from tests.servers.loopback_api import LoopbackAPI, Received, error
from tests.servers.played import Model

BUSY = """{{ config(materialized='table') }}

-- who has picked more than one crate on a day
select
    pickers.picker_id,
    pickers.name,
    coalesce(b.days, 0) as days,
    b.kg
from {{ ref('pickers') }} as pickers
left join (
    select c.picker_id, count(*) as days, sum(c.kg) as kg
    from (
        select picker_id, picked_on, sum(weight_kg) as kg
        from {{ ref('crates') }}
        group by picker_id, picked_on
        having count(*) > 1
    ) as c
    group by c.picker_id
) as b on b.picker_id = pickers.picker_id
"""
CLEAR = """{{ config(materialized='table') }}

with busy_days as (
    select picker_id, picked_on, sum(weight_kg) as kg
    from {{ ref('crates') }}
    group by picker_id, picked_on
    having count(*) > 1
),

busy_pickers as (
    select picker_id, count(*) as days, sum(kg) as kg
    from busy_days
    group by picker_id
)

-- who has picked more than one crate on a day
select
    pickers.picker_id,
    pickers.name,
    coalesce(busy_pickers.days, 0) as days,
    busy_pickers.kg
from {{ ref('pickers') }} as pickers
left join busy_pickers on busy_pickers.picker_id = pickers.picker_id
"""


BY_TEAM = """select pickers.team, sum(busy_pickers.kg) as kg
from {{ ref('busy_pickers') }} as busy_pickers
inner join {{ ref('pickers') }} as pickers using (picker_id)
group by pickers.team
"""
PROPERTIES = """version: 2
models:
  - name: busy_pickers
    description: Pickers and their busy days.
    config: {contract: {enforced: true}}
    columns:
      - {name: picker_id, data_type: integer, data_tests: [unique]}
      - {name: name, data_type: varchar}
      - {name: days, data_type: bigint}
      - {name: kg, data_type: double}
"""
SIZES = """select pickers.team, count(distinct pickers.picker_id) as pickers
from {{ ref('pickers') }} as pickers
left join {{ ref('crates') }} as crates on crates.picker_id = pickers.picker_id
group by pickers.team
"""
UNIT_TEST = """unit_tests:
  - name: sizes_of_teams
    model: team_sizes
    given:
      - {input: ref('pickers'), rows: [{picker_id: 1, team: a}]}
      - {input: ref('crates'), rows: [{picker_id: 1}]}
    expect: {rows: [{team: a, pickers: 1}]}
"""
CONFIG = BUSY.split("select", maxsplit=1)[0]
NULLS = CLEAR.replace("having count(*) > 1", "having count(weight_kg) > 1")


def answer(sql: str | None, why: str = "Each step has a name") -> dict[str, Any]:
    return {"sql": sql, "why": why}


def prompt_of(received: Received) -> str:
    return received.messages[-1][1]


def section(received: Received, name: str) -> str:
    return prompt_of(received).split(f"BEGIN {name} ", 1)[1].split(f"END {name} ", 1)[0]


def asked_about(orchard: Path) -> Path:
    for name, text in (("busy_pickers.sql", BUSY), ("by_team.sql", BY_TEAM), ("asked.yml", PROPERTIES)):
        (orchard / "models" / name).write_text(text, encoding="utf-8")
    return orchard


@pytest.fixture(scope="module")
def reader(built_orchard: Path, tmp_path_factory: pytest.TempPathFactory) -> ProjectReader:
    folder = shutil.copytree(built_orchard, tmp_path_factory.mktemp("asked") / "orchard")
    return open_project(asked_about(Path(folder)), None, None)


def test_what_a_query_reads_less_is_measured_on_the_data(reader: ProjectReader) -> None:
    crates, pickers = (
        ".".join(f'"{part}"' for part in reader.project.nodes[f"seed.orchard.{name}"].relation if part)
        for name in ("crates", "pickers")
    )
    once = f"select crate_id from {crates}"
    twice = f"select crate_id, (select max(name || 'x') from {pickers}) as name from {crates}"
    less = rows_spared(reader.project, twice, once)
    assert less is not None
    assert less > 0
    assert rows_spared(reader.project, once, twice) == -less
    assert rows_spared(reader.project, once, "select nothing from nowhere") is None


def test_what_costs_as_much_as_before_is_not_cheaper(run: Callable[..., Report], model: Model) -> None:
    model.answers = [answer(CLEAR)]
    found = of_engine(run("cheaper"))
    assert (found.kind, found.reason) == (OutcomeKind.REFUSED, "no-gain")
    assert "as far as can be counted and measured" in found.detail


def of_engine(report: Report) -> Outcome:
    (found,) = [one for one in report.outcomes if one.engine == "reasoning"]
    return found


def test_what_is_the_same_and_clearer_is_written(run: Callable[..., Report], api: LoopbackAPI, model: Model) -> None:
    model.answers = [answer(CLEAR)]
    report = run()
    found = of_engine(report)
    assert (found.kind, found.text) == (OutcomeKind.WRITTEN, "named steps")
    assert found.verdicts[0].kind in (VerdictKind.PROVED, VerdictKind.BOUNDED)
    assert found.detail == "Each step has a name."
    assert "+with busy_days as (" in report.diff
    (totals,) = report.tiers
    assert (totals.name, totals.tried, totals.accepted, totals.refuted) == ("reasoning", 1, 1, 0)
    assert len(api.received) == 1


def test_the_question_has_the_file_and_what_is_around_it(run: Callable[..., Report], api: LoopbackAPI) -> None:
    report = run()
    assert not [one for one in report.outcomes if one.engine == "reasoning"]  # it found nothing worth a change
    assert report.tiers[0].silent == 0
    (received,) = api.received
    assert section(received, "file").split("\n", 1)[1] == BUSY + "\n"
    assert 'from "orchard"."main"."pickers" as pickers' in section(received, "compiled SQL")
    reads = section(received, "what the model reads")
    assert "- ref('pickers'): picker_id INTEGER, name VARCHAR, team VARCHAR; unique: picker_id; never NULL" in reads
    assert "- by_team: kg, picker_id\n" in section(received, "who reads the model")
    binds = section(received, "what binds the model")
    for line in ("materialized as table", "an enforced contract", "data test unique: picker_id"):
        assert line in binds
    assert "Pickers and their busy days." in prompt_of(received)
    assert "in the words of the person who asks for it: named steps" in prompt_of(received)
    assert "No tabs." in received.messages[0][1]
    assert received.schema is not None
    assert received.schema["required"] == ["sql", "why"]


def test_no_row_of_the_data_is_in_the_question(run: Callable[..., Report], api: LoopbackAPI, model: Model) -> None:
    model.answers = [answer(NULLS)]
    run()
    seeds = (Path(__file__).parent / "orchard" / "seeds" / "pickers.csv").read_text(encoding="utf-8")
    names = [line.split(",")[1] for line in seeds.splitlines()[1:]]
    assert names
    assert not [name for name in names if re.search(rf"\b{name}\b", api.sent.decode())]


def test_what_differs_on_null_comes_back_with_the_smallest_database(
    run: Callable[..., Report], api: LoopbackAPI, model: Model
) -> None:
    model.answers = [answer(NULLS), answer(CLEAR)]
    report = run()
    assert of_engine(report).kind is OutcomeKind.WRITTEN
    assert "count(weight_kg)" not in report.diff
    told = section(api.received[1], "refuted by a check")
    assert "The smallest such database: " in told
    assert "crates (picker_id, picked_on, weight_kg) has " in told
    assert "NULL" in told
    assert "and changed " in told
    assert "having count(weight_kg) > 1" in section(api.received[1], "your earlier answer")
    assert [(one.name, one.accepted, one.refuted) for one in report.tiers] == [
        ("reasoning", 0, 1),
        ("reasoning again", 1, 0),
    ]
    assert dict(report.tiers[1].efforts) == {"medium": 1}


def test_what_stays_wrong_is_told_and_not_written(run: Callable[..., Report], api: LoopbackAPI, model: Model) -> None:
    model.answers = [answer(NULLS)]
    report = run(rounds=4)
    found = of_engine(report)
    assert (found.kind, found.reason, report.diff) == (OutcomeKind.REFUTED, "other-rows", "")
    assert found.verdicts[0].basis.startswith("CREATE TABLE")
    assert len(api.received) == 4
    assert section(api.received[3], "refuted by a check").count("The smallest such database") == 3
    assert len(run(rounds=1).tiers) == 1


WRONG = {
    "a column less": (CLEAR.replace("    pickers.name,\n", ""), "other-columns"),
    "a column renamed": (CLEAR.replace("pickers.name,", "pickers.name as who,"), "other-columns"),
    "columns in another order": (
        CLEAR.replace("    pickers.picker_id,\n    pickers.name,", "    pickers.name,\n    pickers.picker_id,"),
        "other-columns",
    ),
    "a type that breaks the contract": (CLEAR.replace("coalesce(busy_pickers.days, 0)", "1"), "other-columns"),
    "an inner join": (CLEAR.replace("left join busy", "inner join busy"), "other-rows"),
    "a relation that is written out": (CLEAR.replace("{{ ref('crates') }}", "raw.weather"), "other-relations"),
    "a file of the machine": (CLEAR.replace("{{ ref('crates') }}", "read_csv(picked_on)"), "unknown-table-function"),
    "a file as a table": (CLEAR.replace("{{ ref('crates') }}", "'/etc/passwd'"), "made-up-words"),
    "chance": (CLEAR.replace("count(*) > 1", "count(*) > random()"), "non-deterministic"),
    "the environment": (CLEAR.replace("count(*) > 1", "current_user <> ''"), "depends-on-session"),
    "another model": (CLEAR.replace("ref('crates')", "ref('returns')"), "foreign-jinja"),
    "live Jinja": (CLEAR.replace("count(*) > 1", "count(*) > {{ env_var('HOME') }}"), "foreign-jinja"),
    "no SQL": ("Here you are: the model is fine as it is.", "config-changed"),
    "no SQL behind the config": (CONFIG + "selec picker_id fro pickers", "not-one-select"),
    "two statements": (CLEAR + ";\ndrop table pickers\n", "not-one-select"),
    "a statement that writes": (CONFIG + "drop table pickers", "not-one-select"),
    "another layout": (CLEAR.replace("select", "SELECT"), "no-gain"),
}  # fmt: skip


@pytest.mark.parametrize(("sql", "reason"), WRONG.values(), ids=WRONG)
def test_what_is_never_written(
    run: Callable[..., Report], api: LoopbackAPI, model: Model, sql: str, reason: str
) -> None:
    model.answers = [answer(sql)]
    report = run(rounds=1)
    found = of_engine(report)
    assert (found.reason, report.diff, len(api.received)) == (reason, "", 1)
    assert found.kind is (
        OutcomeKind.REFUTED if reason.startswith("other-") and "relations" not in reason else OutcomeKind.REFUSED
    )


@pytest.mark.parametrize("sql", [None, "", "  \n", BUSY, BUSY.replace("\n", "\r\n")])
def test_nothing_worth_a_change_is_an_answer(run: Callable[..., Report], model: Model, sql: str | None) -> None:
    model.answers = [answer(sql)]
    report = run()
    assert (report.diff, report.outcomes, report.unfinished) == ("", (), ())


def test_a_goal_in_words_is_told(run: Callable[..., Report], api: LoopbackAPI, model: Model) -> None:
    model.answers = [answer(CLEAR)]
    assert of_engine(run("no subqueries at all")).text == "no subqueries at all"
    assert "in the words of the person who asks for it: no subqueries at all" in prompt_of(api.received[0])


def test_models_that_cannot_be_compared_are_not_asked_about(run: Callable[..., Report], api: LoopbackAPI) -> None:
    for select in ("stays_random", "stays_hooked", "stays_two_ways", "stays_unreadable"):
        report = run(select=select)
        assert report.outcomes
    assert api.received == []


def test_a_server_that_is_down_loses_nothing(run: Callable[..., Report], api: LoopbackAPI) -> None:
    api.script = lambda received: error(500, "down")
    report = run(select="movements")
    assert report.unfinished[0].startswith("movements was not answered: ")
    assert [one.text for one in report.outcomes if one.kind is OutcomeKind.WRITTEN] == ["union-without-effect"]


def test_the_command_asks_once_writes_and_is_done(orchard: Path, api: LoopbackAPI, model: Model) -> None:
    asked_about(orchard)
    path = orchard / "models" / "busy_pickers.sql"
    path.write_bytes(BUSY.replace("\n", "\r\n").encode())
    model.answers = [answer(NULLS), answer(CLEAR)]
    environment = {"DBTAI_BASE_URL": api.base_url, "DBTAI_MODEL": "played", "DBTAI_API_KEY": "sk-played"}

    def command(*arguments: str) -> Done:
        return dbtai(orchard, "refactor", "--select", "busy_pickers", *arguments, environment=environment)

    assert (command().returncode, api.received) == (0, [])  # without a goal rules are enough
    assert command("--engine", "reasoning").returncode == 2
    shown = command("--goal", "named steps", "--show-prompts")
    assert "Form of the answer (refactored_model)" in shown.stdout, shown.stderr
    dry = command("--goal", "named steps", "--dry-run")
    assert (dry.returncode, dry.stdout, api.received) == (0, "", [])
    assert "Would ask played 1 question" in dry.stderr
    assert "Where all is refuted, in 3 rounds: at the most 3 questions." in dry.stderr
    done = command("--goal", "named steps", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert [one["outcome"] for one in json.loads(done.stdout)["outcomes"]] == ["written"]
    assert path.read_bytes() == CLEAR.replace("\n", "\r\n").encode()
    built = dbt(orchard, "build", "--select", "+busy_pickers+")
    assert built.returncode == 0, built.stdout
    before, asked = files(orchard), len(api.received)
    assert asked == 2
    assert command("--goal", "named steps").returncode == 0
    assert (files(orchard), len(api.received)) == (before, asked)
    path.write_bytes(BUSY.replace("\n", "\r\n").encode())
    kept = json.loads(command("--goal", "named steps", "--format", "json").stdout)["outcomes"]
    assert [(one["outcome"], one["reason"]) for one in kept] == [("kept", "put-back")]
    assert len(api.received) == asked
    ledger = dbtai(orchard, "ledger", "--format", "json", environment=environment)
    assert "model.orchard.busy_pickers" in ledger.stdout


def test_a_small_model_is_not_asked(orchard: Path, api: LoopbackAPI) -> None:
    environment = {"DBTAI_STUDENT_BASE_URL": api.base_url, "DBTAI_STUDENT_MODEL": "played"}
    done = dbtai(orchard, "refactor", "--select", "teams", "--goal", "named steps", environment=environment)
    assert (done.returncode, api.received) == (0, [])
    assert "a small one writes no SQL" in done.stdout


def test_a_cap_that_is_reached_ends_the_asking(orchard: Path, api: LoopbackAPI, model: Model) -> None:
    asked_about(orchard)
    (orchard / "prices.yml").write_text("played: {input: 1000, output: 1000}\n", encoding="utf-8")
    environment = {"DBTAI_BASE_URL": api.base_url, "DBTAI_MODEL": "played", "DBTAI_PRICES": "prices.yml"}
    before = files(orchard)
    arguments = ("--goal", "named steps", "--max-cost", "0.01")
    done = dbtai(orchard, "refactor", "--select", "busy_pickers", *arguments, environment=environment)
    assert (done.returncode, files(orchard), api.received) == (3, before, [])
    assert "busy_pickers was not answered: " in done.stdout


def test_a_file_that_would_be_masked_is_not_sent(orchard: Path, api: LoopbackAPI) -> None:
    text = BUSY.replace("having count(*) > 1", "having count(*) > 1 and 'ada@example.org' <> ''")
    (orchard / "models" / "busy_pickers.sql").write_text(text, encoding="utf-8")
    environment = {"DBTAI_BASE_URL": api.base_url, "DBTAI_MODEL": "played"}
    done = dbtai(orchard, "refactor", "--select", "busy_pickers", "--goal", "named steps", environment=environment)
    assert (done.returncode, api.received) == (0, [])
    assert "is not sent to an engine" in done.stdout


def test_relations_that_unit_tests_give_rows_to_are_read_still(orchard: Path, api: LoopbackAPI, model: Model) -> None:
    models = orchard / "models"
    (models / "team_sizes.sql").write_text(SIZES, encoding="utf-8")
    (models / "sizes.yml").write_text(UNIT_TEST, encoding="utf-8")
    model.answers = [answer(re.sub("left join .*\n", "", SIZES))]
    environment = {"DBTAI_BASE_URL": api.base_url, "DBTAI_MODEL": "played", "DBTAI_REFACTOR_ROUNDS": "1"}
    arguments = ("--goal", "drop what has no effect", "--format", "json")
    done = dbtai(orchard, "refactor", "--select", "team_sizes", *arguments, environment=environment)
    (found,) = [one for one in json.loads(done.stdout)["outcomes"] if one["engine"] == "reasoning"]
    assert (found["outcome"], found["reason"]) == ("refused", "unit-tested")
