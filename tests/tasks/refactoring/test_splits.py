"""Models that an engine makes several of one, on a real project with real dbt and a real HTTP server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from dbt_ai.project.opening import open_project
from dbt_ai.project.values import ProjectReader
from dbt_ai.values import Report
from tests.cli.doors import Done, dbt, dbtai, files
from tests.servers.loopback_api import LoopbackAPI
from tests.servers.played import Model
from tests.tasks.refactoring.test_engines import BUSY, BY_TEAM, PROPERTIES, SIZES, UNIT_TEST, section

STEP = "int_crates_counted_by_day"
DAYS = """-- who has picked more than one crate on a day
select
    picker_id,
    picked_on,
    sum(weight_kg) as kg
from {{ ref('crates') }}
group by picker_id, picked_on
having count(*) > 1
"""
TOTALS = """select
    picker_id,
    count(*) as days,
    sum(kg) as kg
from {{ ref('int_crates_counted_by_day') }}
group by picker_id
"""
MAIN = """{{ config(materialized='table') }}

select
    pickers.picker_id,
    pickers.name,
    coalesce(totals.days, 0) as days,
    totals.kg
from {{ ref('pickers') }} as pickers
left join {{ ref('int_crates_summed_by_picker') }} as totals on totals.picker_id = pickers.picker_id
"""
DESCRIBED = PROPERTIES.replace(
    "{name: kg, data_type: double}", "{name: kg, data_type: double, description: Of busy days.}"
)


def step(name: str, sql: str) -> dict[str, str]:
    return {"name": name, "sql": sql, "description": "One row a step."}


def answer(sql: str | None, *models: dict[str, str]) -> dict[str, Any]:
    return {"sql": sql, "models": list(models), "why": "Days are a step of their own"}


CRATES = "{{ ref('crates') }}"
LAST = step("int_crates_summed_by_picker", TOTALS)
GOOD = answer(MAIN, step(STEP, DAYS), LAST)


@pytest.fixture(scope="module")
def built_asked(built_orchard: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The orchard with a model that is worth a split, built."""
    folder = Path(shutil.copytree(built_orchard, tmp_path_factory.mktemp("split") / "orchard"))
    for name, text in (("busy_pickers.sql", BUSY), ("by_team.sql", BY_TEAM), ("asked.yml", DESCRIBED)):
        (folder / "models" / name).write_text(text, encoding="utf-8")
    (folder / "models" / "team_sizes.sql").write_text(SIZES, encoding="utf-8")
    (folder / "models" / "sizes.yml").write_text(UNIT_TEST, encoding="utf-8")
    assert dbt(folder, "run", "--select", "busy_pickers+").returncode == 0
    return folder


@pytest.fixture(scope="module")
def reader(built_asked: Path) -> ProjectReader:
    return open_project(built_asked, None, None)


@pytest.fixture
def asked(built_asked: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built_asked, tmp_path / "orchard"))


def split(folder: Path, api: LoopbackAPI, *arguments: str, rounds: int = 1) -> Done:
    environment = {"DBTAI_BASE_URL": api.base_url, "DBTAI_MODEL": "played", "DBTAI_REFACTOR_ROUNDS": str(rounds)}
    return dbtai(folder, "refactor", "--select", "busy_pickers", "--goal", "split", *arguments, environment=environment)


def rows(folder: Path) -> list[Any]:
    with duckdb.connect(str(folder / "orchard.duckdb"), read_only=True) as connection:
        tables = ("busy_pickers", "by_team")
        return [connection.execute(f"from {table} order by all").fetchall() for table in tables]


def test_a_split_keeps_the_interface_and_moves_docs_along(asked: Path, api: LoopbackAPI, model: Model) -> None:
    before, there = rows(asked), files(asked)
    wrong = answer(MAIN.replace("left join", "inner join"), *GOOD["models"])
    model.answers = [wrong, GOOD]
    done = split(asked, api, "--format", "json", rounds=2)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert [(one["node"], one["outcome"], one["engine"]) for one in told["outcomes"]] == [
        ("model.orchard.busy_pickers", "written", "reasoning"),
        (f"model.orchard.{STEP}", "written", "reasoning"),
        ("model.orchard.int_crates_summed_by_picker", "written", "reasoning"),
    ]
    assert "The smallest such database" in section(api.received[1], "refuted by a check")
    now = files(asked)
    assert set(now) - set(there) == {
        "dbt_ai.lock",
        f"models/{STEP}.sql",
        "models/int_crates_summed_by_picker.sql",
    }
    assert now["models/busy_pickers.sql"].decode() == MAIN
    assert now[f"models/{STEP}.sql"].decode() == DAYS
    described = {one["name"]: one for one in yaml.safe_load(now["models/asked.yml"])["models"]}
    assert described["int_crates_summed_by_picker"]["columns"] == [{"name": "kg", "description": "Of busy days."}]
    assert described["busy_pickers"] == yaml.safe_load(there["models/asked.yml"])["models"][0]
    built = dbt(asked, "build", "--select", "+busy_pickers+")
    assert built.returncode == 0, built.stdout
    assert rows(asked) == before
    received = len(api.received)
    again = split(asked, api)
    assert (again.returncode, files(asked)["models/busy_pickers.sql"].decode(), len(api.received)) == (
        0,
        MAIN,
        received,
    )


WRONG: dict[str, tuple[Sequence[dict[str, str]], str]] = {
    "a path": ([step("../../evil", DAYS)], "bad-name"),
    "a name that is there": ([step("crates", DAYS)], "bad-name"),
    "a name in quotes": ([step("int_days') }}{{ env_var('X", DAYS)], "bad-name"),
    "a config of its own": ([step(STEP, "{{ config(pre_hook='drop table crates') }}\n" + DAYS)], "foreign-jinja"),
    "Jinja": ([step(STEP, DAYS.replace("> 1", "> {{ env_var('HOME') }}"))], "foreign-jinja"),
    "another relation": ([step(STEP, DAYS.replace(CRATES, "raw.weather")), LAST], "other-relations"),
    "a file": ([step(STEP, DAYS.replace(CRATES, "read_csv('season')")), LAST], "made-up-words"),
    "a table function": ([step(STEP, DAYS.replace(CRATES, "read_csv(picked_on)")), LAST], "unknown-table-function"),
    "two statements": ([step(STEP, DAYS + "; drop table crates"), LAST], "not-one-select"),
    "nothing new": ([], "foreign-jinja"),
    "a step that nobody reads": ([*GOOD["models"], step("int_more", TOTALS)], "no-gain"),
    "a step that does nothing": (
        [LAST, step(STEP, DAYS.split("select", maxsplit=1)[0] + "select * from {{ ref('crates') }}\n")],
        "no-gain",
    ),
    "rows that are not the same": (
        [step(STEP, DAYS.replace("count(*)", "count(weight_kg)")), LAST],
        "other-rows",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("models", "reason"), WRONG.values(), ids=WRONG)
def test_what_is_no_split_is_not_written(
    run: Callable[..., Report], model: Model, models: Sequence[dict[str, str]], reason: str
) -> None:
    model.answers = [answer(MAIN, *models)]
    report = run("split", rounds=1)
    (found,) = report.outcomes
    assert (found.reason, report.diff) == (reason, "")


def test_steps_that_read_one_another_are_none(run: Callable[..., Report], model: Model) -> None:
    comment = DAYS.split("select", maxsplit=1)[0]
    one, other = (
        f"select picker_id, 1 as days, 1 as kg\nfrom {{{{ ref('{name}') }}}}\n" for name in ("int_b", "int_a")
    )
    main = MAIN.replace("int_crates_summed_by_picker", "int_a")
    model.answers = [answer(main, step("int_a", comment + one), step("int_b", other))]
    report = run("split", rounds=1)
    assert (report.outcomes[0].reason, report.diff) == ("no-gain", "")
    assert "in a circle" in report.outcomes[0].detail


def test_a_model_with_unit_tests_is_not_split(run: Callable[..., Report], api: LoopbackAPI) -> None:
    report = run("split", select="team_sizes")
    assert ([one.reason for one in report.outcomes], api.received) == (["with-unit-tests"], [])
