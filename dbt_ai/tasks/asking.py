"""Asks for what could not be derived well, the cheapest engine first, and keeps what passes the checks.

Each step of the cascade is asked only for what the steps before it left open. The check decides what climbs, never a
model's own confidence. Sources: FrugalGPT (Chen et al., 2023) and AutoMix (Aggarwal et al., 2023) cascade by a learned
or asked-for confidence; here the gate is a checker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dbt_ai.engines.values import Answer, Request
from dbt_ai.evidence.common_questions import with_common_answers
from dbt_ai.evidence.sharing import Sharing, sharing_of
from dbt_ai.evidence.student_prompt import SCHEMA_NAME
from dbt_ai.evidence.values import Evidence
from dbt_ai.project.values import Project
from dbt_ai.tasks.answers import Judged, counterexample, judge
from dbt_ai.tasks.checking import Checker
from dbt_ai.tasks.data import Data
from dbt_ai.tasks.derived.values import Draft
from dbt_ai.tasks.effort import RESEARCH, difficulty_of, effort_for, harder
from dbt_ai.tasks.gathering import Gathered
from dbt_ai.tasks.progress import Progress
from dbt_ai.tasks.questions import Question, question_of
from dbt_ai.tasks.requesting import proposals_of, requests_of
from dbt_ai.tasks.research import Research, open_research
from dbt_ai.tasks.student import STUDENT
from dbt_ai.tasks.texts import Text
from dbt_ai.tasks.tiers import Asking, Tier, Totals, put, read_each, unfinished
from dbt_ai.tasks.written import Lock
from dbt_ai.values import Outcome, Target, TierTotals


@dataclass(frozen=True)
class Asked:
    """Texts that passed, proposals that did not and that nothing better replaced, what the engines failed to answer,
    and what each tier did."""

    texts: Mapping[Target, Text] = field(default_factory=dict)
    refuted: tuple[Outcome, ...] = ()
    unfinished: tuple[str, ...] = ()
    tiers: tuple[TierTotals, ...] = ()


class _Cascade:
    """The state of one walk down the tiers."""

    def __init__(
        self,
        project: Project,
        evidence: Mapping[str, Evidence],
        sharing: Mapping[str, Sharing],
        checker: Checker,
        data: Data,
        research: Research,
        asking: Asking,
        progress: Progress,
    ) -> None:
        self._project, self._evidence, self._sharing = project, evidence, sharing
        self._checker, self._data, self._research = checker, data, research
        self._asking, self._options, self._progress = asking, asking.prompts, progress
        self.texts: dict[Target, Text] = {}  # that passed as a whole
        self.partial: dict[Target, Text] = {}  # what is left of those that did not
        self.refuted: dict[Target, tuple[str, Judged]] = {}  # by which engine, until something better comes
        self.failures: dict[str, list[str]] = {}  # by node: why the last tier that was asked did not answer
        self._efforts: dict[str, str] = {}  # by node: how hard it was thought about last
        self.tiers: list[TierTotals] = []

    def step(self, tier: Tier, questions: Sequence[Question]) -> list[Question]:
        """Asks one tier; returns what is still open after it."""
        if tier.again:
            asked = [part for question in questions if (part := question.only(self.refuted))]
        else:
            asked = list(questions)
        sent = [each for question in asked for each in self._requests(tier, question)]
        if not sent:
            return list(questions)
        before = self._asking.spent()
        results = put(self._asking, tier, [request for _, request in sent], self._data, self._progress)
        spent = self._asking.spent() - before
        totals = Totals(tier)
        closed: set[Target] = set()

        def keep(place: int, answer: Answer) -> None:
            nonlocal closed
            closed |= self._keep(tier, *sent[place], answer, totals)

        asked_of = [(question.unique_id, request) for question, request in sent]
        failed = read_each(asked_of, results, totals, self._progress, keep)
        self.tiers.append(totals.value(sum(len(question.targets) for question in asked), spent))
        for question in asked:
            self.failures.pop(question.unique_id, None)
        self.failures.update(failed)
        left = {target: True for question in questions for target in question.targets if target not in closed}
        return [part for question in questions if (part := question.only(left))]

    def _requests(self, tier: Tier, question: Question) -> list[tuple[Question, Request]]:
        evidence, levels = self._evidence[question.unique_id], self._sharing[question.unique_id]
        wrong: list[tuple[str, str, str]] = []
        if tier.again:
            effort = harder(self._efforts[question.unique_id], self._options.max_effort)
            wrong = [
                (target.column or "", sentence, counterexample(verdict, levels, target.column))
                for target in question.targets
                for sentence, verdict in self.refuted[target][1].refused
            ]
        else:
            effort = effort_for(difficulty_of(evidence, question.columns), tier.effort, self._options.max_effort)
        self._efforts[question.unique_id] = effort
        sent = requests_of(tier, question, evidence, levels, self._options, self._project.dialect, effort, wrong)
        if tier.effort != RESEARCH:
            return sent
        researched = self._research.requests([request for _, request in sent])
        return [(part, request) for (part, _), request in zip(sent, researched, strict=True)]

    def _keep(self, tier: Tier, question: Question, request: Request, answer: Answer, totals: Totals) -> set[Target]:
        """Keeps what holds of an answer; returns the targets that are answered."""
        judged = self._judged(tier, question, request, answer)
        for target in question.targets:  # where this answer is silent or better, what an earlier one said is forgotten
            if _asks_for(request, target):
                self.refuted.pop(target, None)
        closed: set[Target] = set()
        for each in judged:
            if each.refuted:
                self.refuted[each.target] = (tier.engine.name, each)
                if each.text is not None and tier.name != STUDENT:  # whose text is taken as a whole or not at all
                    self.partial[each.target] = each.text
            elif each.text is not None:
                self.texts[each.target] = each.text
                self.partial.pop(each.target, None)
                self.refuted.pop(each.target, None)
                closed.add(each.target)
        refuted = sum(each.refuted for each in judged)
        totals.judged(accepted=len(closed), refuted=refuted)
        self._asking.told(request.key(tier.engine.model), len(closed), refuted)
        return closed

    def _judged(self, tier: Tier, question: Question, request: Request, answer: Answer) -> list[Judged]:
        """The proposed texts of an answer, checked."""
        engine, unique_id, columns = tier.engine, question.unique_id, question.columns
        if request.tools:
            return self._research.judge(unique_id, answer, columns, engine.name, engine.model, self._checker)
        name = self._project.nodes[unique_id].name
        proposed = proposals_of(tier, request, answer, columns)
        return judge(proposed, unique_id, name, engine.name, engine.model, self._checker)


def ask(
    asking: Asking,
    project: Project,
    gathered: Gathered,
    drafts: Mapping[Target, Draft],
    lock: Lock,
    checker: Checker,
    data: Data,
    *,
    everything: bool,
    progress: Progress,
) -> Asked:
    """Asks the tiers, one after the other, for the wanted nodes' open texts (see `question_of`).

    Every answer is kept by the engine's cache as it comes, so that a later run goes on from there.
    """
    open_questions = [
        question
        for unique_id in gathered.wanted
        if (
            question := question_of(
                project.nodes[unique_id], gathered.evidence[unique_id], drafts, lock, everything=everything
            )
        )
    ]
    sharing = sharing_of(
        project.nodes, gathered.evidence, asking.prompts.share, gathered.data_keys, asking.prompts.most_share
    )
    evidence = gathered.evidence
    if data.sandbox is not None:
        wanted = [question.unique_id for question in open_questions]
        evidence = with_common_answers(evidence, wanted, sharing, data.sandbox.run)
    with open_research(project, evidence, sharing) as research:
        cascade = _Cascade(project, evidence, sharing, checker, data, research, asking, progress)
        for tier in asking.tiers:
            open_questions = cascade.step(tier, open_questions)
    texts = {**cascade.partial, **cascade.texts}
    refuted = tuple(outcome for engine, judged in cascade.refuted.values() for outcome in judged.outcomes(engine))
    return Asked(texts, refuted, unfinished(project, cascade.failures), tiers=tuple(cascade.tiers))


def _asks_for(request: Request, target: Target) -> bool:
    """Whether the request asks for the target: of a wide node each asks for some of its columns."""
    properties = request.schema["properties"]
    if request.schema_name == SCHEMA_NAME:
        return True
    if target.column is None:
        return "model_description" in properties
    return target.column in properties.get("columns", {}).get("properties", {})
