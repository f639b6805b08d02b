"""Asks one engine everything that is on the sheets, and checks what it says."""

from __future__ import annotations

import time
from collections.abc import Sequence

from dbt_ai.engines.values import Answer
from dbt_ai.tasks.answers import judge
from dbt_ai.tasks.data import Data
from dbt_ai.tasks.effort import difficulty_of, effort_for
from dbt_ai.tasks.evaluating.sheets import Exam, Heard, Said, Sheet
from dbt_ai.tasks.progress import Progress
from dbt_ai.tasks.requesting import proposals_of, requests_of
from dbt_ai.tasks.student import STUDENT
from dbt_ai.tasks.tiers import Asking, Totals, put, read_each


def derived_from(exam: Exam) -> Heard:
    """What can be derived: each text follows from SQL, data and people's words, so that all of it passes."""
    started = time.monotonic()
    texts = exam.derive()
    seconds = time.monotonic() - started
    said = [{column: Said(text, text) for column, text in by_column.items()} for by_column in texts]
    return Heard(said, seconds=seconds)


def heard_from(asking: Asking, sheets: Sequence[Sheet], data: Data | None, progress: Progress) -> Heard:
    """What the one tier of `asking` says of the sheets. Each question is asked once: what a check refutes is not asked
    again. Answers that are stored count with the time and the money that they took then."""
    (tier,) = asking.tiers
    model, most = tier.engine.model, asking.prompts.max_effort
    sent = []
    for place, sheet in enumerate(sheets):
        effort = effort_for(difficulty_of(sheet.evidence, sheet.question.columns), tier.effort, most)
        levels, dialect = sheet.levels, sheet.dialect
        asked = requests_of(tier, sheet.question, sheet.evidence, levels, asking.prompts, dialect, effort)
        sent += [(place, part, request) for part, request in asked]
    said: list[dict[str, Said]] = [{} for _ in sheets]
    totals = Totals(tier)

    def keep(number: int, answer: Answer) -> None:
        place, part, request = sent[number]
        evidence, checker = sheets[place].evidence, sheets[place].checker
        proposed = proposals_of(tier, request, answer, part.columns)
        judged = judge(proposed, evidence.unique_id, evidence.name, tier.engine.name, model, checker)
        found = {}
        for each in judged:
            # a student's text is taken as a whole or not at all
            left = each.text if each.text is not None and not (each.refuted and tier.name == STUDENT) else None
            column = each.target.column or ""
            found[column] = Said(proposed[each.target.column], left.text if left else None, each.refused)
        said[place].update(found)
        accepted = sum(one.left is not None and not one.refused for one in found.values())
        asking.told(request.key(model), accepted, sum(bool(one.refused) for one in found.values()))

    before, started = asking.spent(), time.monotonic()
    requests = [(sheets[place].evidence.unique_id, request) for place, _, request in sent]
    results = put(asking, tier, [request for _, request in requests], data, progress)
    failed = read_each(requests, results, totals, progress, keep)
    counts = totals.value(len(sent), asking.spent() - before)
    stored = [result.cost for result in results if isinstance(result, Answer) and result.from_cache]
    prices = [counts.usd, *(cost.usd for cost in stored)]
    return Heard(
        said,
        model,
        counts.requests,
        counts.from_cache,
        counts.failed,
        time.monotonic() - started + sum(cost.seconds for cost in stored),
        None if None in prices else sum(usd for usd in prices if usd is not None),
        next((why for told in failed.values() for why in told), ""),
    )
