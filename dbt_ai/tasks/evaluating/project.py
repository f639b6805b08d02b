"""Columns of a project as sheets. What stands at the columns that are asked for is hidden: it is not shown to an
engine and inherited by nobody, wherever it stands word for word. Other people's words stay, as they would in use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from dbt_ai.evidence.common_questions import with_common_answers
from dbt_ai.evidence.sharing import sharing_of
from dbt_ai.evidence.values import Evidence
from dbt_ai.project.values import Node, Project
from dbt_ai.tasks.checking import Checker
from dbt_ai.tasks.data import Data
from dbt_ai.tasks.drafting import HumanText, draft_all
from dbt_ai.tasks.evaluating.sheets import Exam, Sheet
from dbt_ai.tasks.gathering import Gathered
from dbt_ai.tasks.questions import Question
from dbt_ai.tasks.references import references_of
from dbt_ai.tasks.tiers import PromptOptions
from dbt_ai.tasks.written import Author, Lock, author, human_texts, written_text
from dbt_ai.values import Target

Known = Mapping[tuple[str, str], HumanText]


def exam_of(
    project: Project,
    gathered: Gathered,
    columns: Mapping[str, Sequence[str]],
    lock: Lock,
    prompts: PromptOptions,
    data: Data,
) -> Exam:
    """The exam on `columns`, by the unique_id of their node."""
    hidden = {u: _standing(project.nodes[u], names) for u, names in columns.items()}
    evidence = {**gathered.evidence, **{u: _without(gathered.evidence[u], hidden[u]) for u in columns}}
    levels = sharing_of(project.nodes, evidence, prompts.share, gathered.data_keys, prompts.most_share)
    if data.sandbox is not None:
        evidence = with_common_answers(evidence, columns, levels, data.sandbox.run)
    checker = Checker(project, evidence, data)
    references = references_of(evidence, data.sandbox, project.graph())
    human = human_texts(project, lock)
    shown = {u: project.nodes[u].shown_name for u in evidence}
    sheets = tuple(
        Sheet(
            u,
            Question(u, tuple(names), about_node=False),
            evidence[u],
            levels[u],
            checker,
            project.dialect,
            human=_by_people(project.nodes[u], names, lock),
        )
        for u, names in columns.items()
    )

    def derive() -> list[Mapping[str, str]]:
        found: dict[str, Mapping[str, str]] = {}
        for known, alike in _alike(human, columns, hidden):
            drafts = draft_all(
                evidence,
                shown,
                known,
                references,
                project.dialect,
                checker.refutes,
                gathered.data_keys,
                alike,
            ).by_target
            for u in alike:
                own = {name: drafts.get(Target(u, name)) for name in columns[u]}
                found[u] = {name: draft.text for name, draft in own.items() if draft is not None}
        return [found[u] for u in columns]

    return Exam(sheets, derive)


def _alike(
    human: Known, columns: Mapping[str, Sequence[str]], hidden: Mapping[str, frozenset[str]]
) -> Iterable[tuple[Known, list[str]]]:
    """Nodes for which the same is known, with what is known: all that people wrote but for what stands at the node's
    columns that are asked for."""
    normal = {key: _normal(text.text) for key, text in human.items()}
    groups: dict[frozenset[tuple[str, str]], list[str]] = {}
    for u, names in columns.items():
        asked = {(u, name.casefold()) for name in names}
        gone = frozenset(key for key, text in normal.items() if key in asked or text in hidden[u])
        groups.setdefault(gone, []).append(u)
    for gone, alike in groups.items():
        yield {key: text for key, text in human.items() if key not in gone}, alike


def _standing(node: Node, columns: Sequence[str]) -> frozenset[str]:
    """What stands at the columns, whoever wrote it."""
    texts = (written_text(node, _spelled(node, name))[0] for name in columns)
    return frozenset(_normal(text) for text in texts if text.strip())


def _without(evidence: Evidence, hidden: frozenset[str]) -> Evidence:
    def kept(texts: Mapping[str, str]) -> dict[str, str]:
        return {name: text for name, text in texts.items() if _normal(text) not in hidden}

    return replace(
        evidence,
        column_descriptions=kept(evidence.column_descriptions),
        upstream_descriptions=kept(evidence.upstream_descriptions),
    )


def _by_people(node: Node, columns: Sequence[str], lock: Lock) -> dict[str, str]:
    """The texts of the columns that people wrote."""
    found = {}
    for name in columns:
        spelled = _spelled(node, name)
        text = " ".join(written_text(node, spelled)[0].split())
        if text and author(node, spelled, lock) is Author.PERSON:
            found[name] = text
    return found


def _spelled(node: Node, column: str) -> str:
    declared = node.column(column)
    return declared.name if declared else column


def _normal(text: str) -> str:
    return " ".join(text.casefold().split())
