"""What a project does by hand and dbt_utils does, too: `--goal readable` with the package, in a real dbt."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.cli.doors import dbt, dbtai
from tests.tasks.refactoring.test_refactor import differing, model_of

PACKAGE = Path(__file__).parent / "dbt_utils_package"
NOTES = ["ripe", "green", "small", "bruised", "red", "gold", "early", "late", "sour", "wet"]
LADDER = ",\n".join(f"    sum(case when note = '{note}' then weight_kg end) as {note}_kg" for note in NOTES)
MODELS = {
    "by_note": (
        "pivot-by-hand",
        f"select\n    picker_id,\n{LADDER}\nfrom {{{{ ref('crates') }}}}\ngroup by picker_id\n",
    ),
    "crate_keys": (
        "surrogate-key-by-hand",
        """select md5(cast(crate_id as varchar) || '-' || cast(crate_id as varchar)) as crate_key
from {{ ref('crates') }}
""",
    ),
    "weight_shares": (
        "division-by-hand",
        """select crate_id, case when crate_id = 0 then null else weight_kg / crate_id end as share
from {{ ref('crates') }}
""",
    ),
    "season": (
        "date-spine-by-hand",
        """with days as (
    select cast(unnest(range(date '2024-09-01', date '2024-09-30', interval 1 day)) as date) as day
)

select days.day, count(crates.crate_id) as crates
from days
left join {{ ref('crates') }} as crates on crates.picked_on = days.day
group by days.day
""",
    ),
    "all_crates": (
        "union-by-hand",
        "select * from {{ ref('crates') }}\nunion all\nselect * from {{ ref('crates') }}\n",
    ),
    "wide_copy": (
        "columns-by-hand",
        "select\n    a,\n    b,\n    c,\n    d,\n    e,\n    f,\n    g,\n    h\nfrom {{ ref('wide') }}\n",
    ),
}
OTHERS = {
    "wide": "select 1 as a, 2 as b, 3 as c, 4 as d, 5 as e, 6 as f, 7 as g, 8 as h, 9 as i",
    "note_keys": "select md5(note || '-' || note) as note_key from {{ ref('crates') }}\n",  # a note may be NULL
}
UNIT_TEST = """
unit_tests:
  - name: wide_copy_has_a
    model: wide_copy
    given: [{input: ref('wide'), rows: [{a: 7}]}]
    expect: {rows: [{a: 7}]}
"""


@pytest.fixture
def by_hand(orchard: Path) -> Path:
    """The orchard with these models, and the package. Built."""
    shutil.copytree(PACKAGE, orchard / "dbt_utils")
    (orchard / "packages.yml").write_text("packages:\n  - local: dbt_utils\n", encoding="utf-8")
    for name, text in {**{name: text for name, (_, text) in MODELS.items()}, **OTHERS}.items():
        (orchard / "models" / f"{name}.sql").write_text(text, encoding="utf-8")
    for arguments in (("deps",), ("run", "-s", *MODELS, *OTHERS)):
        done = dbt(orchard, *arguments)
        assert done.returncode == 0, done.stdout
    return orchard


def refactored(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    output = folder.parent / "by_hand.json"
    done = dbtai(folder, "refactor", *arguments, "--format", "json", "--output", str(output))
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(output.read_text(encoding="utf-8"))["outcomes"]
    return [one for one in found if one["text"].endswith("-by-hand")]


def test_what_dbt_utils_does_too_is_left_to_it(by_hand: Path) -> None:
    before = shutil.copytree(by_hand, by_hand.parent / "before")
    found = refactored(by_hand, "--goal", "readable", "-s", *MODELS, *OTHERS)
    written = {model_of(one): one["text"] for one in found if one["outcome"] == "written"}
    assert written == {name: rule for name, (rule, _) in MODELS.items()}
    (told,) = [one for one in found if one["outcome"] != "written"]
    assert (model_of(told), told["outcome"], told["reason"]) == ("note_keys", "refuted", "other-rows")
    for name in MODELS:
        assert "{{ dbt_utils." in (by_hand / "models" / f"{name}.sql").read_text(encoding="utf-8")
    done = dbt(by_hand, "run", "-s", *MODELS)
    assert done.returncode == 0, done.stdout
    assert differing(before, by_hand) == []
    again = refactored(by_hand, "--goal", "readable", "-s", *MODELS)
    assert [one for one in again if one["outcome"] == "written"] == []


def test_nothing_of_it_without_the_goal(by_hand: Path) -> None:
    assert refactored(by_hand, "-s", *MODELS) == []


def test_a_model_with_unit_tests_does_not_ask_for_columns(by_hand: Path) -> None:
    """dbt gives a unit test no relation that a macro could ask."""
    (by_hand / "models" / "unit_tests.yml").write_text(UNIT_TEST, encoding="utf-8")
    assert refactored(by_hand, "--goal", "readable", "-s", "wide_copy") == []
    with duckdb.connect(str(by_hand / "orchard.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) from wide_copy").fetchall() == [(1,)]
