"""What a review says of branches whose effect is known: tests/tasks/reviewing/cases."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from dbt_ai.project.changes import changes_since
from dbt_ai.project.opening import open_project
from dbt_ai.report.review_json import review_json
from dbt_ai.report.review_markdown import MARKER, review_markdown
from dbt_ai.report.review_text import review_text
from dbt_ai.report.sarif import review_sarif
from dbt_ai.reviews import Review
from dbt_ai.tasks.review import ReviewOptions, review
from dbt_ai.tasks.reviewing.reasons import REASONS
from tests.tasks.reviewing.branches import commit, edit, git, start

CASES = Path(__file__).parent / "cases"
_LACKING = {"missing-doc", "missing-test", "stale-doc"}


def reviewed(folder: Path, *, suggest: bool = False) -> Review:
    """The review of what differs from the branch main."""
    reader = open_project(folder, folder)
    changes = changes_since(folder, "main")
    before = reader.with_files({file.path: file.before for file in changes.files})
    return review(reader, before, changes, ReviewOptions(suggest=suggest))


@pytest.mark.parametrize("case", sorted(path.stem for path in CASES.glob("*.yml")))
def test_a_review_says_what_a_branch_does(case: str, bakery: Path) -> None:
    wanted = yaml.safe_load((CASES / f"{case}.yml").read_text(encoding="utf-8"))
    edit(bakery, wanted.get("base", {}))
    start(bakery)
    git(bakery, "switch", "--quiet", "--create", "feature")
    edit(bakery, wanted["edits"])
    commit(bakery)
    found = json.loads(review_json(reviewed(bakery)))
    models = {model["node"].rpartition(".")[2]: model for model in found["models"]}
    assert models.keys() == wanted["models"].keys()
    for name, held in wanted["models"].items():
        assert {key: _said(models[name], key) for key in held} == held, models[name]
    assert {one["code"] for one in found["findings"]} - _LACKING == set(wanted["findings"]), found["findings"]
    assert git(bakery, "status", "--porcelain") == ""  # it wrote nothing


def _said(model: dict[str, Any], key: str) -> Any:
    """What a model of the JSON says under one of the short keys of the cases."""
    if key == "verdict":
        return model["verdict"] and model["verdict"]["verdict"]
    if key in ("added", "removed", "renamed"):
        return model["columns"][key]
    if key == "retyped":
        return [one[0] for one in model["columns"]["retyped"]]
    if key == "config":
        return [one["name"] for one in model["config"]]
    if key == "affected":
        return [one["name"] for one in model["affected"]]
    if key == "broken":
        return [one["name"] for one in model["affected"] if one["broken"]]
    return model[key]


def test_the_smallest_example_can_be_run(bakery: Path) -> None:
    """The rows that are shown as those of before and after are what the two versions give on the rows shown."""
    start(bakery)
    edit(
        bakery,
        {"models/marts/members.sql": [["coalesce(collected.collected_orders, 0)", "collected.collected_orders"]]},
    )
    (model,) = reviewed(bakery).models
    found = model.compared
    assert found.before is not None
    assert found.after is not None
    (changed,) = found.changed
    assert changed == "collected_orders"
    place = found.before.columns.index(changed)
    assert [row[place] for row in found.before.rows] == [0]
    assert [row[place] for row in found.after.rows] == [None]
    assert sum(len(table.rows) for table in found.tables) == 1
    assert found.on_data is not None
    assert found.on_data[2] == found.on_data[3] > 0  # members without a collected order are among today's


def test_what_is_not_committed_counts_and_so_does_a_base_that_moved_on(bakery: Path) -> None:
    start(bakery)
    git(bakery, "switch", "--quiet", "--create", "feature")
    edit(bakery, {"models/marts/members.sql": [[">= 3", "> 3"]]})
    commit(bakery)
    git(bakery, "switch", "--quiet", "main")
    edit(bakery, {"models/marts/orders.sql": [["    lines.number_of_lines,\n", ""]]})
    commit(bakery)
    git(bakery, "switch", "--quiet", "feature")
    edit(bakery, {"models/marts/cities.sql": {"new": "select 1 as a\n"}})
    assert sorted(model.name for model in reviewed(bakery).models) == ["cities", "members"]


def test_every_form_tells_the_same(bakery: Path) -> None:
    start(bakery)
    edit(bakery, {"models/staging/stg_orders.sql": [[",\n    state as order_state", ""]]})
    found = reviewed(bakery, suggest=True)
    text, markdown = review_text(found), review_markdown(found)
    sarif = json.loads(review_sarif(found, REASONS))
    assert found.failing == ("broken-model", "broken-test")
    assert markdown.startswith(MARKER)
    for finding in found.findings:
        assert finding.code in text
        assert finding.code in markdown
    results = sarif["runs"][0]["results"]
    assert [one["ruleId"] for one in results] == [one.code for one in found.findings]
    assert {one["level"] for one in results} == {"error", "note"}
    below = json.loads(review_sarif(replace(found, prefix="dbt/shop/"), REASONS))["runs"][0]["results"][0]
    assert below["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == f"dbt/shop/{found.findings[0].path}"
    assert "dbt_ai.lock" not in markdown
    assert git(bakery, "status", "--porcelain").strip() == "M models/staging/stg_orders.sql"
