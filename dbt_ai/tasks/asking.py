"""Asks an engine for what could not be derived well, and keeps the sentences of its answers that pass the checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dbt_ai.checks.text_guard import clean_text
from dbt_ai.engines.asking import ask_all
from dbt_ai.engines.values import Answer, Cost, Engine, Request
from dbt_ai.errors import EngineError, UsageError
from dbt_ai.evidence.prompting import document_request, read_document_answer
from dbt_ai.project.values import Project
from dbt_ai.tasks.checking import Checker
from dbt_ai.tasks.derived.values import Draft, Strength
from dbt_ai.tasks.evidence_hash import evidence_hash
from dbt_ai.tasks.gathering import Gathered, columns_of
from dbt_ai.tasks.progress import Progress
from dbt_ai.tasks.texts import Text
from dbt_ai.tasks.written import Author, Lock, author
from dbt_ai.values import Outcome, OutcomeKind, Target, Verdict, VerdictKind

MAX_LENGTH = 1_000  # characters of a description


@dataclass(frozen=True)
class Question:
    """What is asked of a node in one or more requests."""

    unique_id: str
    name: str
    columns: tuple[str, ...]
    about_node: bool
    requests: tuple[Request, ...]


@dataclass(frozen=True)
class Asked:
    """Texts that passed, proposals that did not, and what the engine failed to answer."""

    texts: Mapping[Target, Text] = field(default_factory=dict)
    refuted: tuple[Outcome, ...] = ()
    unfinished: tuple[str, ...] = ()
    cost: tuple[tuple[str, Any], ...] = ()


def ask(
    engine: Engine,
    project: Project,
    gathered: Gathered,
    drafts: Mapping[Target, Draft],
    lock: Lock,
    checker: Checker,
    *,
    everything: bool,
    share: str,
    house_style: str | None,
    effort: str,
    progress: Progress,
) -> Asked:
    """Asks for the wanted nodes' open texts: those without a draft or with one that tells only where a value is from;
    with `everything`, all that no person wrote. Texts of the engine that still stand are not asked for again.

    Every answer is kept by the engine's cache as it comes, so that a later run goes on from there.
    """
    style = _style(project.root, house_style)
    questions = [
        question
        for unique_id in gathered.wanted
        if (question := _question(project, gathered, unique_id, drafts, lock, everything, share, style, effort))
    ]
    requests = [request for question in questions for request in question.requests]
    asked_by = [question for question in questions for _ in question.requests]
    done: list[bool] = []

    def told(result: object) -> None:
        done.append(True)
        progress(f"Asking {engine.model}", len(done), len(requests))

    progress(f"Asking {engine.model}", 0, len(requests))
    results = ask_all(engine, requests, on_answer=told) if requests else ()
    texts: dict[Target, Text] = {}
    refuted: list[Outcome] = []
    unfinished: list[str] = []
    costs: list[Cost] = []
    for question, result in zip(asked_by, results, strict=True):
        name = project.nodes[question.unique_id].name
        if result.answer is None:
            unfinished.append(f"{name} was not answered: {result.error}")
            continue
        costs += [] if result.answer.from_cache else [result.answer.cost]
        try:
            passed, failed = _read(question, result.answer, engine, checker)
        except EngineError as error:
            unfinished.append(f"The answer for {name} could not be used: {error}")
            continue
        texts.update(passed)
        refuted += failed
    # One sentence is enough where every request failed for the same reason.
    reasons = {str(result.error) for result in results if result.error is not None}
    if len(unfinished) > 1 and len(unfinished) == len(results) and len(reasons) == 1:
        unfinished = [f"{len(results)} requests were not answered: {reasons.pop()}"]
    return Asked(texts, tuple(refuted), tuple(unfinished), _costs(costs, len(results)))


def _question(
    project: Project,
    gathered: Gathered,
    unique_id: str,
    drafts: Mapping[Target, Draft],
    lock: Lock,
    everything: bool,
    share: str,
    house_style: str | None,
    effort: str,
) -> Question | None:
    node, evidence = project.nodes[unique_id], gathered.evidence[unique_id]

    def is_open(column: str | None) -> bool:
        declared = node.column(column) if column else None
        spelled = declared.name if declared else column
        who = author(node, spelled, lock)
        if who is Author.PERSON:
            return False
        draft = drafts.get(Target(unique_id, column))
        return everything or draft is None or draft.strength < Strength.MEANING

    def is_settled(column: str | None) -> bool:
        declared = node.column(column) if column else None
        target = Target(unique_id, declared.name if declared else column)
        if author(node, target.column, lock) is not Author.OURS or lock[target].engine == "derived":
            return False
        return lock[target].evidence_hash == evidence_hash(evidence, column)

    columns = tuple(column for column in columns_of(evidence) if is_open(column))
    about_node = is_open(None)
    # What an engine answered is part of the next run's question too: so it is the same question, and not paid again.
    if all(is_settled(column) for column in (*columns, *([None] if about_node else []))):
        return None
    requests = document_request(
        evidence,
        columns,
        dialect=project.dialect,
        share=share,
        house_style=house_style,
        describe_model=about_node,
        effort=effort,
    )
    return Question(unique_id, node.name, columns, about_node, tuple(requests)) if requests else None


def _read(
    question: Question, answer: Answer, engine: Engine, checker: Checker
) -> tuple[dict[Target, Text], list[Outcome]]:
    about_node, by_column = read_document_answer(answer, question.columns)
    proposed: list[tuple[str | None, str]] = [*([(None, about_node)] if about_node else []), *by_column.items()]
    texts: dict[Target, Text] = {}
    failed: list[Outcome] = []
    for column, proposal in proposed:
        target = Target(question.unique_id, column)
        cleaned = clean_text(proposal, MAX_LENGTH, column or question.name)
        if isinstance(cleaned, Verdict):
            failed.append(_refused(target, proposal, engine, cleaned))
            continue
        kept: list[str] = []
        verdicts: list[Verdict] = []
        for sentence in checker.check(target, cleaned):
            if sentence.writable:
                kept.append(sentence.text)
                verdicts += sentence.verdicts or (_NOTHING_TO_CHECK,)
            else:
                wrong = next(verdict for verdict in sentence.verdicts if not verdict.writable)
                failed.append(_refused(target, sentence.text, engine, wrong))
        if kept:
            texts[target] = Text(target, " ".join(kept), engine.name, tuple(verdicts), engine.model)
    return texts, failed


_NOTHING_TO_CHECK = Verdict(
    VerdictKind.HOLDS, "every name in it exists, and it asserts nothing that a check could refute"
)


def _refused(target: Target, text: str, engine: Engine, verdict: Verdict) -> Outcome:
    detail = f'"{text}" was not written: {verdict.detail}'
    return Outcome(target, OutcomeKind.REFUTED, text, engine.name, (verdict,), reason=verdict.reason, detail=detail)


def _style(root: Path, house_style: str | None) -> str | None:
    if house_style is None:
        return None
    try:
        return (root / house_style).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The house style file {house_style} cannot be read: {error}.") from error


def _costs(costs: Sequence[Cost], requests: int) -> tuple[tuple[str, Any], ...]:
    return (
        ("requests", requests),
        ("answered_now", len(costs)),
        ("input_tokens", sum(cost.input_tokens or 0 for cost in costs)),
        ("output_tokens", sum(cost.output_tokens or 0 for cost in costs)),
        ("reasoning_tokens", sum(cost.reasoning_tokens or 0 for cost in costs)),
        ("seconds", round(sum(cost.seconds for cost in costs), 3)),
    )
