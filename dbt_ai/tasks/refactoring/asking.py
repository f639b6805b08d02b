"""What engines add to the rules: the models to ask about, what is written of the answers, and what is told of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from dbt_ai.edits import read_lock
from dbt_ai.edits.lock import TestEntry
from dbt_ai.evidence.personal_names import personal_name
from dbt_ai.evidence.refactor_prompt import MAX_FILE, may_be_sent
from dbt_ai.evidence.sharing import Sharing, sharing_of
from dbt_ai.project.values import Node, Project
from dbt_ai.sql.islands import read_islands
from dbt_ai.sql.values import Relation
from dbt_ai.tasks.gathering import compile_scope, gather
from dbt_ai.tasks.progress import Progress
from dbt_ai.tasks.refactoring.apart import decide_apart
from dbt_ai.tasks.refactoring.around import around_of, calls_of, readers_of
from dbt_ai.tasks.refactoring.by_rules import Rules
from dbt_ai.tasks.refactoring.judging import Judged, Question, refusal_of
from dbt_ai.tasks.refactoring.proving import Decide, Prover
from dbt_ai.tasks.refactoring.reasons import REASONS
from dbt_ai.tasks.refactoring.remembering import entry_of, settled
from dbt_ai.tasks.refactoring.rewriting import rewrite
from dbt_ai.tasks.refactoring.several.telling import why
from dbt_ai.tasks.refactoring.several.values import Draft, FilesChange
from dbt_ai.tasks.refactoring.splitting import path_of
from dbt_ai.tasks.refactoring.trying import Refactored
from dbt_ai.tasks.refactoring.values import Known
from dbt_ai.tasks.refactoring.worlds import MOST_TOGETHER, conditions_of
from dbt_ai.tasks.said import why_as_said
from dbt_ai.tasks.student import STUDENT
from dbt_ai.tasks.tiers import Asking
from dbt_ai.tasks.written import Author, author, human_texts
from dbt_ai.values import Outcome, OutcomeKind, Target, TierTotals, VerdictKind


@dataclass(frozen=True)
class AskedModel:
    """A model that an engine may be asked about: the text of its file, and what the rules made of it."""

    node: Node
    before: str
    refactored: Refactored
    known: Known


@dataclass(frozen=True)
class Asked:
    """What came of asking: the `changes` that are written, and by node what is told and what the lock file keeps."""

    changes: tuple[FilesChange, ...] = ()
    outcomes: Mapping[str, tuple[Outcome, ...]] = field(default_factory=dict)
    entries: Mapping[str, tuple[TestEntry, ...]] = field(default_factory=dict)
    tiers: tuple[TierTotals, ...] = ()
    unfinished: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def ask(rules: Rules, models: Mapping[str, AskedModel], asking: Asking, rounds: int, progress: Progress) -> Asked:
    """Asks the engines for texts of the models that serve the goal better than what the rules left, at most `rounds`
    times for each."""
    if all(tier.name == STUDENT for tier in asking.tiers):
        return Asked(notices=("No model is asked: a small one writes no SQL, and there is no reasoning model.",))
    project, goal = rules.reader.project, rules.goal or ""
    outcomes: dict[str, tuple[Outcome, ...]] = {}
    opened: dict[str, AskedModel] = {}
    for unique_id, model in models.items():
        kind = settled(rules.remembered, unique_id, goal, model.before)
        if kind is None:
            opened[unique_id] = model
        else:
            detail = REASONS["put-back"] if kind is OutcomeKind.KEPT else ""
            reason = "put-back" if kind is OutcomeKind.KEPT else None
            outcomes[unique_id] = (_outcome(model.node, kind, goal, reason=reason, detail=detail),)
    with decide_apart(project, rules.tolerance) as decide:
        questions: list[Question] = []
        for unique_id, found in _questions(rules, opened, asking, decide, progress):
            if isinstance(found, Question):
                questions.append(found)
            else:
                reason, about = found
                detail = f"{goal}: {REASONS[reason]}{f' ({about})' if about else ''}"
                refusal = _outcome(models[unique_id].node, OutcomeKind.REFUSED, goal, reason=reason, detail=detail)
                outcomes[unique_id] = (refusal,)
        answered = rewrite(asking, project, questions, goal, rounds, progress)
    changes: list[FilesChange] = []
    entries: dict[str, tuple[TestEntry, ...]] = {}
    for unique_id, judged in answered.answers.items():
        model = models[unique_id]
        outcomes[unique_id] = tuple(_judged(project, model.node, judged, goal))
        if judged.written:
            assert judged.change is not None
            changes.append(judged.change)
            text = judged.change.files[model.node.original_file_path]
            verdict = judged.verdict.kind.value
            entries[unique_id] = (entry_of(unique_id, goal, model.before, text, verdict, judged.engine),)
    return Asked(tuple(changes), outcomes, entries, answered.tiers, answered.unfinished)


def _questions(
    rules: Rules, models: Mapping[str, AskedModel], asking: Asking, decide: Decide, progress: Progress
) -> Iterator[tuple[str, Question | tuple[str, str]]]:
    """The question about each model, or the reason code why there is none, and what is about it."""
    if not models:
        return
    reader, relations = rules.reader, rules.relations
    project, lock = reader.project, read_lock(reader.project.root)
    scope = compile_scope(reader, list(models), progress)
    gathered = gather(
        project, list(models), scope, None, progress, lambda node, column: author(node, column, lock) is Author.PERSON
    )
    prompts = asking.prompts
    levels = sharing_of(project.nodes, gathered.evidence, prompts.share, gathered.data_keys, prompts.most_share)
    readers = reader.compile(list(dict.fromkeys(child for u in models for child in readers_of(project, u))))
    read_sql = {u: found.sql for u, found in readers.items() if found.sql}
    unit_tests = reader.unit_tests(list(models))
    human = human_texts(project, lock)
    for unique_id, model in models.items():
        text = model.refactored.text.replace("\r\n", "\n")
        prover = Prover(reader, model.node, relations, rules.in_duckdb, decide=decide)
        compiled = prover.compiled(text, model.refactored.reads)
        tests = [test.name for test in unit_tests if test.node == unique_id]
        if "\n" in model.refactored.text.replace("\r\n", "") and "\r\n" in model.refactored.text:
            yield unique_id, ("line-ends", "")
        elif len(text) > MAX_FILE:
            yield unique_id, ("file-too-long", f"{len(text):,} characters")
        elif not may_be_sent(text, levels[unique_id]):
            yield unique_id, ("masked-file", "")
        elif tests and rules.goal == "split":
            yield unique_id, ("with-unit-tests", ", ".join(tests))
        elif len(conditions_of(read_islands(text))) > MOST_TOGETHER:
            yield unique_id, ("many-conditions", f"more than {MOST_TOGETHER}")
        elif compiled is None:
            yield unique_id, ("no-sql", "")
        elif (refused := refusal_of(compiled, project.dialect)) is not None:
            yield unique_id, refused
        else:
            path = model.node.original_file_path
            as_left = {path: model.refactored.text} if model.refactored.text != model.before else {}
            yield (
                unique_id,
                Question(
                    model.node,
                    Draft({path: model.before}, as_left),
                    text,
                    model.refactored.reads,
                    model.known,
                    prover,
                    gathered.evidence[unique_id],
                    around_of(project, model.node, relations, read_sql, tests),
                    levels[unique_id],
                    calls_of(project, model.node),
                    bool(tests),
                    not any(
                        _accepts_personal(relation, levels[unique_id])
                        for relation in relations.values()
                        if relation.parts[2].casefold() in compiled.casefold()
                    ),
                    {column: text for (u, column), text in human.items() if u == unique_id},
                ),
            )


def _accepts_personal(relation: Relation, levels: Sharing) -> bool:
    """Whether values that tests accept of a relation say something of a person."""
    personal = levels.compared | levels.personal.keys()
    return any(column.casefold() in personal or personal_name(column) for column, _ in relation.domains)


def _judged(project: Project, node: Node, judged: Judged, goal: str) -> Iterator[Outcome]:
    """What is told of an answer: of the model, and of each file that is made."""
    if not judged.written:
        refuted = judged.verdict.kind is VerdictKind.REFUTED
        kind = OutcomeKind.REFUTED if refuted else OutcomeKind.REFUSED
        yield _outcome(node, kind, goal, judged, judged.verdict.reason, f"{goal}: {why(judged.verdict)}")
        return
    said = why_as_said(judged.rewrite.why, node.name)
    gain = f"{judged.gain[0].upper()}{judged.gain[1:]}." if judged.gain else ""
    yield _outcome(node, OutcomeKind.WRITTEN, goal, judged, detail=f"{said} {gain}".rstrip())
    for model in judged.rewrite.models:
        made = replace(node, unique_id=f"model.{project.name}.{model.name}", original_file_path=path_of(node, model))
        yield _outcome(made, OutcomeKind.WRITTEN, goal, judged, detail=f"A step of {node.name}.")


def _outcome(
    node: Node, kind: OutcomeKind, goal: str, judged: Judged | None = None, reason: str | None = None, detail: str = ""
) -> Outcome:
    verdicts = (judged.verdict,) if judged else ()
    engine = judged.engine if judged else None
    return Outcome(Target(node.unique_id), kind, goal, engine, verdicts, node.original_file_path, reason, detail)
