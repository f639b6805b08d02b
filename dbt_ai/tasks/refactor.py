"""The job `refactor`: models that are shorter or cheaper, each change of which is shown to keep the rows.

The road: read the project, know what is said of each relation, let the rules propose small changes, ask an engine for
more where there is a goal, compile both texts and compare them, plan the edits, apply them, report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from dbt_ai.edits import diff_plan, lock_change
from dbt_ai.edits.lock import TestEntry, read_test_entries
from dbt_ai.project.values import Node, Project, ProjectReader, Selection
from dbt_ai.sql.islands import JinjaError, read_islands
from dbt_ai.sql.query import QueryError, parse_query
from dbt_ai.sql.transpiling import DIALECTS, Untranslatable
from dbt_ai.sql.values import QueryFacts, Relation
from dbt_ai.tasks.distinguishing import asked_about
from dbt_ai.tasks.gathering import Scope, compile_scope
from dbt_ai.tasks.in_duckdb import InDuckDB
from dbt_ai.tasks.planning import finished, refusals_of, refused
from dbt_ai.tasks.progress import Progress, nothing
from dbt_ai.tasks.refactoring.asking import Asked, AskedModel, ask
from dbt_ai.tasks.refactoring.constants import Rows, rows_of
from dbt_ai.tasks.refactoring.elsewhere import other_columns
from dbt_ai.tasks.refactoring.knowing import known_relations
from dbt_ai.tasks.refactoring.proving import Distinguish, Prover, unchanged
from dbt_ai.tasks.refactoring.reading import read_model
from dbt_ai.tasks.refactoring.reasons import REASONS
from dbt_ai.tasks.refactoring.referencing import references_of
from dbt_ai.tasks.refactoring.refusing import reason_for_branches, reason_for_hooks, reason_for_sql
from dbt_ai.tasks.refactoring.remembering import KIND
from dbt_ai.tasks.refactoring.several.making import MadeFiles, Models, make_files, name_of
from dbt_ai.tasks.refactoring.several.rules import FILES_RULES
from dbt_ai.tasks.refactoring.several.telling import told_files, why
from dbt_ai.tasks.refactoring.several.values import Draft
from dbt_ai.tasks.refactoring.trying import Refactored, propose, refactor_text
from dbt_ai.tasks.refactoring.values import Change, Known
from dbt_ai.tasks.testing.remembering import gone
from dbt_ai.values import Outcome, OutcomeKind, Report, Target, Verdict, VerdictKind

if TYPE_CHECKING:
    from dbt_ai.tasks.tiers import Asking

_FOR_RULES = ("macro",)  # goals that no engine is asked for
_ASKING = frozenset({"dbt_utils.star", "dbt_utils.union_relations"})  # the warehouse, for columns
_UNREAD = ("no-sql", "jinja-too-much", "file-differs")


@dataclass(frozen=True)
class RefactorOptions:
    """What to refactor. `goal` says what for: readable, cheaper, split, macro, or other words, which no rule knows.
    `write` False plans and tells, and changes no file. `only_ask` ends the job when the engines were asked: nobody
    wants its report. `rounds` is how often an engine is asked about a model at the most."""

    selection: Selection = field(default_factory=Selection)
    write: bool = True
    goal: str | None = None
    only_ask: bool = False
    rounds: int = 3


@dataclass(frozen=True)
class _Found:
    """What came of one model: its text before, and what was made of it; or a reason code why nothing was. `ways` are
    its SQL before and after, as it runs today; `known` is there where an engine may be asked for more."""

    before: str = ""
    refactored: Refactored | None = None
    reason: str | None = None
    detail: str = ""
    ways: Sequence[tuple[str, str]] = ()
    known: Known | None = None


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
    texts = {u: _read(project, project.nodes[u]) for u in selected}
    wanted = [u for u, found in texts.items() if found.reason is None]
    others = [read for u in wanted for read in _written_out(project, project.nodes[u], texts[u].before)]
    scope = compile_scope(reader, [*wanted, *others], progress)
    in_duckdb = InDuckDB(project)
    relations, more = known_relations(reader, in_duckdb, scope, progress)
    found: dict[str, _Found] = {}
    for number, unique_id in enumerate(selected):
        node = project.nodes[unique_id]
        progress(f"Refactoring {node.name}", number, len(selected))
        found[unique_id] = texts[unique_id]
        if unique_id in wanted:
            text = texts[unique_id].before
            look = partial(asked_about, asking, unique_id) if asking is not None else unchanged
            found[unique_id] = _refactored(
                reader, node, text, scope, relations, in_duckdb, remembered, options.goal, look
            )
    if in_duckdb.is_translated:
        found = _asked(reader, found)
    models = _models(reader, found, relations, in_duckdb, remembered, options.goal, scope)
    asked = Asked()
    if asking is not None and options.goal is not None and options.goal not in _FOR_RULES:
        open_ones = {
            u: AskedModel(project.nodes[u], one.before, one.refactored, one.known)
            for u, one in found.items()
            if one.refactored is not None and one.known is not None
        }
        asked = ask(reader, open_ones, relations, in_duckdb, remembered, asking, options.goal, options.rounds, progress)
        more = (*more, *asked.notices, *asking.notices())
        for change in asked.changes:
            models = replace(models, draft=models.draft.with_change(change))
    if options.only_ask:
        return Report("refactor", notices=(*notices, *more), unfinished=asked.unfinished)
    # What the warehouse itself says of a change is asked for single files only.
    rules = () if in_duckdb.is_translated else FILES_RULES
    made = make_files(relations, models, rules, progress)
    return _write(project, _measured(project, found), asked, made, remembered, options, (*notices, *more), progress)


def _read(project: Project, node: Node) -> _Found:
    """The text of a model's file, or why it is left as it is."""
    if node.package_name != project.name:
        return _Found(reason="package-model", detail=node.package_name)
    if node.language != "sql":
        return _Found(reason="python-model")
    file = project.root / node.original_file_path
    try:
        text = file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return _Found(reason="file-differs", detail=str(error))
    inside = file.resolve().is_relative_to(project.root.resolve())
    if not inside or text.strip() != node.raw_code.strip():
        return _Found(reason="file-differs")
    return _Found(text)


def _written_out(project: Project, node: Node, text: str) -> Iterator[str]:
    """The nodes whose relations the text has written out."""
    known = Known(project.dialect, reference=references_of(project, node))
    for found in propose(text, known):
        if isinstance(found, Change):
            yield from found.reads


def _refactored(
    reader: ProjectReader,
    node: Node,
    text: str,
    scope: Scope,
    relations: Mapping[str, Relation],
    in_duckdb: InDuckDB,
    remembered: Sequence[TestEntry],
    goal: str | None,
    distinguish: Distinguish,
) -> _Found:
    project = reader.project
    sql = scope.sql.get(node.unique_id)
    if sql is None:
        return _Found(reason="no-sql", detail=scope.failures.get(node.unique_id, ""))
    try:
        islands = read_islands(text)
    except JinjaError as error:
        return _Found(reason="jinja-too-much", detail=str(error))
    known = _known(reader, node, relations, in_duckdb, goal)
    model = read_model(text, known)
    if isinstance(model, str):
        return _Found(reason="jinja-too-much") if islands.islands else _Found(reason="no-sql", detail=model)
    old = {entry.arguments for entry in remembered if (entry.unique_id, entry.test) == (node.unique_id, KIND)}
    prover = Prover(reader, node, relations, in_duckdb, distinguish=distinguish)
    why = reason_for_branches(islands) or reason_for_hooks(node) or reason_for_sql(sql, project.dialect)
    if why is not None:
        return _Found(text, reason=why[0], detail=why[1]) if propose(text, known) else _Found(text, Refactored(text))
    refactored = refactor_text(text, known, prover, lambda change: _name(change) in old)
    ways = prover.ways(text, refactored.text) if refactored.text != text else ()
    return _Found(text, refactored, ways=ways, known=known)


def _asked(reader: ProjectReader, found: Mapping[str, _Found]) -> dict[str, _Found]:
    """What was found, without what the warehouse itself says no to."""
    told = other_columns(reader, {unique_id: one.ways for unique_id, one in found.items() if one.ways})
    asked = dict(found)
    for unique_id, sentence in told.items():
        verdict = Verdict(VerdictKind.UNPROVEN, sentence, "other-columns-there", where="warehouse")
        asked[unique_id] = replace(found[unique_id], refactored=_unwritten(found[unique_id], verdict))
    return asked


def _unwritten(found: _Found, verdict: Verdict) -> Refactored | None:
    if found.refactored is None:
        return None
    tried = (replace(one, verdict=verdict) if one.written else one for one in found.refactored.tried)
    return replace(found.refactored, text=found.before, tried=tuple(tried))


def _known(
    reader: ProjectReader,
    node: Node,
    relations: Mapping[str, Relation],
    in_duckdb: InDuckDB,
    goal: str | None,
) -> Known:
    project = reader.project
    return Known(
        project.dialect,
        tuple(relations.values()),
        facts=lambda query: _facts(query, project.dialect, relations),
        reference=references_of(project, node),
        goal=goal,
        macros=_macros(reader, node, goal),
        rows=lambda query: _rows(query, in_duckdb),
    )


def _macros(reader: ProjectReader, node: Node, goal: str | None) -> frozenset[str]:
    """The macros of packages that the model may call: in its unit tests there are no relations to be asked for."""
    macros = reader.project.macros
    if goal is None or _ASKING.isdisjoint(macros) or not reader.unit_tests([node.unique_id]):
        return macros
    return macros - _ASKING


def _rows(sql: str, in_duckdb: InDuckDB) -> Rows | None:
    try:
        return rows_of(in_duckdb.sql(sql))
    except Untranslatable:
        return None


def _measured(project: Project, found: Mapping[str, _Found]) -> Mapping[str, _Found]:
    """What was found, with the rows that each change spares the warehouse."""
    from dbt_ai.tasks.refactoring.measuring import with_rows

    counted = with_rows(project, {u: one.refactored for u, one in found.items() if one.refactored is not None})
    return {u: replace(one, refactored=counted.get(u)) for u, one in found.items()}


def _facts(sql: str, dialect: str, relations: Mapping[str, Relation]) -> QueryFacts | None:
    from dbt_ai.sql.facts import facts_of

    try:
        return facts_of(parse_query(sql, dialect, tuple(relations.values())))
    except QueryError:
        return None


def _models(
    reader: ProjectReader,
    found: Mapping[str, _Found],
    relations: Mapping[str, Relation],
    in_duckdb: InDuckDB,
    remembered: Sequence[TestEntry],
    goal: str | None,
    scope: Scope,
) -> Models:
    """The models that rules for several files may change: those whose SQL is compared, as they are by now."""
    project = reader.project
    open_ones = {u: one for u, one in found.items() if one.refactored is not None and one.reason is None}
    old = {(entry.unique_id, entry.arguments) for entry in remembered if entry.test == KIND}
    paths = {u: project.nodes[u].original_file_path for u in open_ones}
    before = {paths[u]: one.before for u, one in open_ones.items()}
    texts = {paths[u]: one.refactored.text for u, one in open_ones.items() if one.refactored is not None}
    changed = {path: text for path, text in texts.items() if text != before[path]}
    return Models(
        reader,
        [project.nodes[u] for u in open_ones],
        Draft(before, changed),
        lambda node: _known(reader, node, relations, in_duckdb, goal),
        lambda node, rule, place: (node.unique_id, name_of(rule, place)) in old,
        goal,
        lambda node: scope.sql.get(node.unique_id),
        frozenset(test.node for test in reader.unit_tests(list(open_ones))) if goal is not None else frozenset(),
    )


def _write(
    project: Project,
    found: Mapping[str, _Found],
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
        told = [*_told(project.nodes[unique_id], one), *asked.outcomes.get(unique_id, ())]
        outcomes += [refused(outcome, refusal) for outcome in told]
        if refusal is None and one.refactored is not None:
            entries += [
                TestEntry(unique_id, None, KIND, _name(tried.change), tried.verdict.kind.value)
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


def _name(change: Change) -> str:
    return name_of(change.rule, change.place)


def _told(node: Node, found: _Found) -> Iterator[Outcome]:
    target, path = Target(node.unique_id), node.original_file_path
    if found.reason is not None:
        about = f" ({found.detail})" if found.detail else ""
        detail = f"{REASONS[found.reason].rstrip('.')}{about}."
        kind = OutcomeKind.FAILED if found.reason in _UNREAD else OutcomeKind.REFUSED
        yield Outcome(target, kind, path=path, reason=found.reason, detail=detail)
    if found.refactored is None:
        return
    for tried in found.refactored.tried:
        kind = OutcomeKind.WRITTEN if tried.written else OutcomeKind.REFUSED
        if tried.verdict.kind is VerdictKind.REFUTED:
            kind = OutcomeKind.REFUTED
        detail = tried.change.sentence + (f" {', '.join(tried.gains)} less." if tried.gains else "")
        yield Outcome(
            target,
            kind,
            tried.change.rule,
            "derived",
            (tried.verdict,),
            path,
            None if tried.written else tried.verdict.reason,
            detail if tried.written else f"{tried.change.rule}: {detail} {why(tried.verdict)}",
        )
    for left in found.refactored.left:
        detail = f"{left.rule}: {left.sentence} {REASONS[left.reason]}"
        yield Outcome(target, OutcomeKind.REFUSED, left.rule, "derived", (), path, left.reason, detail)
    for kept in found.refactored.kept:
        detail = f"{kept.sentence} {REASONS['put-back']}"
        yield Outcome(target, OutcomeKind.KEPT, kept.rule, None, (), path, "put-back", detail)
