"""Marks what engines said, and sums it up, one engine beside the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import fmean

from dbt_ai.distill.comparing import shared_words
from dbt_ai.tasks.data import Data
from dbt_ai.tasks.evaluating.asking import derived_from, heard_from
from dbt_ai.tasks.evaluating.scoring import grade
from dbt_ai.tasks.evaluating.sheets import Contestant, Exam, Heard, Said, Sheet
from dbt_ai.tasks.evaluating.values import EngineFigures, EngineText, EvaluatedColumn
from dbt_ai.tasks.progress import Progress, nothing

Compared = tuple[tuple[EngineFigures, ...], tuple[EvaluatedColumn, ...], tuple[str, ...]]


def compare(
    contestants: Iterable[Contestant], exam: Exam, data: Data | None = None, progress: Progress = nothing
) -> Compared:
    """The figures of each engine, what each said of each column, and sentences on questions without an answer. An
    engine that answered nothing at all has no figures."""
    figures: list[EngineFigures] = []
    texts: list[list[EngineText]] = []
    unfinished = []
    for contestant in contestants:
        if contestant.asking is None:
            heard = derived_from(exam)
        else:
            heard = heard_from(contestant.asking, exam.sheets, data, progress)
        if heard.failed:
            unfinished.append(_unanswered(contestant.name, heard))
        if heard.failed and heard.failed == heard.requests:
            continue
        marked = marked_by(contestant.name, heard, exam.sheets)
        texts.append(marked)
        figures.append(figures_of(contestant.name, heard, marked))
    places = [(sheet, column) for sheet in exam.sheets for column in sheet.question.columns]
    columns = [
        EvaluatedColumn(sheet.name, column, _good(sheet, column), tuple(by_engine[number] for by_engine in texts))
        for number, (sheet, column) in enumerate(places)
    ]
    return tuple(figures), tuple(columns), tuple(unfinished)


def marked_by(engine: str, heard: Heard, sheets: Sequence[Sheet]) -> list[EngineText]:
    """What the engine said of each column of each sheet, with what it is worth."""
    return [
        _marked(engine, said.get(column, Said()), sheet, column)
        for sheet, said in zip(sheets, heard.said, strict=True)
        for column in sheet.question.columns
    ]


def figures_of(engine: str, heard: Heard, marked: Sequence[EngineText]) -> EngineFigures:
    """The sums of an engine's texts."""
    agreements = [one.agreement for one in marked if one.agreement is not None]
    return EngineFigures(
        engine,
        heard.model,
        len(marked),
        answered=sum(one.said is not None for one in marked),
        accepted=sum(one.left is not None for one in marked),
        refuted=sum(one.reason is not None for one in marked),
        reasons=tuple(Counter(one.reason for one in marked if one.reason is not None).most_common()),
        said=_counts(one.grade_said for one in marked),
        left=_counts(one.grade_left for one in marked),
        compared=len(agreements),
        agreement=fmean(agreements) if agreements else None,
        requests=heard.requests,
        from_cache=heard.from_cache,
        failed=heard.failed,
        seconds=heard.seconds,
        usd=heard.usd,
    )


def _marked(engine: str, said: Said, sheet: Sheet, column: str) -> EngineText:
    lesson, human = sheet.lessons.get(column), sheet.human.get(column)
    first = next((verdict for _, verdict in said.refused), None)
    return EngineText(
        engine,
        said.said,
        said.left,
        (first.reason or first.kind.value) if first else None,
        "; ".join(f"{sentence}: {verdict.detail}" for sentence, verdict in said.refused),
        grade(said.said, lesson).value if lesson else None,
        grade(said.left, lesson).value if lesson else None,
        shared_words(said.left, human) if said.left is not None and human is not None else None,
    )


def _good(sheet: Sheet, column: str) -> str | None:
    lesson = sheet.lessons.get(column)
    return lesson.text if lesson else sheet.human.get(column)


def _counts(grades: Iterable[str | None]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(one for one in grades if one is not None).items()))


def _unanswered(name: str, heard: Heard) -> str:
    if heard.failed == heard.requests:
        return f"{name} could not be asked: {heard.why}"
    return f"{name} did not answer {heard.failed} of {heard.requests} questions: {heard.why}"
