"""Asks engines for better texts of models, and asks again for what is not the same, with the smallest database that
shows it.

The walk is the one of all jobs (tasks/tiers.py), but for two things: a small model is not asked, which writes no SQL,
and what was refuted is asked for more than once, as the counterexample says so much.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from dbt_ai.engines.values import Answer, Request
from dbt_ai.evidence.refactor_prompt import Refuted, read_rewrite, request_for_refactor
from dbt_ai.project.values import Project
from dbt_ai.tasks.effort import difficulty_of, effort_for, harder, most_output_tokens
from dbt_ai.tasks.gathering import columns_of
from dbt_ai.tasks.progress import Progress
from dbt_ai.tasks.refactoring.judging import Judged, Question, judge
from dbt_ai.tasks.refactoring.reasons import MENDABLE, REASONS
from dbt_ai.tasks.refactoring.several.telling import why
from dbt_ai.tasks.student import STUDENT
from dbt_ai.tasks.tiers import Asking, Tier, Totals, put, read_each, unfinished
from dbt_ai.values import TierTotals, Verdict, VerdictKind

_ON_DATA = ("other-rows-on-data", "same-on-data")
_CHARACTERS = 200  # of a file, for which an answer may take as many tokens as for the text of a column


@dataclass(frozen=True)
class Rewritten:
    """The last answer about each model that proposed something, by node; what each tier did, and what was not answered,
    in whole sentences."""

    answers: Mapping[str, Judged] = field(default_factory=dict)
    tiers: tuple[TierTotals, ...] = ()
    unfinished: tuple[str, ...] = ()


def rewrite(
    asking: Asking, project: Project, questions: Sequence[Question], goal: str, rounds: int, progress: Progress
) -> Rewritten:
    """Asks about each model until an answer is the same and better, at most `rounds` times."""
    walk = _Walk(asking, project, goal, progress)
    left = list(questions)
    for tier in asking.tiers:
        for _ in range(0 if tier.name == STUDENT else rounds - 1 if tier.again else 1):
            left = walk.step(tier, left)
    return Rewritten(walk.answers, tuple(walk.tiers), unfinished(project, walk.failures))


class _Walk:
    """The state of one walk down the tiers, by node."""

    def __init__(self, asking: Asking, project: Project, goal: str, progress: Progress) -> None:
        self._asking, self._project, self._goal, self._progress = asking, project, goal, progress
        self._refuted: dict[str, Refuted] = {}
        self._efforts: dict[str, str] = {}
        self.answers: dict[str, Judged] = {}
        self.failures: dict[str, list[str]] = {}
        self.tiers: list[TierTotals] = []

    def step(self, tier: Tier, questions: Sequence[Question]) -> list[Question]:
        """Asks one tier about `questions`; returns those that are open after it. A tier that asks `again` asks about
        those of which an answer was refuted."""
        asked = [each for each in questions if not tier.again or each.node.unique_id in self._refuted]
        if not asked:
            return list(questions)
        requests = [(each.node.unique_id, self._request(tier, each)) for each in asked]
        before = self._asking.spent()
        results = put(self._asking, tier, [request for _, request in requests], None, self._progress)
        spent = self._asking.spent() - before
        totals = Totals(tier)
        tried = 0

        def keep(place: int, answer: Answer) -> None:
            nonlocal tried
            tried += self._keep(tier, asked[place], requests[place][1], answer, totals)

        failed = read_each(requests, results, totals, self._progress, keep)
        self.tiers.append(totals.value(tried, spent))
        for unique_id, _ in requests:
            self.failures.pop(unique_id, None)
        self.failures.update(failed)
        return [each for each in questions if each.node.unique_id in self._refuted]

    def _request(self, tier: Tier, question: Question) -> Request:
        unique_id, most = question.node.unique_id, self._asking.prompts.max_effort
        if tier.again:
            effort = harder(self._efforts[unique_id], most)
        else:
            difficulty = difficulty_of(question.evidence, columns_of(question.evidence))
            effort = effort_for(difficulty, tier.effort, most)
        self._efforts[unique_id] = effort
        request = request_for_refactor(
            question.evidence,
            question.text,
            question.around,
            self._goal,
            dialect=self._project.dialect,
            share=question.share,
            house_style=self._asking.prompts.house_style,
            effort=effort,
            refuted=self._refuted.get(unique_id) if tier.again else None,
        )
        return replace(request, max_output_tokens=most_output_tokens(effort, len(question.text) // _CHARACTERS + 4))

    def _keep(self, tier: Tier, question: Question, request: Request, answer: Answer, totals: Totals) -> int:
        """Keeps an answer with what became of it; returns how many texts it proposes."""
        unique_id = question.node.unique_id
        proposed = read_rewrite(answer, self._goal)
        earlier = self._refuted.pop(unique_id, None)
        if proposed is None or proposed.text.strip() == question.text.strip():
            self._asking.told(request.key(tier.engine.model), 0, 0)
            return 0
        judged = judge(question, proposed, tier.engine.name, self._goal)
        self.answers[unique_id] = judged
        if not judged.written and (judged.verdict.kind is VerdictKind.REFUTED or judged.verdict.reason in MENDABLE):
            told = *(earlier.why if earlier else ()), _told(question, judged.verdict)
            self._refuted[unique_id] = Refuted(proposed, told)
        totals.judged(accepted=judged.written, refuted=not judged.written)
        self._asking.told(request.key(tier.engine.model), int(judged.written), int(not judged.written))
        return 1


def _told(question: Question, verdict: Verdict) -> str:
    """Why an answer may not be written, for the engine. The rows of a counterexample are made up of literals of the
    SQL, which it was sent, and of values that tests accept, which it may not see where they say something of a person.
    How many rows of the data differ stays here.
    """
    if verdict.reason in _ON_DATA or (verdict.basis and not question.tells_rows):
        return REASONS[verdict.reason or "other-rows"]
    return why(verdict)
