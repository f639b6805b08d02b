"""The job `test`: the data tests that a project lacks, each of which has run and passed, can fail, and notices what no
other does.

The road: read the project, gather evidence, propose tests, ask engines for more where they are at hand, run them, try
them on faults, choose, plan the edits, apply them, report.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from dbt_ai.checks.data_tests import DataCheck
from dbt_ai.edits import diff_plan, lock_change, plan_edits, read_lock
from dbt_ai.edits.lock import TestEntry, read_test_entries
from dbt_ai.errors import WarehouseError
from dbt_ai.evidence.values import Evidence
from dbt_ai.project.values import Project, ProjectReader, Selection
from dbt_ai.project.warehouse import warehouse_of
from dbt_ai.tasks.data import Data
from dbt_ai.tasks.document import RESOURCE_TYPES
from dbt_ai.tasks.gathering import Gathered, compile_scope, gather
from dbt_ai.tasks.in_duckdb import InDuckDB
from dbt_ai.tasks.planning import finished, refusals_of, refused
from dbt_ai.tasks.progress import Progress, nothing
from dbt_ai.tasks.references import references_of
from dbt_ai.tasks.testing.candidates import candidates_of
from dbt_ai.tasks.testing.in_warehouse import InWarehouse, confirmed
from dbt_ai.tasks.testing.project_tests import ProjectTests
from dbt_ai.tasks.testing.proving import Proven, prove
from dbt_ai.tasks.testing.remembering import entry_of, gone, is_remembered, without_ours
from dbt_ai.tasks.testing.subject import Subject
from dbt_ai.tasks.testing.telling import (
    derived_totals,
    failing_outcome,
    notices_of,
    there,
    unwritable_outcome,
    written_outcome,
)
from dbt_ai.tasks.testing.values import Candidate
from dbt_ai.tasks.testing.writing import WrittenTest, edits_of, written
from dbt_ai.tasks.written import Author, author
from dbt_ai.values import Outcome, OutcomeKind, Plan, Refusal, Report, Target, TierTotals, Verdict

if TYPE_CHECKING:
    from dbt_ai.tasks.tiers import Asking

_SAME = "The project's data is in DuckDB: what is run on it is run in the warehouse, on all rows."


@dataclass(frozen=True)
class TestOptions:
    """What to test and how. `write` False plans and tells, and changes no file. `severity` is written into every test;
    with "warn" tests that fail today and rest on more than the data are written, too. `only_ask` ends the job when the
    engines were asked: nobody wants its report. `where` "warehouse" runs what holds on a copy of the data once more on
    all rows in the warehouse. `classifies` lets the small classifier propose, too."""

    __test__ = False  # pytest must not collect it

    selection: Selection = field(default_factory=Selection)
    write: bool = True
    severity: str | None = None
    only_ask: bool = False
    where: str = "duckdb"
    classifies: bool = False


@dataclass(frozen=True)
class _Proposals:
    """What is proposed for each wanted node, parents first, what the engines did, and what they did not answer."""

    subjects: Mapping[str, Subject]
    candidates: Mapping[str, tuple[Candidate, ...]]
    tiers: tuple[TierTotals, ...] = ()
    unfinished: tuple[str, ...] = ()


def write_data_tests(
    reader: ProjectReader,
    options: TestOptions,
    progress: Progress = nothing,
    *,
    asking: Asking | None = None,
    notices: Sequence[str] = (),
) -> Report:
    """Writes the data tests that the selected nodes of the root project lack.

    `asking` has the engines to ask, None to ask nobody; `notices` are told in the report as they are. Raises UsageError
    for a selection that dbt does not understand, WarehouseError for data that may not be read, and EditError where a
    file changed between plan and write.
    """
    project = reader.project
    selected = reader.select(options.selection, RESOURCE_TYPES)
    wanted = [unique_id for unique_id in selected if project.nodes[unique_id].editable]
    lock = read_lock(project.root)
    scope = compile_scope(reader, wanted, progress)
    there = options.where == "warehouse" and project.adapter_type != "duckdb"
    if there:
        _reach(reader)
    with Data(project, reader, scope) as data, ExitStack() as stack:
        sandbox, about_data = data.sandbox, (*notices, *data.notices)
        if sandbox is None:
            why = "No test is written without data to run it on."
            return Report("test", notices=(*about_data, why), wrote=options.write)
        remembered = read_test_entries(project.root)
        known = without_ours(project, remembered)
        # Where the warehouse decides, what a part of the rows shows may be proposed as what all of them would show.
        seen = replace(sandbox, partial=frozenset()) if there else sandbox
        gathered = gather(
            known, wanted, scope, seen, progress, lambda node, column: author(node, column, lock) is Author.PERSON
        )
        tests = ProjectTests(project, gathered.evidence, remembered)
        proposals = _proposals(known, gathered, scope.order, data, asking, options, progress)
        if asking is not None:
            about_data = (*about_data, *asking.notices())
        if options.only_ask:
            return Report("test", notices=about_data, unfinished=proposals.unfinished)
        evidence, decide = InDuckDB(project).evidence(gathered.evidence, scope), None
        if there:
            warehouse = stack.enter_context(warehouse_of(reader))
            decide = InWarehouse(project, warehouse, evidence, tests.folders[0]).verdict
        elif options.where == "warehouse":
            about_data = (*about_data, _SAME)
        proven = _prove_all(evidence, proposals, tests, remembered, data, decide, progress)
    return data.placed(_write(project, gathered, proposals, proven, tests, remembered, options, about_data, progress))


def _reach(reader: ProjectReader) -> None:
    """Raises WarehouseError where the warehouse does not answer, before anything else is done."""
    try:
        with warehouse_of(reader):
            pass
    except WarehouseError as error:
        why = str(error).rstrip(".?! ")
        raise WarehouseError(
            f"The warehouse cannot be asked: {why}. Correct the profile, or run without `where`, on a copy."
        ) from error


def _proposals(
    project: Project,
    gathered: Gathered,
    order: Sequence[str],
    data: Data,
    asking: Asking | None,
    options: TestOptions,
    progress: Progress,
) -> _Proposals:
    """What the rules propose for each wanted node with rows or columns to test, and what engines and the classifier add
    to it.

    `project` has no tests of ours: a run proposes what the run before did.
    """
    assert data.sandbox is not None
    refers = references_of(gathered.evidence, data.sandbox, project.graph())
    subjects = {
        unique_id: Subject(
            project, project.nodes[unique_id], gathered.evidence, refers, unique_id in gathered.data_keys
        )
        for unique_id in order
        if unique_id in set(gathered.wanted)
        and project.nodes[unique_id].materialized != "ephemeral"
        and gathered.evidence[unique_id].profile is not None
    }
    derived = {unique_id: candidates_of(subject) for unique_id, subject in subjects.items()}
    candidates: Mapping[str, tuple[Candidate, ...]] = derived
    tiers: tuple[TierTotals, ...] = ()
    unfinished: tuple[str, ...] = ()
    if asking is not None:
        from dbt_ai.tasks.testing.proposing import propose

        found = propose(asking, project, gathered, subjects, derived, data, progress)
        candidates = {unique_id: (*derived[unique_id], *found.candidates.get(unique_id, ())) for unique_id in subjects}
        tiers, unfinished = found.tiers, found.unfinished
    if options.classifies and not options.only_ask:
        from dbt_ai.distill.classifier.applying import read_classifier
        from dbt_ai.tasks.testing.classified import classified

        tests = ProjectTests(project, gathered.evidence)
        known = classified(subjects, candidates, tests, data.sandbox, read_classifier())
        candidates, tiers = known.candidates, (known.totals, *tiers)
    return _Proposals(subjects, candidates, (derived_totals(derived), *tiers) if tiers else (), unfinished)


def _prove_all(
    evidence: Mapping[str, Evidence],
    proposals: _Proposals,
    tests: ProjectTests,
    remembered: Sequence[TestEntry],
    data: Data,
    decide: Callable[[Candidate], Verdict] | None,
    progress: Progress,
) -> dict[str, Proven]:
    """What became of the candidates of each wanted node, parents first: what a parent's test notices, a child's need
    not. `evidence` has DuckDB's SQL; `decide` has the last word on each that is chosen."""
    sandbox = data.sandbox
    assert sandbox is not None
    checks: dict[str, list[DataCheck]] = {u: list(tests.checks(u)) for u in evidence}
    found: dict[str, Proven] = {}
    for number, (unique_id, subject) in enumerate(proposals.subjects.items()):
        progress("Trying tests", number, len(proposals.subjects))
        proposed = proposals.candidates[unique_id]
        new = [one for one in proposed if not tests.has(one) and not is_remembered(one, remembered)]
        deleted = sum(is_remembered(one, remembered) and not tests.has(one) for one in proposed)
        beyond = tests.beyond(unique_id, proposed) + deleted
        proving = partial(
            prove, replace(subject, evidence=evidence), tests=tests, sandbox=sandbox, above=checks, beyond=beyond
        )
        found[unique_id] = proving(new) if decide is None else confirmed(new, proving, decide)
        checks[unique_id] += [tests.check(chosen.candidate) for chosen in found[unique_id].choice.chosen]
    return found


def _write(
    project: Project,
    gathered: Gathered,
    proposals: _Proposals,
    proven: Mapping[str, Proven],
    tests: ProjectTests,
    remembered: Sequence[TestEntry],
    options: TestOptions,
    notices: Sequence[str],
    progress: Progress,
) -> Report:
    """The road from the chosen tests to the report."""
    told: list[tuple[Outcome, WrittenTest | None]] = []
    for unique_id in gathered.wanted:
        told += [(outcome, None) for outcome in there(project, tests.of(unique_id), remembered)]
        if unique_id in gathered.failures:
            detail = gathered.failures[unique_id]
            told.append((Outcome(Target(unique_id), OutcomeKind.FAILED, reason="no-sql", detail=detail), None))
        if unique_id in proven:
            told += _told(project, unique_id, proven[unique_id], tests.folders[0], options.severity)
    made = [item for _, item in told if item is not None]
    plan = plan_edits(project.root, edits_of(made))
    refusals = refusals_of(plan)
    outcomes = [outcome if item is None else _planned(outcome, item, plan, refusals) for outcome, item in told]
    entries = [
        entry_of(item.candidate)
        for outcome, (_, item) in zip(outcomes, told, strict=True)
        if item is not None and outcome.kind is OutcomeKind.WRITTEN
    ]
    change = lock_change(project.root, tests=entries, test_removals=gone(project, remembered))
    plan = finished(project.root, plan, change, options.write, progress)
    return Report(
        job="test",
        outcomes=tuple(outcomes),
        notices=(*notices, *gathered.notices, *notices_of(project, proven)),
        diff=diff_plan(plan),
        tiers=proposals.tiers,
        wrote=options.write,
        unfinished=proposals.unfinished,
    )


def _told(
    project: Project, unique_id: str, proven: Proven, folder: str, severity: str | None
) -> list[tuple[Outcome, WrittenTest | None]]:
    """What is written for a node, and what fails on its data, each with its edit where there is one."""
    node = project.nodes[unique_id]
    chosen = [one.candidate for one in proven.choice.chosen]
    told: list[tuple[Outcome, WrittenTest | None]] = []
    for candidate in [*chosen, *(one for one, _ in proven.failing if severity == "warn")]:
        item = written(project, folder, candidate, severity)
        told.append((unwritable_outcome(node, candidate) if item is None else written_outcome(item, proven), item))
    told += [(failing_outcome(node, candidate, verdict), None) for candidate, verdict in proven.lost]
    if severity != "warn":
        told += [(failing_outcome(node, candidate, verdict), None) for candidate, verdict in proven.failing]
    return told


def _planned(outcome: Outcome, item: WrittenTest, plan: Plan, refusals: Mapping[int, Refusal]) -> Outcome:
    """The outcome of what could be edited in, or why it, or the macro that it needs, could not."""
    macro = next((refusal for refusal in plan.refused if refusal.edit == item.macro), None)
    return refused(outcome, refusals.get(id(item.edit)) or macro)
