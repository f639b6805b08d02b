"""From edits to a plan: each file read, spliced in its own habits, and read again by the guard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dbt_ai.edits import guard
from dbt_ai.edits.compose import column_order, compose
from dbt_ai.edits.files import PropertyFile, Siblings, read_property_file
from dbt_ai.edits.journal import recover
from dbt_ai.edits.new_files import plan_files
from dbt_ai.edits.reasons import RefusalError, refusal
from dbt_ai.edits.steps import PropertyEdit, Unit, read_steps
from dbt_ai.values import AnyEdit, FileChange, FileEdit, MacroEdit, Plan, Refusal, SqlEdit, TestEdit, UnitTestEdit


def plan_edits(root: Path, edits: Sequence[AnyEdit]) -> Plan:
    """A plan for `edits` of the project at `root`, which reads files and writes none, but for undoing what a run that
    was killed left half written.

    Each edit ends in `planned` or, with its reason, in `refused`; one whose text, test or file is there already is
    planned without a change. Edits of one kind for a node come in the order of its columns. Raises ProjectError for a
    file of broken YAML.
    """
    recover(root)
    files: dict[str, list[PropertyEdit]] = {}
    for edit in edits:
        if not isinstance(edit, (FileEdit, SqlEdit)):
            files.setdefault(edit.path, []).append(edit)
    changes: list[FileChange] = []
    planned: list[AnyEdit] = []
    refused: list[Refusal] = []
    siblings = Siblings(root)
    for path, of_file in files.items():
        change, done, failed = _plan_file(root, path, of_file, siblings)
        changes += [change] if change is not None else []
        planned += done
        refused += failed
    new_files, done_files, failed_files = plan_files(
        root, [edit for edit in edits if isinstance(edit, (FileEdit, SqlEdit))], files
    )
    changes += new_files
    planned += done_files
    refused += failed_files
    order = {id(edit): index for index, edit in enumerate(edits)}
    return Plan(
        changes=tuple(sorted(changes, key=lambda change: change.path)),
        planned=tuple(sorted(planned, key=lambda edit: order[id(edit)])),
        refused=tuple(sorted(refused, key=lambda one: order[id(one.edit)])),
    )


def _plan_file(
    root: Path, path: str, edits: Sequence[PropertyEdit], siblings: Siblings
) -> tuple[FileChange | None, list[PropertyEdit], list[Refusal]]:
    try:
        file = read_property_file(root, path, siblings)
        expected = (edit.place.file_exists for edit in edits if not isinstance(edit, (UnitTestEdit, MacroEdit)))
        if file.before is None and any(expected):
            raise RefusalError("file-missing")
        if any(isinstance(edit, TestEdit) for edit in edits):
            key = file.habits.values.tests_key() or siblings.tests_key((root / path).parent)
            file = replace(file, tests_key=key or file.tests_key)
        before = guard.load(file.text)
    except OverflowError:
        return None, [], [refusal(edit, "alias-expansion") for edit in edits]
    except RefusalError as error:
        return None, [], [refusal(edit, error.reason) for edit in edits]
    steps = read_steps(file, before, edits)
    units, text, failed = _write_safely(file, before, column_order(steps.located), steps.units)
    planned = steps.there + [step.edit for unit in units for step in unit.steps]
    refused = steps.refused + failed
    if text == file.text:
        return None, planned, refused
    return FileChange(path, file.before, file.encode(text)), planned, refused


def _write_safely(
    file: PropertyFile, before: Any, order: dict[int, int], units: Sequence[Unit]
) -> tuple[list[Unit], str, list[Refusal]]:
    """Write the `units` that pass the guard: all at once, or, where one of them fails, without that one."""
    if not units:
        return [], file.text, []
    try:
        return list(units), compose(file, before, order, units), []
    except RefusalError as error:
        if len(units) == 1:
            return [], file.text, [refusal(step.edit, error.reason) for step in units[0].steps]
    middle = len(units) // 2
    left, _, left_refused = _write_safely(file, before, order, units[:middle])
    right, _, right_refused = _write_safely(file, before, order, units[middle:])
    try:
        return left + right, compose(file, before, order, left + right), left_refused + right_refused
    except RefusalError as error:  # each half alone is safe, both together are not
        lost = [refusal(step.edit, error.reason) for unit in right for step in unit.steps]
        return left, compose(file, before, order, left), left_refused + right_refused + lost
