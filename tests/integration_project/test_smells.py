"""The smells that are planted in the integration project are found, and every table stays as it was."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.refactor import differing
from tests.cli.doors import dbt, dbtai
from tests.integration_project.build import DATABASE, SOURCE

README = SOURCE / "models" / "smells" / "README.md"
SELECTED = ("--select", "path:models/smells")


def planted(goal: str) -> dict[str, Counter[str]]:
    """What README.md says is planted for a goal, by model."""
    found: dict[str, Counter[str]] = {}
    model = ""
    for line in README.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != 4 or "`" not in cells[2]:
            continue
        model = cells[0].strip("`") or model
        if cells[3] and goal not in cells[3].split(", "):
            continue
        number = 2 if cells[2].endswith("twice") else 1
        for rule in re.findall(r"`([a-z-]+)`", cells[2]):
            found.setdefault(model, Counter())[rule] += number
    return found


@pytest.mark.parametrize("goal", ["readable", "cheaper"])
def test_what_is_planted_is_found_and_every_table_stays(
    integration_project: Path, goal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHEELHOUSE_SMELLS", "true")
    for _ in range(2):  # the incremental model runs both ways
        done = dbt(integration_project, "build", *SELECTED)
        assert done.returncode == 0, done.stdout
    before = integration_project / "before.duckdb"
    before.write_bytes((integration_project / DATABASE).read_bytes())
    output = integration_project / "report.json"
    done = dbtai(
        integration_project, "refactor", *SELECTED, "--goal", goal, "--format", "json", "--output", str(output)
    )
    assert done.returncode == 0, done.stderr
    written: dict[str, Counter[str]] = {}
    for outcome in json.loads(output.read_text(encoding="utf-8"))["outcomes"]:
        assert outcome["outcome"] == "written", outcome
        written.setdefault(outcome["node"].rpartition(".")[2], Counter())[outcome["text"]] += 1
    assert written == planted(goal)
    assert sum(number for rules in written.values() for number in rules.values()) >= 15
    assert dbt(integration_project, "build", *SELECTED).returncode == 0
    assert differing(before, integration_project / DATABASE) == []
    assert dbtai(integration_project, "refactor", *SELECTED, "--goal", goal, "--check").returncode == 0
