"""Asks for what could not be derived well, the cheapest engine first, and keeps what passes the checks.

Each step of the cascade is asked only for what the steps before it left open. The check decides what climbs, never a
model's own confidence. Sources: FrugalGPT (Chen et al., 2023) and AutoMix (Aggarwal et al., 2023) cascade by a learned
or asked-for confidence; here the gate is a checker.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dbt_ai.engines.values import Answer, Engine, Request
from dbt_ai.errors import EngineError
from dbt_ai.evidence.common_questions import with_common_answers
from dbt_ai.evidence.prompt_templates import Prompts
from dbt_ai.evidence.prompting import document_request, read_document_answer
from dbt_ai.evidence.sharing import Sharing, sharing_of
from dbt_ai.evidence.values import Evidence
from dbt_ai.project.values import Project
from dbt_ai.tasks.answers import Judged, counterexample, judge
from dbt_ai.tasks.checking import Checker
from dbt_ai.tasks.data import Data
from dbt_ai.tasks.derived.values import Draft
from dbt_ai.tasks.effort import RESEARCH, difficulty_of, effort_for, harder, most_output_tokens
from dbt_ai.tasks.gathering import Gathered
from dbt_ai.tasks.progress import Progress
from dbt_ai.tasks.questions import Question, question_of
from dbt_ai.tasks.research import Research, open_research
from dbt_ai.tasks.student import STUDENT, for_student
from dbt_ai.tasks.texts import Text
from dbt_ai.tasks.written import Lock
from dbt_ai.values import Outcome, Target, TierTotals

OnAnswer = Callable[[int, Answer | EngineError | None], None]  # place of the request; None: not asked


@dataclass(frozen=True)
class PromptOptions:
    """What goes into every question: see project/settings.Settings. `share` is the project's level, `most_share`
    what its `meta` may not go beyond, `house_style` the text of the file, `prompts` what the user's templates became.
    """

    share: str = "statistics"
    house_style: str | None = None
    prompts: Prompts = field(default_factory=Prompts)
    max_effort: str = "high"
    most_share: str = "samples"


@dataclass(frozen=True)
class Tier:
    """One step of the cascade. `effort` is how hard it thinks, "auto" to choose by how hard a node is. `again` asks
    only for what a check refuted, tells what was wrong, and thinks harder."""

    name: str
    engine: Engine
    effort: str = "auto"
    again: bool = False


@dataclass(frozen=True)
class Asking:
    """How questions are put to a tier: `ask` hands the requests to its engine and calls back for each as it comes, in
    this thread; `told` is given the key of each answered request and how many of its texts were accepted and refuted;
    `spent` says what the run has cost so far, in US dollars; `notices` are sentences for the report, asked for last.
    """

    tiers: tuple[Tier, ...]
    prompts: PromptOptions
    ask: Callable[[Tier, Sequence[Request], OnAnswer], None]
    told: Callable[[str, int, int], None] = lambda key, accepted, refuted: None
    spent: Callable[[], float] = lambda: 0.0
    notices: Callable[[], Sequence[str]] = lambda: ()


@dataclass(frozen=True)
class Asked:
    """Texts that passed, proposals that did not and that nothing better replaced, what the engines failed to answer,
    and what each tier did."""

    texts: Mapping[Target, Text] = field(default_factory=dict)
    refuted: tuple[Outcome, ...] = ()
    unfinished: tuple[str, ...] = ()
    tiers: tuple[TierTotals, ...] = ()


@dataclass(frozen=True)
class _Sent:
    """One request and the question that it is part of."""

    question: Question
    request: Request


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
        sent = [_Sent(question, request) for question in asked for request in self._requests(tier, question)]
        if not sent:
            return list(questions)
        what, done = f"Asking {tier.engine.model}", 0
        results: list[Answer | EngineError | None] = [None] * len(sent)

        def on_answer(place: int, result: Answer | EngineError | None) -> None:
            nonlocal done
            done += 1
            results[place] = result
            spent = self._asking.spent()
            self._progress(what if not spent else f"{what}, ${spent:,.2f} so far", done, len(sent))

        self._progress(what, 0, len(sent))
        before = self._asking.spent()
        self._data.release()  # a model may think for hours, and others want to write to the database
        self._asking.ask(tier, [each.request for each in sent], on_answer)
        spent = self._asking.spent() - before
        totals = _Totals(tier)
        closed, failed = self._judge(tier, sent, results, totals)
        self.tiers.append(totals.value(sum(len(question.targets) for question in asked), spent))
        for question in asked:
            self.failures.pop(question.unique_id, None)
        self.failures.update(failed)
        left = {target: True for question in questions for target in question.targets if target not in closed}
        return [part for question in questions if (part := question.only(left))]

    def _judge(
        self, tier: Tier, sent: Sequence[_Sent], results: Sequence[Answer | EngineError | None], totals: _Totals
    ) -> tuple[set[Target], dict[str, list[str]]]:
        """Keeps what holds of the answers; the targets that are answered, and by node why others are not."""
        closed: set[Target] = set()
        failed: dict[str, list[str]] = {}
        for number, (each, result) in enumerate(zip(sent, results, strict=True)):
            self._progress("Checking answers", number, len(sent))
            if isinstance(result, Answer):
                totals.answered(each.request, result)
                try:
                    closed |= self._keep(tier, each.question, each.request, result, totals)
                    continue
                except EngineError as error:
                    result = error
            totals.failed(asked=result is not None)
            if result is not None:
                failed.setdefault(each.question.unique_id, []).append(str(result))
        return closed, failed

    def _requests(self, tier: Tier, question: Question) -> list[Request]:
        evidence = self._evidence[question.unique_id]
        most = self._options.max_effort
        wrong: list[tuple[str, str, str]] = []
        if not tier.again:
            effort = effort_for(difficulty_of(evidence, question.columns), tier.effort, most)
        else:
            effort = harder(self._efforts[question.unique_id], most)
            wrong = [
                (target.column or "", sentence, counterexample(verdict, self._sharing[target.unique_id], target.column))
                for target in question.targets
                for sentence, verdict in self.refuted[target][1].refused
            ]
        self._efforts[question.unique_id] = effort
        requests = document_request(
            evidence,
            question.columns,
            dialect=self._project.dialect,
            share=self._sharing[question.unique_id],
            house_style=self._options.house_style,
            prompts=self._options.prompts,
            describe_model=question.about_node,
            effort=effort,
            refuted=wrong,
        )
        if tier.effort == RESEARCH:
            requests = self._research.requests(requests)
        if tier.name == STUDENT:
            return [for_student(request, len(question.columns)) for request in requests]
        return [replace(r, max_output_tokens=most_output_tokens(effort, len(question.columns))) for r in requests]

    def _keep(self, tier: Tier, question: Question, request: Request, answer: Answer, totals: _Totals) -> set[Target]:
        """Keeps what holds of an answer; returns the targets that are answered."""
        judged = self._judged(question, request, answer, tier.engine)
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

    def _judged(self, question: Question, request: Request, answer: Answer, engine: Engine) -> list[Judged]:
        """The proposed texts of an answer, checked."""
        unique_id, columns = question.unique_id, question.columns
        if request.tools:
            return self._research.judge(unique_id, answer, columns, engine.name, engine.model, self._checker)
        about_node, by_column = read_document_answer(answer, columns)
        proposed: dict[str | None, str] = {None: about_node} if about_node else {}
        proposed.update(by_column)
        name = self._project.nodes[unique_id].name
        return judge(proposed, unique_id, name, engine.name, engine.model, self._checker)


class _Totals:
    """Counts of one tier while it answers."""

    def __init__(self, tier: Tier) -> None:
        self._tier = tier
        self._counts: Counter[str] = Counter()
        self._efforts: Counter[str] = Counter()
        self._priced = True

    def answered(self, request: Request, answer: Answer) -> None:
        self._counts["requests"] += 1
        self._efforts[request.effort] += 1
        if answer.from_cache:
            self._counts["from_cache"] += 1
            return
        cost = answer.cost
        for name in ("input_tokens", "output_tokens", "reasoning_tokens"):
            self._counts[name] += getattr(cost, name) or 0
        self._priced = self._priced and cost.usd is not None

    def failed(self, *, asked: bool) -> None:
        self._counts["requests"] += asked
        self._counts["failed"] += asked

    def judged(self, accepted: int, refuted: int) -> None:
        self._counts["accepted"] += accepted
        self._counts["refuted"] += refuted

    def value(self, tried: int, usd: float) -> TierTotals:
        """The totals; `usd` is what was spent meanwhile, on failures, too."""
        counts = self._counts
        silent = max(0, tried - counts["accepted"] - counts["refuted"]) if not counts["failed"] else 0
        return TierTotals(
            self._tier.name,
            self._tier.engine.model,
            tuple(sorted(self._efforts.items())),
            tried=tried,
            accepted=counts["accepted"],
            refuted=counts["refuted"],
            silent=silent,
            requests=counts["requests"],
            from_cache=counts["from_cache"],
            failed=counts["failed"],
            input_tokens=counts["input_tokens"],
            output_tokens=counts["output_tokens"],
            reasoning_tokens=counts["reasoning_tokens"],
            usd=usd if self._priced else None,
        )


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
    return Asked(texts, refuted, _unfinished(project, cascade.failures), tiers=tuple(cascade.tiers))


def _unfinished(project: Project, failures: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """One sentence a node; one in all where every node failed for the same reason."""
    reasons = {reason for told in failures.values() for reason in told}
    if len(failures) > 1 and len(reasons) == 1:
        return (f"{len(failures)} nodes were not answered: {reasons.pop()}",)
    return tuple(
        f"{project.nodes[unique_id].name} was not answered: {' '.join(dict.fromkeys(told))}"
        for unique_id, told in failures.items()
    )


def _asks_for(request: Request, target: Target) -> bool:
    """Whether the request asks for the target: of a wide node each asks for some of its columns."""
    properties = request.schema["properties"]
    if target.column is None:
        return "model_description" in properties
    return target.column in properties.get("columns", {}).get("properties", {})
