"""What the report says of changes of several files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from dbt_ai.project.values import Node, Project
from dbt_ai.tasks.refactoring.reasons import REASONS
from dbt_ai.tasks.refactoring.several.making import MadeFiles
from dbt_ai.tasks.refactoring.several.values import FilesChange, FilesProof
from dbt_ai.values import Outcome, OutcomeKind, Target, Verdict, VerdictKind

_KINDS = {"macros": "macro", "seeds": "seed", "tests": "test"}


def told_files(project: Project, made: MadeFiles) -> Iterator[Outcome]:
    """One outcome for each model that a change is about and each file that it makes; for a change that is not made one
    of the model that it fails for."""
    for change, proof in made.tried:
        if proof.same:
            yield from _written(project, made, change, proof)
        else:
            yield _failed(project, change, proof)
    for left in made.left:
        path = project.nodes[left.unique_id].original_file_path
        detail = f"{left.rule}: {left.sentence} {REASONS[left.reason]}"
        target = Target(left.unique_id)
        kind = OutcomeKind.KEPT if left.reason == "put-back" else OutcomeKind.REFUSED
        yield Outcome(target, kind, left.rule, "derived", (), path, left.reason, detail)
    for kept in made.kept:
        for node in _models(project, kept):
            detail = f"{kept.sentence} {REASONS['put-back']}"
            path = node.original_file_path
            yield Outcome(Target(node.unique_id), OutcomeKind.KEPT, kept.rule, None, (), path, "put-back", detail)


def why(verdict: Verdict) -> str:
    """Why a change is not made, in a sentence."""
    if verdict.kind is VerdictKind.REFUTED or verdict.reason is None or verdict.reason not in REASONS:
        return verdict.detail
    return f"{REASONS[verdict.reason]} ({verdict.detail})" if verdict.detail else REASONS[verdict.reason]


def _written(project: Project, made: MadeFiles, change: FilesChange, proof: FilesProof) -> Iterator[Outcome]:
    for path in change.files:
        if path not in made.draft.before:
            target = Target(_unique_id(project, path))
            yield Outcome(
                target, OutcomeKind.WRITTEN, change.rule, "derived", (proof.verdict,), path, None, change.sentence
            )
    for unique_id, verdict in proof.verdicts.items():
        path = project.nodes[unique_id].original_file_path
        yield Outcome(
            Target(unique_id), OutcomeKind.WRITTEN, change.rule, "derived", (verdict,), path, None, change.sentence
        )


def _failed(project: Project, change: FilesChange, proof: FilesProof) -> Outcome:
    """A change that is not made, told of the model whose verdict is the reason."""
    kind = OutcomeKind.REFUTED if proof.verdict.kind is VerdictKind.REFUTED else OutcomeKind.REFUSED
    named = [u for u, verdict in proof.verdicts.items() if verdict is proof.verdict]
    unique_id = next(iter([*named, *(node.unique_id for node in _models(project, change))]))
    detail = f"{change.rule}: {change.sentence} {why(proof.verdict)}"
    path = project.nodes[unique_id].original_file_path
    verdict = proof.verdict
    return Outcome(Target(unique_id), kind, change.rule, "derived", (verdict,), path, verdict.reason, detail)


def _models(project: Project, change: FilesChange) -> list[Node]:
    return [node for node in project.nodes.values() if node.original_file_path in change.files]


def _unique_id(project: Project, path: str) -> str:
    """What dbt calls a new file, by the folder that it lies in."""
    parts = PurePosixPath(path)
    return f"{_KINDS.get(parts.parts[0], 'model')}.{project.name}.{parts.stem}"
