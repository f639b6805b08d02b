"""Long CASEs that become seeds, with a real dbt that builds the project before and after."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.doors import dbt, dbtai, files
from tests.tasks.refactoring.test_refactor import differing, model_of

COLOURS = ["red", "yellow", "green", "it's red", "pink, or so", "gold", "russet", "striped"]
BRANCHES = "\n".join(
    f"        when {number} then '{text.replace(chr(39), chr(39) * 2)}'" for number, text in enumerate(COLOURS, 10)
)
NUMBERS = "\n".join(f"        when note = 'n{number}' then {number}.5" for number in range(10))

BECOME = {
    "colours": f"""select
    crate_id,
    case variety_id
{BRANCHES}
        else 'unknown'
    end as colour
from {{{{ ref('crates') }}}}
where weight_kg > 1
""",
    "grades": f"""with crates as (
    select * from {{{{ ref('crates') }}}}
)

SELECT c.crate_id, p.name, 10 * CASE
{NUMBERS}
        WHEN c.note IN ('wet', 'dry') THEN 7.5
    END + 1 AS grade
FROM crates AS c
LEFT JOIN {{{{ ref('pickers') }}}} AS p ON p.picker_id = c.picker_id
""".replace("when note = ", "WHEN c.note = ").replace(" then ", " THEN "),
}
STAY = {
    "grouped": BECOME["colours"].replace("crate_id,", "count(*) as crates,") + "group by 2\n",
    "commented": BECOME["colours"].replace("'red'\n", "'red' -- the best\n"),
    "empty": BECOME["colours"].replace("'gold'", "''"),
    "mixed": BECOME["colours"].replace("when 12", "when weight_kg"),
    "few": BECOME["colours"].replace("when 17 then 'striped'\n", ""),
}


@pytest.fixture
def with_ladders(orchard: Path) -> Path:
    for name, text in {**BECOME, **STAY}.items():
        (orchard / "models" / f"{name}.sql").write_text(text, encoding="utf-8")
    done = dbt(orchard, "run", "-s", *BECOME, *STAY)
    assert done.returncode == 0, done.stdout
    return orchard


def refactored(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    output = folder.parent / "ladders.json"
    done = dbtai(folder, "refactor", *arguments, "--format", "json", "--output", str(output))
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(output.read_text(encoding="utf-8"))["outcomes"]
    return [one for one in found if "ladder-into-seed" in (one["text"], one["detail"].partition(":")[0])]


def test_a_long_case_becomes_a_seed_and_every_table_stays(with_ladders: Path) -> None:
    before = Path(shutil.copytree(with_ladders, with_ladders.parent / "before"))
    found = refactored(with_ladders, "--goal", "readable", "-s", *BECOME, *STAY)
    written = {model_of(one) for one in found if one["outcome"] == "written"}
    assert written >= {*BECOME, "colour_by_variety_id", "grade_by_note"}
    assert {model_of(one): one["reason"] for one in found if one["outcome"] != "written"} == {
        "commented": "comment-in-the-way"
    }
    text = (with_ladders / "models" / "colours.sql").read_text(encoding="utf-8")
    assert (
        text
        == """with crates as (
    select * from {{ ref('crates') }}
),

colour_by_variety_id as (
    select * from {{ ref('colour_by_variety_id') }}
),

final as (
    select
        crate_id,
        coalesce(colour_by_variety_id.colour, 'unknown') as colour
    from crates
    left join colour_by_variety_id
        on variety_id = colour_by_variety_id.variety_id_key
    where weight_kg > 1
)

select * from final
"""
    )
    seed = (with_ladders / "seeds" / "colour_by_variety_id.csv").read_text(encoding="utf-8")
    assert seed.splitlines()[:2] == ["variety_id_key,colour", "10,red"]
    assert "column_types:" in (with_ladders / "seeds" / "colour_by_variety_id.yml").read_text(encoding="utf-8")
    done = dbt(with_ladders, "build", "-s", "colour_by_variety_id", "grade_by_note", *BECOME)
    assert done.returncode == 0, done.stdout
    assert "unique_colour_by_variety_id_variety_id_key" in done.stdout
    for name in ("colour_by_variety_id", "grade_by_note"):
        shutil.copy(with_ladders / "seeds" / f"{name}.csv", before / "seeds")
        shutil.copy(with_ladders / "seeds" / f"{name}.yml", before / "seeds")
    assert dbt(before, "seed").returncode == 0
    assert differing(before, with_ladders) == []
    now = files(with_ladders)
    assert [
        one for one in refactored(with_ladders, "--goal", "readable", "-s", *BECOME) if one["outcome"] == "written"
    ] == []
    assert files(with_ladders) == now


UNIT_TEST = """unit_tests:
  - name: colour_of_ten
    model: colours
    given: [{input: ref('crates'), rows: [{crate_id: 1, variety_id: 10, weight_kg: 2}]}]
    expect: {rows: [{colour: red}]}
"""


def test_a_model_with_unit_tests_stays(with_ladders: Path) -> None:
    (with_ladders / "models" / "unit_tests.yml").write_text(UNIT_TEST, encoding="utf-8")
    found = refactored(with_ladders, "--goal", "readable", "-s", "colours")
    assert [(model_of(one), one["reason"]) for one in found] == [("colours", "has-unit-tests")]


def test_nothing_of_it_without_the_goal(with_ladders: Path) -> None:
    assert refactored(with_ladders, "-s", *BECOME) == []
