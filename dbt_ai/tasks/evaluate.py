"""The job `eval`: engines describe the same columns; their texts are checked and compared. Writes nothing."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from dbt_ai.distill.cases import Case
from dbt_ai.edits import read_lock
from dbt_ai.errors import UsageError
from dbt_ai.project.values import Node, ProjectReader, Selection
from dbt_ai.tasks.data import Data
from dbt_ai.tasks.document import RESOURCE_TYPES
from dbt_ai.tasks.evaluating import fixed, project
from dbt_ai.tasks.evaluating.marking import compare
from dbt_ai.tasks.evaluating.sheets import Contestant
from dbt_ai.tasks.evaluating.values import EvaluationReport
from dbt_ai.tasks.gathering import columns_of, compile_scope, gather
from dbt_ai.tasks.progress import Progress, nothing
from dbt_ai.tasks.tiers import PromptOptions
from dbt_ai.tasks.written import Author, author

SEED = 7  # of the draw: the same columns of the same project each time
Place = TypeVar("Place")


def evaluate_project(
    reader: ProjectReader,
    selection: Selection,
    contestants: Iterable[Contestant],
    most: int,
    *,
    prompts: PromptOptions | None = None,
    progress: Progress = nothing,
) -> EvaluationReport:
    """Evaluates on `most` columns of the selected nodes, described or not. `prompts` are those of the contestants.

    Raises UsageError for a selection that dbt does not understand or that has no column, and WarehouseError for data
    that may not be read.
    """
    root = reader.project
    lock = read_lock(root.root)

    def by_people(node: Node, column: str | None) -> bool:
        return author(node, column, lock) is Author.PERSON

    wanted = [u for u in reader.select(selection, RESOURCE_TYPES) if root.nodes[u].editable]
    scope = compile_scope(reader, wanted, progress)
    with Data(root, reader, scope) as data:
        gathered = gather(root, wanted, scope, data.sandbox, progress, by_people)
        all_of_them = [(u, name) for u in wanted for name in columns_of(gathered.evidence[u])]
        if not all_of_them:
            raise UsageError("The selection has no columns to describe: select a node whose columns are known.")
        columns = _by_node(drawn(all_of_them, most))
        exam = project.exam_of(root, gathered, columns, lock, prompts or PromptOptions(), data)
        engines, texts, unfinished = compare(contestants, exam, data, progress)
        notices = (*data.notices, *gathered.notices)
    return EvaluationReport(root.name, False, len(all_of_them), texts, engines, notices, unfinished)


def evaluate_cases(
    name: str,
    cases: Sequence[Case],
    contestants: Iterable[Contestant],
    most: int | None = None,
    *,
    progress: Progress = nothing,
) -> EvaluationReport:
    """Evaluates on cases whose key facts are known (see student/README.md); `name` is what they are called."""
    all_of_them = [(case.id, lesson.column) for case in cases for lesson in case.lessons]
    if not all_of_them:
        raise UsageError(f"{name} has no columns to describe.")
    columns = _by_node(drawn(all_of_them, most))
    chosen = [
        replace(case, lessons=tuple(lesson for lesson in case.lessons if lesson.column in columns[case.id]))
        for case in cases
        if case.id in columns
    ]
    engines, texts, unfinished = compare(contestants, fixed.exam_of(chosen), None, progress)
    return EvaluationReport(name, True, len(all_of_them), texts, engines, (), unfinished)


def drawn(places: Sequence[Place], most: int | None) -> list[Place]:
    """At most so many of them, in their order; the same ones each time.

    >>> drawn(["a", "b", "c"], 2)
    ['a', 'b']
    """
    if most is None or most >= len(places):
        return list(places)
    chosen = random.Random(SEED).sample(range(len(places)), most)
    return [places[number] for number in sorted(chosen)]


def _by_node(places: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node, column in places:
        found.setdefault(node, []).append(column)
    return found
