"""Evaluates texts on cases: models with their SQL alone, outside of any project, whose right answers are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from dbt_ai.distill.cases import DIALECT, Case
from dbt_ai.engines.values import Engine
from dbt_ai.errors import EngineError
from dbt_ai.evidence.sharing import Share, sharing
from dbt_ai.evidence.student_prompt import column_request, read_column_answer
from dbt_ai.evidence.values import Evidence
from dbt_ai.project.values import Node, Project
from dbt_ai.tasks.answers import judge
from dbt_ai.tasks.checking import Checker
from dbt_ai.tasks.data import Data
from dbt_ai.tasks.drafting import HumanText, draft_all
from dbt_ai.tasks.evaluating.scoring import Marked, grade
from dbt_ai.values import Target

Told = Callable[[int, int], None]


def marked_student(cases: Iterable[Case], engine: Engine, told: Told = lambda done, of: None) -> Iterator[Marked]:
    """What an engine that answers column by column says of each column of the cases, checked and graded. One that
    cannot be asked raises EngineUnavailable; an answer that cannot be used is none."""
    levels = sharing(Share.STATISTICS)
    wanted = [(case, lesson) for case in cases for lesson in case.lessons]
    checkers: dict[str, Checker] = {}
    for number, (case, lesson) in enumerate(wanted):
        told(number, len(wanted))
        evidence = case.evidence
        why = ""
        try:
            answer = engine.answer(column_request(evidence, lesson.column, levels))
            said = read_column_answer(answer, lesson.column)
        except EngineError as error:
            if type(error) is not EngineError:
                raise
            said, why = None, str(error)
        left = None
        if said is not None:
            checker = checkers.setdefault(case.id, _checker(case))
            proposed = {lesson.column: said}
            (judged,) = judge(proposed, evidence.unique_id, evidence.name, engine.name, engine.model, checker)  # type: ignore[arg-type]
            if not judged.refuted and judged.text is not None:  # a student's text is taken as a whole or not at all
                left = judged.text.text
            why = "; ".join(f"{sentence}: {verdict.detail}" for sentence, verdict in judged.refused)
        yield Marked(case.id, lesson.column, said, left, grade(said, lesson), grade(left, lesson), why)


def marked_derived(cases: Iterable[Case]) -> Iterator[Marked]:
    """What can be derived without any model."""
    for case in cases:
        known = _evidence_of(case)
        human = {
            (f"model.cases.{name.partition('.')[0]}", name.partition(".")[2].casefold()): HumanText(text, None)
            for name, text in case.evidence.upstream_descriptions.items()
        }
        checker = _checker(case)
        names = {key: one.name for key, one in known.items()}
        drafts = draft_all(known, names, human, {}, DIALECT, checker.refutes)
        for lesson in case.lessons:
            draft = drafts.by_target.get(Target(case.evidence.unique_id, lesson.column))
            text = draft.text if draft is not None else None
            yield Marked(case.id, lesson.column, text, text, grade(text, lesson), grade(text, lesson))


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
