"""The job `refactor`: models that are shorter or cheaper, each change of which is shown to keep the rows.

The road: read the project, know what is said of each relation, let the rules propose small changes, ask an engine for
more where there is a goal, compile both texts and compare them, plan the edits, apply them, report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from dbt_ai.edits import diff_plan, lock_change
from dbt_ai.edits.lock import TestEntry, read_test_entries
from dbt_ai.project.values import Project, ProjectReader, Selection
from dbt_ai.sql.transpiling import DIALECTS
from dbt_ai.tasks.distinguishing import asked_about
from dbt_ai.tasks.gathering import compile_scope
from dbt_ai.tasks.in_duckdb import InDuckDB
from dbt_ai.tasks.planning import finished, refusals_of, refused
from dbt_ai.tasks.progress import Progress, nothing
from dbt_ai.tasks.refactoring.asking import Asked, AskedModel, ask
from dbt_ai.tasks.refactoring.by_rules import Found, Rules, agreed_there, measured, read_file, written_out
from dbt_ai.tasks.refactoring.knowing import known_relations
from dbt_ai.tasks.refactoring.proving import unchanged
from dbt_ai.tasks.refactoring.reasons import REASONS
from dbt_ai.tasks.refactoring.remembering import KIND
from dbt_ai.tasks.refactoring.several.making import MadeFiles, Models, make_files, name_of
from dbt_ai.tasks.refactoring.several.naming_macros import name_macros
from dbt_ai.tasks.refactoring.several.rules import FILES_RULES
from dbt_ai.tasks.refactoring.several.telling import told_files
from dbt_ai.tasks.refactoring.several.values import Draft
from dbt_ai.tasks.refactoring.telling import told
from dbt_ai.tasks.testing.remembering import gone
from dbt_ai.values import Outcome, Report

if TYPE_CHECKING:
    from dbt_ai.tasks.tiers import Asking


@dataclass(frozen=True)
class RefactorOptions:
    """What to refactor. `goal` says what for: readable, cheaper, split, macro, or other words, which no rule knows.
    `write` False plans and tells, and changes no file. `only_ask` ends the job when the engines were asked: nobody
    wants its report. `rounds` is how often an engine is asked about a model at the most. Within `tolerance` floating
    point numbers are the same."""

    selection: Selection = field(default_factory=Selection)
    write: bool = True
    goal: str | None = None
    only_ask: bool = False
    rounds: int = 3
    tolerance: float | None = None


def refactor(
    reader: ProjectReader,
    options: RefactorOptions,
    progress: Progress = nothing,
    *,
    asking: Asking | None = None,
    notices: Sequence[str] = (),
) -> Report:
    """Refactors the selected models of the root project.

    `asking` has the engines to ask, None to ask nobody, which is so without a goal, too; `notices` are told in the
    report as they are. Raises UsageError for a selection that dbt does not understand, WarehouseError for data that
    may not be read, and EditError where a file changed between plan and write.
    """
    project = reader.project
    selected = reader.select(options.selection, ("model",))
    for reason, is_so in (
        ("other-warehouse", project.adapter_type != "duckdb" and project.dialect not in DIALECTS),
        ("no-live-dbt", project.read_from != "dbt"),
    ):
        if is_so:
            return Report("refactor", notices=(REASONS[reason],), wrote=options.write)
    remembered = read_test_entries(project.root)
    texts = {u: read_file(project, project.nodes[u]) for u in selected}
    wanted = [u for u, found in texts.items() if found.reason is None]
    others = [read for u in wanted for read in written_out(project, project.nodes[u], texts[u].before)]
    scope = compile_scope(reader, [*wanted, *others], progress)
    in_duckdb = InDuckDB(project)
    relations, more = known_relations(reader, in_duckdb, scope, progress)
    rules = Rules(reader, scope, relations, in_duckdb, remembered, options.goal, options.tolerance)
    found: dict[str, Found] = {}
    for number, unique_id in enumerate(selected):
        node = project.nodes[unique_id]
        progress(f"Refactoring {node.name}", number, len(selected))
        found[unique_id] = texts[unique_id]
        if unique_id in wanted:
            look = partial(asked_about, asking, unique_id, options.tolerance) if asking is not None else unchanged
            found[unique_id] = rules.refactored(node, texts[unique_id].before, look)
    if in_duckdb.is_translated:
        found = agreed_there(reader, found)
    models = _models(rules, found)
    asked = Asked()
    if asking is not None and options.goal == "macro" and not in_duckdb.is_translated:
        named = name_macros(asking, models, progress)
        asked = Asked(tiers=named.tiers, unfinished=named.unfinished)
        more = (*more, *named.notices, *asking.notices())
    elif asking is not None and options.goal is not None and options.goal != "macro":
        open_ones = {
            u: AskedModel(project.nodes[u], one.before, one.refactored, one.known)
            for u, one in found.items()
            if one.refactored is not None and one.known is not None
        }
        asked = ask(rules, open_ones, asking, options.rounds, progress)
        more = (*more, *asked.notices, *asking.notices())
        for change in asked.changes:
            models = replace(models, draft=models.draft.with_change(change))
    if options.only_ask:
        return Report("refactor", notices=(*notices, *more), unfinished=asked.unfinished)
    # What the warehouse itself says of a change is asked for single files only.
    made = make_files(relations, models, () if in_duckdb.is_translated else FILES_RULES, progress)
    return _write(project, measured(project, found), asked, made, remembered, options, (*notices, *more), progress)


def _models(rules: Rules, found: Mapping[str, Found]) -> Models:
    """The models that rules for several files may change: those whose SQL is compared, as they are by now."""
    reader, goal = rules.reader, rules.goal
    project = reader.project
    open_ones = {u: one for u, one in found.items() if one.refactored is not None and one.reason is None}
    old = {(entry.unique_id, entry.arguments) for entry in rules.remembered if entry.test == KIND}
    paths = {u: project.nodes[u].original_file_path for u in open_ones}
    before = {paths[u]: one.before for u, one in open_ones.items()}
    texts = {paths[u]: one.refactored.text for u, one in open_ones.items() if one.refactored is not None}
    changed = {path: text for path, text in texts.items() if text != before[path]}
    return Models(
        reader,
        [project.nodes[u] for u in open_ones],
        Draft(before, changed),
        rules.known,
        lambda node, rule, place: (node.unique_id, name_of(rule, place)) in old,
        goal,
        lambda node: rules.scope.sql.get(node.unique_id),
        frozenset(test.node for test in reader.unit_tests(list(open_ones))) if goal is not None else frozenset(),
        {u: one.closed for u, one in open_ones.items() if one.closed is not None},
    )


def _write(
    project: Project,
    found: Mapping[str, Found],
    asked: Asked,
    made: MadeFiles,
    remembered: Sequence[TestEntry],
    options: RefactorOptions,
    notices: Sequence[str],
    progress: Progress,
) -> Report:
    """The road from the changed texts to the report."""
    plan = made.draft.plan(project.root)
    refusals_of(plan)
    refusals = {refusal.edit.path: refusal for refusal in plan.refused}
    outcomes: list[Outcome] = []
    entries: list[TestEntry] = []
    for unique_id, one in found.items():
        refusal = refusals.get(project.nodes[unique_id].original_file_path)
        said = [*told(project.nodes[unique_id], one), *asked.outcomes.get(unique_id, ())]
        outcomes += [refused(outcome, refusal) for outcome in said]
        if refusal is None and one.refactored is not None:
            entries += [
                TestEntry(
                    unique_id, None, KIND, name_of(tried.change.rule, tried.change.place), tried.verdict.kind.value
                )
                for tried in one.refactored.tried
                if tried.written
            ]
            entries += asked.entries.get(unique_id, ())
    outcomes += told_files(project, made)
    entries += [
        TestEntry(unique_id, None, KIND, name_of(change.rule, change.place), verdict.kind.value)
        for change, proof in made.tried
        if proof.same
        for unique_id, verdict in proof.verdicts.items()
    ]
    change = lock_change(project.root, tests=entries, test_removals=gone(project, remembered))
    plan = finished(project.root, plan, change, options.write, progress)
    return Report(
        "refactor",
        tuple(outcomes),
        notices=tuple(notices),
        diff=diff_plan(plan),
        tiers=asked.tiers,
        wrote=options.write,
        unfinished=asked.unfinished,
    )
