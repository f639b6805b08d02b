"""Cases as sheets: models with their SQL alone, outside of any project, whose key facts are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from dbt_ai.distill.cases import DIALECT, Case
from dbt_ai.evidence.sharing import Share, sharing
from dbt_ai.evidence.values import Evidence
from dbt_ai.project.values import Node, Project
from dbt_ai.tasks.checking import Checker
from dbt_ai.tasks.data import Data
from dbt_ai.tasks.drafting import HumanText, draft_all
from dbt_ai.tasks.evaluating.sheets import Exam, Sheet
from dbt_ai.tasks.questions import Question
from dbt_ai.values import Target


def exam_of(cases: Sequence[Case]) -> Exam:
    """Every lesson of the cases is asked for."""
    levels = sharing(Share.STATISTICS)
    sheets = tuple(
        Sheet(
            case.id,
            Question(case.evidence.unique_id, tuple(lesson.column for lesson in case.lessons), about_node=False),
            case.evidence,
            levels,
            _checker(case),
            DIALECT,
            {lesson.column: lesson for lesson in case.lessons},
        )
        for case in cases
    )
    return Exam(sheets, lambda: [_derived(case) for case in cases])


def _derived(case: Case) -> dict[str, str]:
    """What can be derived without any model."""
    known = _evidence_of(case)
    human = {
        (f"model.cases.{name.partition('.')[0]}", name.partition(".")[2].casefold()): HumanText(text, None)
        for name, text in case.evidence.upstream_descriptions.items()
    }
    names = {key: one.name for key, one in known.items()}
    drafts = draft_all(known, names, human, {}, DIALECT, _checker(case).refutes).by_target
    columns = [lesson.column for lesson in case.lessons]
    own = {column: drafts.get(Target(case.evidence.unique_id, column)) for column in columns}
    return {column: draft.text for column, draft in own.items() if draft is not None}


def _evidence_of(case: Case) -> Mapping[str, Evidence]:
    """The evidence of the relations and of the model that reads them, parents first."""
    parents = {
        relation.key: Evidence(relation.key, relation.parts[2], "source", relation) for relation in case.relations
    }
    return {**parents, case.evidence.unique_id: case.evidence}


def _checker(case: Case) -> Checker:
    known = _evidence_of(case)
    nodes = {
        key: Node(
            key,
            one.resource_type,
            one.name,
            "cases",
            f"{one.name}.sql",
            one.relation.parts,
            depends_on=tuple(known)[:-1] if key == case.evidence.unique_id else (),
        )
        for key, one in known.items()
    }
    project = Project(Path(), "cases", "duckdb", DIALECT, "", "", nodes)
    return Checker(project, known, Data(project))
