"""Tables that become incremental models, with a real dbt that builds them from some rows, and then from all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.cli.doors import dbt, dbtai
from tests.tasks.refactoring.test_refactor import model_of

PROPERTIES = """version: 2
sources:
  - name: scales
    schema: raw
    tables:
      - name: weighings
        columns:
          - {name: weighing_id, data_tests: [unique, not_null]}
          - {name: weighed_at, data_tests: [not_null]}
          - {name: loaded_at, data_tests: [not_null]}
          - {name: created_at, data_tests: [not_null]}
"""
WEIGHINGS = """create table raw.weighings as
select n as weighing_id, timestamp '2024-09-01' + interval (n // 3) hour as weighed_at,
    timestamp '2024-09-01' + interval (n // 4) hour as loaded_at,
    timestamp '2024-09-01' as created_at, n % 7 as kg, case n % 4 when 0 then 'wet' end as note
from range(40) as numbers (n)
"""
SIMPLE = """with weighings as (
    select * from {{ source('scales', 'weighings') }}
)

select
    weighing_id,
    loaded_at as came_at,
    kg * 1000 as grams,
    coalesce(note, 'dry') as note
from weighings
where kg > 0
"""
CHANGED = """{{ config(materialized='incremental', unique_key='weighing_id', on_schema_change='fail') }}

with weighings as (
    select
        weighing_id,
        loaded_at,
        kg,
        note
    from {{ source('scales', 'weighings') }}
    {% if is_incremental() %}
    where loaded_at >= (select coalesce(max(came_at), timestamp '0001-01-01') from {{ this }})
    {% endif %}
)
"""
FILTERED = """{{ config(materialized="table", tags=['scales']) }}
select weighing_id, weighed_at
from {{ source('scales', 'weighings') }}
where kg > 2 and note = 'wet'
"""
STAY = {
    "grouped": SIMPLE.replace("kg * 1000 as grams", "sum(kg) over (partition by note) as grams"),
    "joined": SIMPLE.replace("from weighings\n", "from weighings left join {{ ref('crates') }} using (note)\n"),
    "today": SIMPLE.replace("kg * 1000", "current_date"),
    "a_view": "{{ config(materialized='view') }}" + SIMPLE,
    "summed": "select loaded_at, count(*) as n from {{ source('scales', 'weighings') }} group by 1",
}
LEFT = {
    "without_key": (SIMPLE.replace("weighing_id,", "weighing_id % 2 as side,"), "no-key"),
    "both_times": (
        "select weighing_id, loaded_at, created_at from {{ source('scales', 'weighings') }}",
        "several-times",
    ),
}


@pytest.fixture
def scales(orchard: Path) -> Path:
    (orchard / "models" / "scales.yml").write_text(PROPERTIES, encoding="utf-8")
    models = {"simple": SIMPLE, "filtered": FILTERED, **STAY, **{name: text for name, (text, _) in LEFT.items()}}
    for name, text in models.items():
        (orchard / "models" / f"{name}.sql").write_text(text, encoding="utf-8")
    with duckdb.connect(str(orchard / "orchard.duckdb")) as connection:
        connection.execute(WEIGHINGS)
    done = dbt(orchard, "run", "-s", *models)
    assert done.returncode == 0, done.stdout
    return orchard


def refactored(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    output = folder.parent / "increments.json"
    done = dbtai(folder, "refactor", *arguments, "--format", "json", "--output", str(output))
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(output.read_text(encoding="utf-8"))["outcomes"]
    return [one for one in found if "table-into-increments" in (one["text"], one["detail"].partition(":")[0])]


def rows(folder: Path, *names: str) -> list[Any]:
    with duckdb.connect(str(folder / "orchard.duckdb"), read_only=True) as connection:
        return [connection.execute(f"select * from {name} order by all").fetchall() for name in names]


def test_two_runs_give_what_one_gives(scales: Path) -> None:
    found = refactored(scales, "--goal", "cheaper", "-s", "simple", "filtered", *STAY, *LEFT)
    assert {model_of(one): one["reason"] for one in found} == {
        "simple": None,
        "filtered": None,
        **{name: reason for name, (_, reason) in LEFT.items()},
    }, found
    assert "is never read, but by --full-refresh" in found[0]["detail"]
    assert (scales / "models" / "simple.sql").read_text(encoding="utf-8").startswith(CHANGED)
    filtered = (scales / "models" / "filtered.sql").read_text(encoding="utf-8")
    assert "on_schema_change='fail', tags=['scales'])" in filtered
    assert "    and weighed_at >= (select" not in filtered
    assert "\nand weighed_at >= (select coalesce(max(weighed_at)" in filtered
    whole = rows(scales, "simple", "filtered")
    with duckdb.connect(str(scales / "orchard.duckdb")) as connection:
        connection.execute("create table raw.all_of_them as from raw.weighings")
        connection.execute("delete from raw.weighings where weighing_id > 21")  # not all of the latest hour
    for arguments in (("run", "--full-refresh"), ("run",)):
        done = dbt(scales, *arguments, "-s", "simple", "filtered")
        assert done.returncode == 0, done.stdout
    assert rows(scales, "simple", "filtered") != whole
    with duckdb.connect(str(scales / "orchard.duckdb")) as connection:
        connection.execute("insert into raw.weighings from raw.all_of_them where weighing_id > 21")
    done = dbt(scales, "build", "-s", "simple", "filtered")
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("unit_test ") >= 4
    assert rows(scales, "simple", "filtered") == whole
    assert refactored(scales, "--goal", "cheaper", "-s", "simple", "filtered") == []


def test_nothing_of_it_without_the_goal(scales: Path) -> None:
    assert refactored(scales, "-s", "simple") == []
