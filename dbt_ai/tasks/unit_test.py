"""The job `unit-test`: the unit tests that a model lacks, each of which passes today, and fails for faults that no
other notices.

The road: read the project, gather what is known of each model's parents, put faults into its SQL, look for the small
databases on which they show, run what comes of them as dbt would, plan the edits, apply them, report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from dbt_ai.edits import diff_plan, lock_change, plan_edits, read_lock
from dbt_ai.edits.lock import TestEntry, read_test_entries
from dbt_ai.errors import UsageError, WarehouseError
from dbt_ai.project.values import Compiled, Node, Project, ProjectReader, Selection
from dbt_ai.project.values import UnitTest as Existing
from dbt_ai.tasks.data import open_data
from dbt_ai.tasks.gathering import Gathered, Scope, compile_scope, gather
from dbt_ai.tasks.in_duckdb import InDuckDB
from dbt_ai.tasks.planning import finished, refusals_of, refused
from dbt_ai.tasks.progress import Progress, nothing
from dbt_ai.tasks.testing.remembering import gone
from dbt_ai.tasks.unit_testing.choosing import choose
from dbt_ai.tasks.unit_testing.column_types import with_types
from dbt_ai.tasks.unit_testing.elsewhere import Elsewhere, open_elsewhere, shortened
from dbt_ai.tasks.unit_testing.existing import shown_by
from dbt_ai.tasks.unit_testing.matrix import Matrix, matrix_of
from dbt_ai.tasks.unit_testing.reasons import REASONS
from dbt_ai.tasks.unit_testing.runs import Runs
from dbt_ai.tasks.unit_testing.values import Fault, Refused, UnitTest, Way
from dbt_ai.tasks.unit_testing.verifying import passes
from dbt_ai.tasks.unit_testing.ways import ways_of
from dbt_ai.tasks.unit_testing.writing import LABEL, unit_test_of
from dbt_ai.tasks.written import Author, author
from dbt_ai.values import Outcome, OutcomeKind, Report, Target, UnitTestEdit, Verdict, VerdictKind

KIND, BASIS = "unit_test", "characterisation"  # in the lock file
_QUIET = ("no-mutants", "no-parents")  # there is nothing to test
_PASSES = {
    "duckdb": "It passes on the model as it is.",
    "transpiled": "It passes on the model as it is, translated to DuckDB; it was not run in the warehouse.",
    "warehouse": "It passes on the model as it is: dbt has run it in the warehouse.",
}


@dataclass(frozen=True)
class UnitTestOptions:
    """What to test and how. `write` False plans and tells, and changes no file. No model gets more than `most` unit
    tests, those that it has among them."""

    selection: Selection = field(default_factory=Selection)
    write: bool = True
    most: int = 5


@dataclass(frozen=True)
class _Found:
    """What was found for one model: new tests, the old ones with the faults that they show, those that are `possible`
    to show at all; or why nothing was. `deleted` are the names of tests that we wrote and somebody deleted, `lost`
    those that pass in DuckDB and not in the warehouse, with the reason."""

    tests: tuple[UnitTest, ...] = ()
    old: tuple[tuple[Existing, frozenset[Fault]], ...] = ()
    possible: frozenset[Fault] = frozenset()
    refused: Refused | None = None
    deleted: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    @property
    def shown(self) -> frozenset[Fault]:
        return frozenset().union(*(faults for _, faults in self.old), *(test.case.kills for test in self.tests))


def write_unit_tests(reader: ProjectReader, options: UnitTestOptions, progress: Progress = nothing) -> Report:
    """Writes the unit tests that the selected models of the root project lack.

    Raises UsageError for a selection that dbt does not understand and for a dbt that has no unit tests, WarehouseError
    for data that may not be read, and EditError where a file changed between plan and write.
    """
    project = reader.project
    _refuse_old_dbt(project)
    selected = reader.select(options.selection, ("model",))
    wanted = [unique_id for unique_id in selected if project.nodes[unique_id].editable]
    lock = read_lock(project.root)
    remembered = read_test_entries(project.root)
    compiled = compile_scope(reader, wanted, progress)
    in_duckdb = InDuckDB(project)
    scope, later = in_duckdb.scope(compiled), in_duckdb.compiled(reader.compile_later(wanted))
    existing = in_duckdb.unit_tests(reader.unit_tests(wanted))
    with open_data(project, reader, compiled) as (sandbox, notices):
        gathered = gather(
            in_duckdb.project,
            wanted,
            scope,
            sandbox,
            progress,
            lambda node, column: author(node, column, lock) is Author.PERSON,
        )
    with open_elsewhere(reader) as elsewhere:
        found = _find_all(
            reader, in_duckdb.project, gathered, scope, later, existing, remembered, options.most, elsewhere, progress
        )
    if elsewhere is not None and elsewhere.warehouse is None:
        notices = (*notices, f"The unit tests were not run in the warehouse: {elsewhere.why.rstrip('.')}.")
    return _write(project, gathered, found, remembered, options, notices, progress)


def _refuse_old_dbt(project: Project) -> None:
    numbers = tuple(int(part) for part in project.dbt_version.split(".")[:2] if part.isdigit())
    if len(numbers) == 2 and numbers < (1, 8):
        raise UsageError(f"dbt has unit tests from version 1.8 on, and this project runs on {project.dbt_version}.")


def _find_all(
    reader: ProjectReader,
    project: Project,
    gathered: Gathered,
    scope: Scope,
    later: Mapping[str, Compiled],
    existing: Sequence[Existing],
    remembered: Sequence[TestEntry],
    most: int,
    elsewhere: Elsewhere | None,
    progress: Progress,
) -> dict[str, _Found]:
    known = {unique_id: one.relation for unique_id, one in gathered.evidence.items()}
    relations = with_types(project, known, scope.order, scope.sql)
    built = frozenset(u for u, one in gathered.evidence.items() if one.profile is not None)
    if elsewhere is not None:
        parents = {parent for u in gathered.wanted for parent in project.nodes[u].depends_on if parent in project.nodes}
        built = elsewhere.there([u for u in sorted(parents) if project.nodes[u].materialized != "ephemeral"])
    taken = {test.name.casefold() for test in existing}
    found: dict[str, _Found] = {}
    for number, unique_id in enumerate(gathered.wanted):
        node = project.nodes[unique_id]
        progress(f"Testing {node.name}", number, len(gathered.wanted))
        if unique_id in scope.untranslated:
            found[unique_id] = _Found(refused=Refused("not-translated", scope.failures[unique_id]))
        if unique_id in gathered.failures:
            continue
        sql = later[unique_id].sql if unique_id in later else None
        ways = ways_of(project, node, relations, scope.sql.get(unique_id), sql, built)
        if isinstance(ways, Refused):
            found[unique_id] = _Found(refused=ways)
            continue
        variables = reader.variables(unique_id)
        ways = tuple(replace(way, variables=variables) for way in ways)
        old = [test for test in existing if test.node == unique_id]
        deleted = tuple(sorted(names_of(remembered, unique_id) - {test.name for test in old}))
        allowed = 0 if deleted else most - len(old)
        found[unique_id] = replace(_found_for(node, ways, old, allowed, taken, elsewhere), deleted=deleted)
        taken |= {test.name.casefold() for test in found[unique_id].tests}
    return found


def _found_for(
    node: Node,
    ways: Sequence[Way],
    existing: Sequence[Existing],
    most: int,
    taken: set[str],
    elsewhere: Elsewhere | None,
) -> _Found:
    matrices = [matrix_of(way) for way in ways]
    refused = next((matrix for matrix in matrices if isinstance(matrix, Refused)), None)
    if refused is not None:
        return _Found(refused=refused)
    usable = [matrix for matrix in matrices if isinstance(matrix, Matrix)]
    try:
        with ExitStack() as stack:
            runs = [
                stack.enter_context(Runs(matrix.way, [mutant.sql for mutant in matrix.mutants])) for matrix in usable
            ]
            old = tuple((test, shown_by(test, usable, runs)) for test in existing)
            already = frozenset[Fault]().union(*(faults for _, faults in old))
            cases = choose(usable, runs, already, most)
    except WarehouseError as error:
        return _Found(refused=Refused("query-failed", str(error)))
    tests, lost = list[UnitTest](), list[str]()
    for case in cases:
        names = {*taken, *(one.name.casefold() for one in tests)}
        test = unit_test_of(node, case, names, elsewhere.longest_name if elsewhere is not None else None)
        if not passes(case.way, test.item):
            continue
        written = elsewhere.confirmed(node.unique_id, test) if elsewhere is not None else test
        if isinstance(written, UnitTest):
            tests.append(written)
        else:
            lost.append(f"{test.name}: {shortened(written)}")
    possible = already.union(*(matrix.shown for matrix in usable), *(test.case.kills for test in tests))
    return _Found(tuple(tests), old, possible, lost=tuple(lost))


def _write(
    project: Project,
    gathered: Gathered,
    found: Mapping[str, _Found],
    remembered: Sequence[TestEntry],
    options: UnitTestOptions,
    notices: Sequence[str],
    progress: Progress,
) -> Report:
    """The road from the chosen tests to the report."""
    told: list[tuple[Outcome, UnitTestEdit | None]] = []
    for unique_id in gathered.wanted:
        node = project.nodes[unique_id]
        if unique_id not in found:
            detail = gathered.failures[unique_id]
            told.append((Outcome(Target(unique_id), OutcomeKind.FAILED, reason="no-sql", detail=detail), None))
        else:
            told += _told(node, found[unique_id], remembered)
    plan = plan_edits(project.root, [edit for _, edit in told if edit is not None])
    refusals = refusals_of(plan)
    outcomes = [refused(outcome, refusals.get(id(edit))) for outcome, edit in told]
    entries = [
        TestEntry(outcome.target.unique_id, None, KIND, outcome.text, BASIS)
        for outcome in outcomes
        if outcome.kind is OutcomeKind.WRITTEN
    ]
    change = lock_change(project.root, tests=entries, test_removals=gone(project, remembered))
    plan = finished(project.root, plan, change, options.write, progress)
    return Report(
        job="unit-test",
        outcomes=tuple(outcomes),
        notices=(*notices, *gathered.notices, *notices_of(project, found)),
        diff=diff_plan(plan),
        wrote=options.write,
    )


def _told(node: Node, found: _Found, remembered: Sequence[TestEntry]) -> Iterator[tuple[Outcome, UnitTestEdit | None]]:
    """The unit tests that a model has and those that are written, each with its edit where there is one."""
    target, path = Target(node.unique_id), node.place.path if node.place else node.original_file_path
    of, ours = len(found.possible), names_of(remembered, node.unique_id)
    for test, shown in found.old:
        kind, engine = (OutcomeKind.CURRENT, "derived") if test.name in ours else (OutcomeKind.KEPT, None)
        detail = f"It kills {len(shown)} of {of} mutants."
        yield Outcome(target, kind, test.name, engine, path=path, detail=detail), None
    for one in found.tests:
        case = one.case
        first = f"{one.item['description'].removesuffix(LABEL).strip()} It kills {len(case.kills)} of {of} mutants"
        detail = first + ("." if len(case.alone) == len(case.kills) else f", {len(case.alone)} of them new.")
        verdict = Verdict(VerdictKind.HOLDS, _PASSES[one.where], basis=case.way.sql, where=one.where)
        outcome = Outcome(target, OutcomeKind.WRITTEN, one.name, "derived", (verdict,), path, detail=detail)
        yield outcome, UnitTestEdit(path, one.item)


def names_of(remembered: Sequence[TestEntry], unique_id: str) -> set[str]:
    """The names of the unit tests that were once written for a model."""
    return {entry.arguments for entry in remembered if (entry.unique_id, entry.test) == (unique_id, KIND)}


def notices_of(project: Project, found: Mapping[str, _Found]) -> Iterator[str]:
    """What came of it all, and why models got no unit tests, in whole sentences."""
    tested = [one for one in found.values() if one.refused is None]
    possible = sum(len(one.possible) for one in tested)
    if possible:
        shown = sum(len(one.shown) for one in tested)
        yield f"Unit tests kill {shown} of the {possible} mutants that some small database tells from their models."
    for unique_id, one in found.items():
        name = project.nodes[unique_id].name
        if one.deleted:
            names = ", ".join(one.deleted)
            yield (
                f"{name} gets no new unit tests, as somebody deleted what was written before ({names}); remove that "
                "line from dbt_ai.lock to have some again."
            )
        for told in one.lost:
            yield f"A unit test of {name} passes in DuckDB and not in the warehouse, and was not written: {told}"
        if one.refused is not None and one.refused.reason not in _QUIET:
            about = f" ({one.refused.detail})" if one.refused.detail not in ("", name) else ""
            yield f"No unit tests of {name}: {REASONS[one.refused.reason].rstrip('.')}{about}."
