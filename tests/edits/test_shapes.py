"""Every case of tests/edits/shapes: its edits make `after.yml` of `before.yml`, byte for byte (nothing, where there is
no `after.yml`; a new file, where there is no `before.yml`), and are refused as told. To add a case, add a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbt_ai.edits import REASONS, apply_plan, diff_plan, plan_edits
from tests.edits.shapes_reader import FILE, SHAPES, read_edits, target

CASES = sorted(folder.name for folder in SHAPES.iterdir() if folder.is_dir())


def test_there_are_many_shapes() -> None:
    assert len(CASES) >= 120


@pytest.mark.parametrize("case", CASES)
def test_shape(case: str, tmp_path: Path) -> None:
    folder = SHAPES / case
    before = content(folder / "before.yml")
    after = content(folder / "after.yml") or before
    edits, refused = read_edits(folder / "edits.yml")
    if before is not None:
        (tmp_path / FILE).write_bytes(before)

    plan = plan_edits(tmp_path, edits)

    assert {target(refusal): refusal.reason for refusal in plan.refused} == refused
    assert all(refusal.reason in REASONS and refusal.detail for refusal in plan.refused)
    assert len(plan.planned) + len(plan.refused) == len(edits)
    assert content(tmp_path / FILE) == before, "planning writes nothing"
    apply_plan(tmp_path, plan)
    assert content(tmp_path / FILE) == after

    again = plan_edits(tmp_path, plan.planned)
    assert (again.changes, again.refused) == ((), ()), "a second run changes nothing"


def content(file: Path) -> bytes | None:
    return file.read_bytes() if file.exists() else None


# cases where a line that is there takes the edit in: flow style, empty descriptions and lists, texts of ours
REWRITTEN = {
    "columns_without_entries",
    "empty_descriptions",
    "flow_everything",
    "flow_maps",
    "json_in_yaml",
    "replacing_our_own_text",
    "section_without_entries",
    "test_appended_to_flow_list",
    "test_for_every_use_of_an_anchor",
    "test_in_a_flow_list_over_lines",
    "test_in_an_empty_list",
    "test_in_an_empty_list_of_a_flow_house",
    "test_in_flow_maps",
    "test_in_json",
    "test_in_lists_with_blank_lines",
    "test_in_quoted_keys",
    "test_in_unindented_lists",
    "test_list_of_an_unusual_kind",
    "test_of_a_column_by_another_case",
    "test_of_versions",
    "test_there_in_another_spelling",
    "tests_key_of_the_entry_wins",
    "unit_test_in_an_empty_section",
}


@pytest.mark.parametrize("case", [case for case in CASES if case not in REWRITTEN])
def test_lines_are_only_added(case: str) -> None:
    before = (content(SHAPES / case / "before.yml") or b"").splitlines()
    after = content(SHAPES / case / "after.yml")
    rest = iter(before if after is None else after.splitlines())
    assert all(line in rest for line in before)


def test_a_diff_applies_with_git_to_every_shape(tmp_path: Path, git: object) -> None:
    edits_of = {case: read_edits(SHAPES / case / "edits.yml")[0] for case in CASES}
    for case in CASES:
        folder = tmp_path / case
        folder.mkdir()
        before = content(SHAPES / case / "before.yml")
        if before is not None:
            (folder / FILE).write_bytes(before)
        after = SHAPES / case / "after.yml"
        diff = diff_plan(plan_edits(folder, edits_of[case]))
        assert bool(diff) == after.exists()
        if diff:
            git(folder, "apply", "-", stdin=diff.encode())  # type: ignore[operator]
            assert (folder / FILE).read_bytes() == after.read_bytes(), case
