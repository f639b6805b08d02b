"""Writes what a hook found and what is derived without data: the same plan, guard and lock file as of all jobs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dbt_ai.edits import apply_plan, lock_change, plan_edits
from dbt_ai.project.files.opened import Change
from dbt_ai.tasks.hooks.reading import Reader
from dbt_ai.tasks.hooks.touched import Touched
from dbt_ai.tasks.hooks.without_dbt import FilesReader
from dbt_ai.values import Edit, FileChange, HookFinding, OutcomeKind, Plan, Target, TestEdit

_DERIVED = ("undescribed", "stale-text")
_WRITTEN = (OutcomeKind.WRITTEN, OutcomeKind.STALE)


def fixed(
    hook: str, change: Change, now: Reader, touched: Sequence[Touched], findings: Sequence[HookFinding]
) -> list[HookFinding]:
    """The findings, those that are mended marked. Raises EditError where a file cannot be written."""
    write = {"docs": _texts, "tests": _tests, "refs": _raw_blocks}[hook]
    done = write(FilesReader(change, now), touched, findings)
    return [replace(one, fixed=one in done) for one in findings]


def _texts(reader: FilesReader, touched: Sequence[Touched], findings: Sequence[HookFinding]) -> list[HookFinding]:
    """Descriptions that follow from the SQL and from what people wrote upstream."""
    from dbt_ai.project.values import Selection
    from dbt_ai.tasks.document import DocumentOptions, document

    wanted = {one.target: one for one in findings if one.code in _DERIVED}
    if not wanted:
        return []
    selection = Selection(select=tuple(sorted({target.unique_id for target in wanted})))
    report = document(reader, DocumentOptions(selection, data=False, only=frozenset(wanted)))
    written = {one.target for one in report.outcomes if one.kind in _WRITTEN and one.text}
    return [finding for target, finding in wanted.items() if target in written]


def _tests(reader: FilesReader, touched: Sequence[Touched], findings: Sequence[HookFinding]) -> list[HookFinding]:
    """`unique` and `not_null` of a key that the SQL of the model alone proves, whatever its parents hold."""
    from dbt_ai.tasks.hooks.data_tests import DataTests
    from dbt_ai.tasks.testing.remembering import entry_of
    from dbt_ai.tasks.testing.values import Basis, Candidate, Role

    hook = DataTests(reader.change, reader.models, reader.models, touched)
    made: list[tuple[TestEdit, Candidate, HookFinding]] = []
    for missing, finding in (pair for one in hook.touched for pair in hook.untested(one)):
        node = reader.project.nodes[finding.target.unique_id]
        if missing.proved and node.place is not None and finding in findings:
            declared = node.column(missing.columns[0])
            column = declared.name if declared is not None else missing.columns[0]
            target = Target(node.unique_id, column)
            candidate = Candidate(target, missing.kind, Basis.SQL, "The SQL says it.", role=Role.KEY)
            made.append((TestEdit(node.place, column, missing.kind), candidate, finding))
    plan = plan_edits(reader.change.root, [edit for edit, _, _ in made])
    done = [(candidate, finding) for edit, candidate, finding in made if edit in plan.planned]
    _apply(reader.change, plan, lock_change(reader.change.root, tests=[entry_of(candidate) for candidate, _ in done]))
    return [finding for _, finding in done]


def _raw_blocks(reader: FilesReader, touched: Sequence[Touched], findings: Sequence[HookFinding]) -> list[HookFinding]:
    """The raw block around a text of ours that holds what looks like Jinja."""
    wanted = {one.target: one for one in findings if one.code == "live-jinja"}
    made: list[tuple[Edit, HookFinding]] = []
    for one in touched:
        node = reader.project.nodes.get(reader.models.unique_id(one.stem))
        for target, finding in wanted.items():
            if node is not None and node.place is not None and target.unique_id == node.unique_id:
                text = one.description(target.column)
                made.append((Edit(node.place, target.column, text, replaces=text), finding))
    plan = plan_edits(reader.change.root, [edit for edit, _ in made])
    _apply(reader.change, plan, None)
    return [finding for edit, finding in made if edit in plan.planned]


def _apply(change: Change, plan: Plan, lock: FileChange | None) -> None:
    apply_plan(change.root, replace(plan, changes=(*plan.changes, lock)) if lock is not None else plan)
