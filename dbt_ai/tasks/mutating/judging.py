"""What becomes of each mutant of one model, and what each of its tests is worth."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dbt_ai.checks.data_tests.staging import Stage
from dbt_ai.checks.mutation import Classified, Fate, classify
from dbt_ai.checks.sandbox import QueryTimeout
from dbt_ai.errors import WarehouseError
from dbt_ai.sql.lifting.refusals import refuse
from dbt_ai.sql.lifting.values import Refused
from dbt_ai.sql.mutants import Mutant, mutants_of, readable
from dbt_ai.sql.mutants.original import parsed
from dbt_ai.sql.query import QueryError
from dbt_ai.sql.values import Relation
from dbt_ai.tasks.mutating.bench import Bench, never_failing, on_result, schema_of, set_up
from dbt_ai.tasks.mutating.lines import diff_in_file, lines_in_file
from dbt_ai.tasks.mutating.values import DataTestCheck, Excluded, Subject
from dbt_ai.tasks.unit_testing.evaluating import UnitCheck, unit_check
from dbt_ai.tasks.unit_testing.rendering import cte_of, on_inputs
from dbt_ai.values import JudgedMutant, JudgedTest, MutantKind, MutationScore, TestKind, VerdictKind

BUDGET = 90.0  # seconds for the mutants of one model
_OTHER_EACH_TIME = frozenset({"non-deterministic", "depends-on-session", "sampling", "storage-order", "approximate"})


@dataclass
class _Run:
    """One mutant on the rows that are there. `rows` is None where it was not told from the model by them."""

    killed_by: list[str] = field(default_factory=list)
    rows: int | None = None
    reason: str | None = None
    detail: str = ""


def judge(stage: Stage, subject: Subject, tell: Callable[[int, int], None]) -> MutationScore:
    """The score of a model's tests; why there is none, where it cannot be judged. `tell` hears how far it is."""
    node = subject.node
    try:
        _refuse_what_changes(subject.sql)
        bench = set_up(stage, subject)
        mutants = mutants_of(subject.sql, "duckdb", schema_of(bench.relations))
    except QueryError as error:
        return MutationScore(node.unique_id, node.original_file_path, reason="no-sql", detail=str(error))
    except Excluded as why:
        return MutationScore(node.unique_id, node.original_file_path, reason=why.reason, detail=why.detail)
    if not mutants:
        return MutationScore(node.unique_id, node.original_file_path, reason="no-mutants")
    checks, left_out = _data_checks(bench)
    units, units_left_out = _unit_checks(stage, subject)
    runs = _runs(bench, mutants, checks, units, tell)
    judged = _judged(bench, mutants, runs)
    names = {check.test.unique_id for check in checks if not any(check.test.unique_id in r.killed_by for r in runs)}
    idle = [check for check in checks if check.test.unique_id in names]
    vacuous = {idle[place].test.unique_id for place in never_failing(bench, idle)} if idle else set()
    tests = [_judged_test(check.test.unique_id, check.name, False, runs, vacuous) for check in checks]
    tests += [_judged_test(unit.test.unique_id, unit.test.name, True, runs, set()) for unit in units]
    notices = tuple(f"Of {name} a sample of the rows was looked at." for name in bench.sampled)
    return MutationScore(
        node.unique_id, node.original_file_path, judged, (*tests, *left_out, *units_left_out), notices=notices
    )


def test_name(unique_id: str) -> str:
    """The name of a data test in dbt's unique_id.

    >>> test_name("test.shop.not_null_orders_id.c5b1")
    'not_null_orders_id'
    """
    return unique_id.split(".")[2]


def _refuse_what_changes(sql: str) -> None:
    """Raises Excluded for a query that gives other rows on the same data, and QueryError where it is none."""
    try:
        refuse(parsed(sql, "duckdb"))
    except Refused as error:
        if error.reason in _OTHER_EACH_TIME:
            raise Excluded(error.reason, error.detail) from error


def _data_checks(bench: Bench) -> tuple[list[DataTestCheck], list[JudgedTest]]:
    """The data tests that pass on the model as it is, and the others with the reason."""
    subject = bench.subject
    model = Relation(subject.node.unique_id, subject.node.relation)
    checks, left_out = list[DataTestCheck](), list[JudgedTest]()
    for test in subject.data_tests:
        name = test_name(test.unique_id)
        compiled = subject.compiled.get(test.unique_id)
        if compiled is None or not compiled.sql:
            left_out.append(_not_counted(test.unique_id, name, "no-sql", (compiled and compiled.error) or ""))
            continue
        try:
            check = DataTestCheck(test, name, on_result(compiled.sql, model, cte_of(subject.node)))
            if bench.stage.run(f"SELECT {check.condition}")[0][0]:
                left_out.append(_not_counted(test.unique_id, name, "fails-today"))
            else:
                checks.append(check)
        except WarehouseError as error:
            reason = "time-limit" if isinstance(error, QueryTimeout) else "query-failed"
            left_out.append(_not_counted(test.unique_id, name, reason, str(error)))
    return checks, left_out


def _unit_checks(stage: Stage, subject: Subject) -> tuple[list[UnitCheck], list[JudgedTest]]:
    """The unit tests that pass on the model as it is, and the others with the reason."""
    checks, left_out = list[UnitCheck](), list[JudgedTest]()
    for test in subject.unit_tests:
        try:
            check = unit_check(test)
            if check.fails(stage):
                left_out.append(_not_counted(test.unique_id, test.name, "fails-today", is_unit_test=True))
            else:
                checks.append(check)
        except WarehouseError as error:
            reason = "no-sql" if test.sql is None else "query-failed"
            left_out.append(_not_counted(test.unique_id, test.name, reason, str(error), is_unit_test=True))
    return checks, left_out


def _not_counted(unique_id: str, name: str, reason: str, detail: str = "", *, is_unit_test: bool = False) -> JudgedTest:
    return JudgedTest(unique_id, name, TestKind.NOT_COUNTED, is_unit_test, reason=reason, detail=detail)


def _runs(
    bench: Bench,
    mutants: Sequence[Mutant],
    checks: Sequence[DataTestCheck],
    units: Sequence[UnitCheck],
    tell: Callable[[int, int], None],
) -> list[_Run]:
    """Every mutant on the rows that are there, and in each unit test."""
    reads = bench.subject.reads
    ctes = {read.relation.parts: read.cte for read in reads}
    inputs = [replace(read.relation, parts=(None, None, read.cte)) for read in reads]
    on_ctes = [replace(mutant, sql=on_inputs(mutant.sql, ctes)) for mutant in mutants] if units else []
    bodies = [unit.bodies(on_inputs(bench.subject.sql, ctes), on_ctes, inputs) for unit in units]
    end = time.monotonic() + BUDGET
    runs = []
    for number, mutant in enumerate(mutants):
        tell(number, len(mutants))
        if time.monotonic() > end:
            runs.append(_Run(reason="time-limit", detail=f"{BUDGET:g} s were over"))
            continue
        run = _on_data(bench, mutant, checks)
        for unit, of_mutants in zip(units, bodies, strict=True):
            body = of_mutants[number]
            if body is not None and unit.kills(bench.stage, body):
                run.killed_by.append(unit.test.unique_id)
        runs.append(run)
    return runs


def _on_data(bench: Bench, mutant: Mutant, checks: Sequence[DataTestCheck]) -> _Run:
    try:
        bench.run(mutant.sql)
        killed_by = [checks[place].test.unique_id for place in sorted(bench.failing(checks))]
        return _Run(killed_by, None if killed_by else bench.difference())
    except QueryTimeout as error:
        return _Run(reason="time-limit", detail=str(error))
    except WarehouseError as error:
        return _Run(reason="query-failed", detail=str(error))


def _judged(bench: Bench, mutants: Sequence[Mutant], runs: Sequence[_Run]) -> tuple[JudgedMutant, ...]:
    """The mutants with what became of them: survivors first, those before others that more rows show."""
    subject = bench.subject
    alike = [m for m, run in zip(mutants, runs, strict=True) if not run.killed_by and run.rows == 0]
    classified = classify(subject.sql, alike, bench.relations) if alike else ()
    known = {one.mutant: one for one in classified}
    lines = lines_in_file(subject.sql, subject.file)
    judged = [_mutant(subject, m, run, known.get(m), lines) for m, run in zip(mutants, runs, strict=True)]
    kinds = (MutantKind.SURVIVED, MutantKind.NOT_REACHED, MutantKind.EQUIVALENT, MutantKind.KILLED)
    return tuple(sorted(judged, key=lambda one: (kinds.index(one.kind), -(one.rows or 0))))


def _mutant(
    subject: Subject, mutant: Mutant, run: _Run, classified: Classified | None, lines: Mapping[int, int]
) -> JudgedMutant:
    line = lines.get(mutant.line) if mutant.line is not None else None
    one = JudgedMutant(mutant.operator, mutant.sentence, MutantKind.KILLED, line, killed_by=tuple(run.killed_by))
    if run.killed_by:
        return one
    one = replace(one, diff=diff_in_file(readable(mutant, subject.sql), subject.sql, lines), rows=run.rows)
    if run.reason is not None:
        return replace(one, kind=MutantKind.NOT_REACHED, reason=run.reason, detail=run.detail)
    if classified is None:
        return replace(one, kind=MutantKind.SURVIVED)
    if classified.fate is Fate.NOT_REACHED:
        return replace(one, kind=MutantKind.NOT_REACHED, reason=classified.reason, detail=classified.detail)
    if classified.fate is Fate.EQUIVALENT:
        return replace(one, kind=MutantKind.EQUIVALENT, verdict=VerdictKind.BOUNDED, detail=_tried(classified))
    shown = classified.counterexample
    tables = tuple((table.table, table.columns, table.rows) for table in shown.tables) if shown else ()
    return replace(one, kind=MutantKind.SURVIVED, shown_by=tables)


def _tried(classified: Classified) -> str:
    bound = classified.bound
    within = f", among them all with up to {bound.rows} rows a table of a few values" if bound else ""
    return f"The same on {classified.databases:,} small databases{within}."


def _judged_test(unique_id: str, name: str, is_unit_test: bool, runs: Sequence[_Run], vacuous: set[str]) -> JudgedTest:
    kills = [run for run in runs if unique_id in run.killed_by]
    kind = TestKind.KILLS if kills else TestKind.CANNOT_FAIL if unique_id in vacuous else TestKind.KILLS_NOTHING
    return JudgedTest(unique_id, name, kind, is_unit_test, len(kills), sum(len(run.killed_by) == 1 for run in kills))
