"""Every case of tests/edits/shapes: its edits make `after.yml` of `before.yml`, byte for byte (nothing, where there is
no `after.yml`), and are refused as told. To add a case, add a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbt_ai.edits import REASONS, apply_plan, diff_plan, plan_edits
from tests.edits.shapes_reader import FILE, SHAPES, read_edits, target

CASES = sorted(folder.name for folder in SHAPES.iterdir() if folder.is_dir())


def test_there_are_many_shapes() -> None:
    assert len(CASES) >= 40


@pytest.mark.parametrize("case", CASES)
def test_shape(case: str, tmp_path: Path) -> None:
    folder = SHAPES / case
    before = (folder / "before.yml").read_bytes()
    after = (folder / "after.yml").read_bytes() if (folder / "after.yml").exists() else before
    edits, refused = read_edits(folder / "edits.yml")
    (tmp_path / FILE).write_bytes(before)

    plan = plan_edits(tmp_path, edits)

    assert {target(refusal): refusal.reason for refusal in plan.refused} == refused
    assert all(refusal.reason in REASONS and refusal.detail for refusal in plan.refused)
    assert len(plan.planned) + len(plan.refused) == len(edits)
    assert (tmp_path / FILE).read_bytes() == before, "planning writes nothing"
    apply_plan(tmp_path, plan)
    assert (tmp_path / FILE).read_bytes() == after

    again = plan_edits(tmp_path, plan.planned)
    assert (again.changes, again.refused) == ((), ()), "a second run changes nothing"


# cases where a line that is there takes the text in: flow style, empty descriptions and lists, texts of ours
REWRITTEN = {
    "columns_without_entries",
    "empty_descriptions",
    "flow_everything",
    "flow_maps",
    "json_in_yaml",
    "replacing_our_own_text",
    "section_without_entries",
}


@pytest.mark.parametrize("case", [case for case in CASES if case not in REWRITTEN])
def test_lines_are_only_added(case: str) -> None:
    before = (SHAPES / case / "before.yml").read_bytes().splitlines()
    after = SHAPES / case / "after.yml"
    rest = iter(after.read_bytes().splitlines() if after.exists() else before)
    assert all(line in rest for line in before)


def test_a_diff_applies_with_git_to_every_shape(tmp_path: Path, git: object) -> None:
    edits_of = {case: read_edits(SHAPES / case / "edits.yml")[0] for case in CASES}
    for case in CASES:
        folder = tmp_path / case
        folder.mkdir()
        (folder / FILE).write_bytes((SHAPES / case / "before.yml").read_bytes())
        after = SHAPES / case / "after.yml"
        diff = diff_plan(plan_edits(folder, edits_of[case]))
        assert bool(diff) == after.exists()
        if diff:
            git(folder, "apply", "-", stdin=diff.encode())  # type: ignore[operator]
            assert (folder / FILE).read_bytes() == after.read_bytes(), case
