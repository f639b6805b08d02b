"""The job `document`: say of every selected node and column what is true and useful, and write what held.

The road: read the project, gather evidence, draft derived texts, ask engines where they are at hand and more could be
said, check every text, plan the edits, apply them, report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dbt_ai.edits import LockEntry, diff_plan, lock_change, plan_edits, read_lock, text_hash
from dbt_ai.evidence.values import Evidence
from dbt_ai.project.values import Node, Project, ProjectReader, Selection
from dbt_ai.tasks.checking import Checker
from dbt_ai.tasks.data import Data
from dbt_ai.tasks.drafting import Drafts, HumanText, draft_all
from dbt_ai.tasks.evidence_hash import evidence_hash
from dbt_ai.tasks.finding import findings_of
from dbt_ai.tasks.gathering import Gathered, Scope, columns_of, compile_scope, gather
from dbt_ai.tasks.planning import finished, refusals_of, refused
from dbt_ai.tasks.progress import Progress, nothing
from dbt_ai.tasks.references import references_of
from dbt_ai.tasks.texts import Text
from dbt_ai.tasks.written import Author, Lock, author, human_texts, written_text
from dbt_ai.values import Edit, FileChange, Outcome, OutcomeKind, Plan, Report, Target, TierTotals, VerdictKind

if TYPE_CHECKING:
    from dbt_ai.tasks.tiers import Asking

RESOURCE_TYPES = ("model", "source", "seed", "snapshot")
_ORDER = (VerdictKind.PROVED, VerdictKind.BOUNDED, VerdictKind.HOLDS, VerdictKind.UNPROVEN, VerdictKind.REFUTED)


@dataclass(frozen=True)
class DocumentOptions:
    """What to document and how. `write` False plans and tells, and changes no file. `everything` asks the engines for
    all that no person wrote, not only for what could not be derived well. `data` False looks at the SQL alone; `only`
    writes nothing but texts of these targets."""

    selection: Selection = field(default_factory=Selection)
    write: bool = True
    everything: bool = False
    data: bool = True
    only: frozenset[Target] | None = None


def document(
    reader: ProjectReader,
    options: DocumentOptions,
    *,
    asking: Asking | None = None,
    notices: Sequence[str] = (),
    progress: Progress = nothing,
) -> Report:
    """Documents the selected nodes of the root project.

    `asking` has the engines to ask, None for derived texts only; `notices` are told in the report as they are. Raises
    UsageError for a selection that dbt does not understand, WarehouseError for data that may not be read, and EditError
    where a file changed between plan and write.
    """
    project = reader.project
    selected = reader.select(options.selection, RESOURCE_TYPES)
    wanted = [unique_id for unique_id in selected if project.nodes[unique_id].editable]
    lock = read_lock(project.root)
    scope = compile_scope(reader, wanted, progress)
    with Data(project, reader, scope) if options.data else Data(project) as data:
        told = (*notices, *data.notices)
        return data.placed(_document(project, wanted, scope, data, lock, options, asking, told, progress))


def _document(
    project: Project,
    wanted: Sequence[str],
    scope: Scope,
    data: Data,
    lock: Lock,
    options: DocumentOptions,
    asking: Asking | None,
    notices: Sequence[str],
    progress: Progress,
) -> Report:
    """The road from the evidence to the report."""
    gathered = gather(
        project, wanted, scope, data.sandbox, progress, lambda node, column: author(node, column, lock) is Author.PERSON
    )
    references = references_of(gathered.evidence, data.sandbox, project.graph())
    checker = Checker(project, gathered.evidence, data)
    human = human_texts(project, lock)

    def drafted(known: Mapping[tuple[str, str], HumanText]) -> Drafts:
        return draft_all(
            gathered.evidence,
            {u: project.nodes[u].shown_name for u in gathered.evidence},
            known,
            references,
            project.dialect,
            checker.refutes,
            gathered.data_keys,
            gathered.wanted,
        )

    drafts = drafted(human)
    texts = _derived_texts(drafts)
    refuted: list[Outcome] = []
    unfinished: tuple[str, ...] = ()
    tiers = [_derived_totals(drafts)]
    if asking is not None:
        from dbt_ai.tasks.asking import ask

        everything = options.everything
        asked = ask(
            asking,
            project,
            gathered,
            drafts.by_target,
            lock,
            checker,
            data,
            everything=everything,
            progress=progress,
        )
        texts.update(asked.texts)
        if asked.texts:  # what the next run would derive of them belongs to this one: it then changes nothing
            later = _derived_texts(drafted({**_known_now(asked.texts), **human}))
            texts = {**{target: text for target, text in later.items() if target.column}, **texts}
        refuted, unfinished = list(asked.refuted), asked.unfinished
        tiers += asked.tiers
        notices = (*notices, *asking.notices())
    decided = [
        outcome
        for unique_id in wanted
        for outcome in _decide(project, gathered, unique_id, texts, lock, checker)
        if options.only is None or outcome.target in options.only
    ]
    plan, outcomes = _plan(project, decided, texts, lock)
    change = _lock_change(project, outcomes, texts, gathered.evidence, lock)
    plan = finished(project.root, plan, change, options.write, progress)
    return Report(
        job="document",
        outcomes=(*outcomes, *refuted),
        findings=findings_of(project, gathered, wanted, lock, checker),
        notices=(*notices, *gathered.notices),
        diff=diff_plan(plan),
        tiers=tuple(tiers),
        wrote=options.write,
        unfinished=unfinished,
    )


def _derived_totals(drafts: Drafts) -> TierTotals:
    """What could be said without asking anybody: it follows from SQL, data and people's words, and costs nothing."""
    return TierTotals("derived", tried=len(drafts.by_target), accepted=len(drafts.by_target))


def _known_now(texts: Mapping[Target, Text]) -> dict[tuple[str, str], HumanText]:
    """The texts of columns as later texts may be made of them."""
    return {(t.unique_id, t.column.casefold()): HumanText(text.text, None) for t, text in texts.items() if t.column}


def _derived_texts(drafts: Drafts) -> dict[Target, Text]:
    texts = {}
    for target, draft in drafts.by_target.items():
        # A doc() call stands for the whole text: what else could be said here would be lost on its reader.
        text = draft.doc_call if draft.doc_call and not draft.further else draft.text
        called = draft.doc_call if text == draft.doc_call else None
        texts[target] = Text(target, text, "derived", draft.verdicts, None, called, draft.main.text if called else None)
    return texts


def _decide(
    project: Project,
    gathered: Gathered,
    unique_id: str,
    texts: Mapping[Target, Text],
    lock: Lock,
    checker: Checker,
) -> list[Outcome]:
    """What is to become of a node and each of its columns."""
    node, evidence = project.nodes[unique_id], gathered.evidence[unique_id]
    if unique_id in gathered.failures and not evidence.relation.columns:
        return [Outcome(Target(unique_id), OutcomeKind.FAILED, reason="no-sql", detail=gathered.failures[unique_id])]
    outcomes = []
    if unique_id in gathered.failures:
        detail = gathered.failures[unique_id]
        outcomes.append(Outcome(Target(unique_id), OutcomeKind.FAILED, reason="no-sql", detail=detail))
    for column in (None, *columns_of(evidence)):
        target = Target(unique_id, column)
        declared = node.column(column) if column else None
        spelled = declared.name if declared else column
        who = author(node, spelled, lock)
        if who is Author.PERSON:
            text, _ = written_text(node, spelled)
            outcomes.append(Outcome(target, OutcomeKind.KEPT, text=text, path=_path(node)))
            continue
        found = texts.get(target)
        if who is Author.OURS:
            outcomes.append(_ours(node, evidence, target, spelled, found, lock, checker))
        elif found is None:
            if column is not None or unique_id not in gathered.failures:
                detail = "no engine at hand could say anything true"
                outcomes.append(Outcome(target, OutcomeKind.GAP, path=_path(node), reason="no-text", detail=detail))
        else:
            outcomes.append(
                Outcome(
                    target,
                    OutcomeKind.WRITTEN,
                    found.text,
                    found.engine,
                    found.verdicts,
                    path=_path(node),
                    citations=found.citations,
                )
            )
    return outcomes


def _ours(
    node: Node,
    evidence: Evidence,
    target: Target,
    spelled: str | None,
    found: Text | None,
    lock: Lock,
    checker: Checker,
) -> Outcome:
    """A text of ours stays while its evidence is the same and no check refutes it; else it is written anew."""
    entry = lock[Target(node.unique_id, spelled)]
    text, raw = written_text(node, spelled)
    current = Outcome(target, OutcomeKind.CURRENT, text=text, engine=entry.engine, path=_path(node))
    if found is not None and found.text in (text, (raw or "").strip()):
        return current
    if entry.evidence_hash == evidence_hash(evidence, target.column):
        better = found is not None and entry.engine == "derived" and found.engine != "derived"
        if not better and not checker.refutes(target, text):
            return current
        detail = "an engine says more" if better else "the data now says otherwise"
    else:
        detail = "what it rests on has changed"
    if found is None:
        return replace(current, kind=OutcomeKind.STALE, reason="stale", detail=f"{detail}, and nothing takes its place")
    return replace(
        current,
        kind=OutcomeKind.STALE,
        text=found.text,
        engine=found.engine,
        verdicts=found.verdicts,
        citations=found.citations,
        reason="stale",
        detail=detail,
    )


def _path(node: Node) -> str | None:
    return node.place.path if node.place else None


def _plan(
    project: Project,
    decided: Sequence[Outcome],
    texts: Mapping[Target, Text],
    lock: Lock,
) -> tuple[Plan, list[Outcome]]:
    """The plan of all edits, and the outcomes with what could not be edited in. Raises EditError where a property file
    lies outside the project."""
    edits: dict[Target, Edit] = {}
    for outcome in decided:
        node = project.nodes[outcome.target.unique_id]
        found = texts.get(outcome.target)
        if outcome.kind not in (OutcomeKind.WRITTEN, OutcomeKind.STALE) or found is None or node.place is None:
            continue
        declared = node.column(outcome.target.column) if outcome.target.column else None
        spelled = declared.name if declared else outcome.target.column
        replaces = written_text(node, spelled)[0] if outcome.kind is OutcomeKind.STALE else None
        edits[outcome.target] = Edit(node.place, spelled, found.text, replaces, doc_call=found.doc_call is not None)
    plan = plan_edits(project.root, list(edits.values()))
    refusals = refusals_of(plan)
    return plan, [refused(outcome, refusals.get(id(edits.get(outcome.target)))) for outcome in decided]


def _lock_change(
    project: Project,
    outcomes: Sequence[Outcome],
    texts: Mapping[Target, Text],
    evidence: Mapping[str, Evidence],
    lock: Lock,
) -> FileChange | None:
    """The lock file's change: entries of what is written, and none any more of nodes that are gone."""
    entries = []
    for outcome in outcomes:
        target = outcome.target
        node = project.nodes[target.unique_id]
        declared = node.column(target.column) if target.column else None
        spelled = declared.name if declared else target.column
        hashed = evidence_hash(evidence[target.unique_id], target.column)
        found = texts.get(target)
        if outcome.kind in (OutcomeKind.WRITTEN, OutcomeKind.STALE) and found is not None:
            worst = max((v.kind for v in found.verdicts), key=_ORDER.index, default=VerdictKind.PROVED)
            hash_of_text = text_hash(found.rendered or found.text)
            entries.append(
                LockEntry(
                    target.unique_id,
                    spelled,
                    hash_of_text,
                    hashed,
                    found.engine,
                    found.model,
                    worst.value,
                    tuple(citation.compact for citation in found.citations),
                )
            )
        elif outcome.kind is OutcomeKind.CURRENT:
            entry = lock[Target(target.unique_id, spelled)]
            if entry.evidence_hash != hashed:
                entries.append(replace(entry, evidence_hash=hashed))
    gone = [
        key
        for key in lock
        if key.unique_id not in project.nodes and not any(node.unique_id == key.unique_id for node in project.disabled)
    ]
    return lock_change(project.root, entries, gone)
