"""Asks engines for data tests, the cheapest first, and keeps what the data does not contradict.

Each step is asked only about the models of which no step before it proposed anything that passes; what fails on the
data goes back once, where the cascade does so (see tasks/tiers.py), with what was wrong. Of what passes, the common
road chooses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dbt_ai.checks.data_tests import run_check
from dbt_ai.checks.sandbox import Sandbox
from dbt_ai.engines.values import Answer, Request
from dbt_ai.errors import WarehouseError
from dbt_ai.evidence.data_test_prompt import ProposedTest, Shown, read_tests, request_for_tests
from dbt_ai.evidence.masking import also_personal, visible
from dbt_ai.evidence.prompt_facts import one_line
from dbt_ai.evidence.sharing import Share, Sharing, is_personal, sharing_of
from dbt_ai.evidence.values import Evidence
from dbt_ai.project.values import Project
from dbt_ai.sql.names import quoted_relation
from dbt_ai.sql.values import ColumnRef
from dbt_ai.tasks.apart import Run, run_apart
from dbt_ai.tasks.data import Data
from dbt_ai.tasks.effort import difficulty_of, effort_for, harder, most_output_tokens
from dbt_ai.tasks.gathering import Gathered
from dbt_ai.tasks.progress import Progress
from dbt_ai.tasks.student import STUDENT, for_student
from dbt_ai.tasks.testing.overfitting import MAX_ALARM
from dbt_ai.tasks.testing.project_tests import ProjectTests
from dbt_ai.tasks.testing.proposed import (
    Targets,
    Unusable,
    candidate_of,
    expression_of,
    of_expression,
    support_sql,
    targets_of,
)
from dbt_ai.tasks.testing.subject import Subject
from dbt_ai.tasks.testing.values import Basis, Candidate
from dbt_ai.tasks.tiers import Asking, Tier, Totals, put, read_each, unfinished
from dbt_ai.values import TierTotals, VerdictKind

SHOWN_ROWS = 3  # of those that break a test, where they may be told
_TOKENS_OF_A_TEST = 12  # in units of a column's description: the most tests of an answer


@dataclass(frozen=True)
class Question:
    """A model that is asked about: its `derived` candidates, and what of other relations a test of it may name."""

    subject: Subject
    derived: tuple[Candidate, ...]
    targets: Targets
    shown: Shown


@dataclass(frozen=True)
class Proposed:
    """What engines proposed and the data does not contradict, by node; what each tier did, and what was not answered,
    in whole sentences."""

    candidates: Mapping[str, tuple[Candidate, ...]] = field(default_factory=dict)
    tiers: tuple[TierTotals, ...] = ()
    unfinished: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Tried:
    """A proposed test with what became of it: `wrong` says why it is false or cannot be used."""

    test: ProposedTest
    candidate: Candidate | None = None
    wrong: str | None = None


def questions_of(
    subjects: Mapping[str, Subject],
    derived: Mapping[str, tuple[Candidate, ...]],
    tests: ProjectTests,
    levels: Mapping[str, Sharing],
    evidence: Mapping[str, Evidence],
) -> list[Question]:
    """The models to ask about: those whose SQL is understood and makes something, and that have rows. `tests` are those
    that people wrote: were ours among them, every run would be another question. `levels` say what may be told."""
    found = []
    silent = {
        ColumnRef(unique_id, key[0])
        for unique_id, one in levels.items()
        for key in evidence[unique_id].relation.unique_keys
        if one.data_key and one.of(key[0]) is Share.NOTHING
    }
    for unique_id, subject in subjects.items():
        if subject.node.resource_type == "model" and subject.has_sql and subject.rows and not subject.passes_on:
            targets = targets_of(subject, silent)
            there = [*_there(subject, tests), *_told(subject, derived[unique_id], levels[unique_id])]
            shown = Shown(tuple(targets.keys), tuple(targets.totals), tuple(dict.fromkeys(there)))
            found.append(Question(subject, derived[unique_id], targets, shown))
    return found


def propose(
    asking: Asking,
    project: Project,
    gathered: Gathered,
    subjects: Mapping[str, Subject],
    derived: Mapping[str, tuple[Candidate, ...]],
    data: Data,
    progress: Progress,
) -> Proposed:
    """Asks the tiers, one after the other, for tests that are not among the `derived` ones. `project` has only the
    tests that people wrote. Every answer is kept by the engine's cache as it comes."""
    tests = ProjectTests(project, gathered.evidence)
    levels = sharing_of(
        project.nodes, gathered.evidence, asking.prompts.share, gathered.data_keys, asking.prompts.most_share
    )
    cascade = _Cascade(asking, project, levels, tests, data, progress)
    questions = questions_of(subjects, derived, tests, levels, gathered.evidence)
    left = list(questions)
    for tier in asking.tiers:
        left = cascade.step(tier, left)
    candidates = {
        question.subject.node.unique_id: _new(question, cascade.passing.get(question.subject.node.unique_id, ()))
        for question in questions
    }
    return Proposed(candidates, tuple(cascade.tiers), unfinished(project, cascade.failures))


class _Cascade:
    """The state of one walk down the tiers, by node."""

    def __init__(
        self,
        asking: Asking,
        project: Project,
        levels: Mapping[str, Sharing],
        tests: ProjectTests,
        data: Data,
        progress: Progress,
    ) -> None:
        self._asking, self._project, self._levels, self._tests = asking, project, levels, tests
        self._data, self._progress = data, progress
        self._wrong: dict[str, list[_Tried]] = {}  # of the last answer
        self._efforts: dict[str, str] = {}
        self.passing: dict[str, list[Candidate]] = {}
        self.failures: dict[str, list[str]] = {}
        self.tiers: list[TierTotals] = []

    def step(self, tier: Tier, questions: Sequence[Question]) -> list[Question]:
        """Asks one tier about `questions`; returns those that are open after it. A tier that asks `again` asks about
        all of which something was refuted."""
        asked = [each for each in questions if not tier.again or self._wrong.get(each.subject.node.unique_id)]
        if not asked:
            return list(questions)
        requests = [(each.subject.node.unique_id, self._request(tier, each)) for each in asked]
        before = self._asking.spent()
        results = put(self._asking, tier, [request for _, request in requests], self._data, self._progress)
        spent = self._asking.spent() - before
        totals = Totals(tier)
        tried = 0
        sandbox = self._data.sandbox
        with run_apart(self._project) as run:

            def keep(place: int, answer: Answer) -> None:
                nonlocal tried
                assert sandbox is not None  # there was data before it was let go of
                tried += self._keep(tier, asked[place], requests[place][1], answer, totals, sandbox, run)

            failed = read_each(requests, results, totals, self._progress, keep)
        self.tiers.append(totals.value(tried, spent))
        for unique_id, _ in requests:
            self.failures.pop(unique_id, None)
        self.failures.update(failed)
        # What a check refuted goes on to the next step, whatever else passed.
        return [each for each in questions if self._is_open(each.subject.node.unique_id)]

    def _is_open(self, unique_id: str) -> bool:
        return unique_id not in self.passing or bool(self._wrong.get(unique_id))

    def _request(self, tier: Tier, question: Question) -> Request:
        subject = question.subject
        unique_id, most = subject.node.unique_id, self._asking.prompts.max_effort
        names = [column.name for column in subject.columns]
        if tier.again:
            effort = harder(self._efforts[unique_id], most)
        else:
            effort = effort_for(difficulty_of(subject.own, names), tier.effort, most)
        self._efforts[unique_id] = effort
        request = request_for_tests(
            subject.own,
            names,
            question.shown,
            dialect=self._project.dialect,
            share=self._levels[unique_id],
            effort=effort,
            refuted=[(_said(each.test), each.wrong or "") for each in self._wrong.get(unique_id, ()) if tier.again],
        )
        if tier.name == STUDENT:
            return for_student(request, _TOKENS_OF_A_TEST)
        return replace(request, max_output_tokens=most_output_tokens(effort, _TOKENS_OF_A_TEST))

    def _keep(
        self,
        tier: Tier,
        question: Question,
        request: Request,
        answer: Answer,
        totals: Totals,
        sandbox: Sandbox,
        run: Run | None,
    ) -> int:
        """Keeps what holds of an answer; returns how many tests it proposes."""
        unique_id = question.subject.node.unique_id
        columns = [column.name for column in question.subject.columns]
        proposed = read_tests(answer, columns, question.shown)
        tried = [self._tried(question, test, tier.engine.name, sandbox, run or sandbox.run) for test in proposed]
        passing = [each.candidate for each in tried if each.candidate is not None]
        self._wrong[unique_id] = [each for each in tried if each.wrong is not None]
        if passing:
            self.passing.setdefault(unique_id, []).extend(passing)
        refuted = len(self._wrong[unique_id])
        totals.judged(accepted=len(passing), refuted=refuted)
        self._asking.told(request.key(tier.engine.model), len(passing), refuted)
        return len(tried)

    def _tried(
        self, question: Question, test: ProposedTest, engine: str, sandbox: Sandbox, run: Callable[[str], Any]
    ) -> _Tried:
        """The test run on the data. What holds by luck, and what cannot be run in time, is neither kept nor wrong."""
        subject = question.subject
        share = self._levels[subject.node.unique_id]
        try:
            candidate = candidate_of(subject, test, question.targets, engine)
            if test.kind == "expression":
                candidate, wrong = self._expression(subject, candidate, share, run)
            else:
                verdict = run_check(self._tests.check(candidate), quoted_relation(subject.own.relation), sandbox)
                if verdict.kind is VerdictKind.UNPROVEN:
                    return _Tried(test)
                wrong = (
                    None if verdict.writable else counterexample(verdict.rows, share, subject, candidate.target.column)
                )
        except Unusable as reason:
            return _Tried(test, wrong=str(reason))
        except WarehouseError:
            return _Tried(test, wrong="it cannot be run on the data" if test.kind == "expression" else None)
        if wrong is not None:
            return _Tried(test, wrong=wrong)
        return _Tried(test, candidate if candidate.alarm <= MAX_ALARM else None)

    def _expression(
        self, subject: Subject, candidate: Candidate, share: Sharing, run: Callable[[str], Any]
    ) -> tuple[Candidate, str | None]:
        """The expression as a model wrote it, run apart: with its bound, or why it is false."""
        found = expression_of(subject, str(candidate.arguments["expression"]))
        relation = quoted_relation(subject.own.relation)
        (counts,) = run(support_sql(found, relation))
        if not counts[0]:
            return of_expression(candidate, counts), None
        rows: list[tuple[tuple[str, Any], ...]] = []
        if share.node is Share.SAMPLES:
            named = ", ".join(found.columns)
            failing = run(f"SELECT {named} FROM {relation} WHERE NOT ({found.sql}) LIMIT {SHOWN_ROWS}")
            rows = [tuple(zip(found.columns, row, strict=True)) for row in failing]
        return candidate, counterexample(rows, share, subject)


def counterexample(
    rows: Sequence[Sequence[tuple[str, Any]]], share: Sharing, subject: Subject, tested: str | None = None
) -> str:
    """Why a test is false, as an engine may see it: with the rows that break it only where samples of their columns may
    be told. What is not called as a column is a value of the `tested` one."""

    def may_be_told(name: str) -> bool:
        column = name if subject.column(name) is not None else tested
        return column is not None and share.of(column) is Share.SAMPLES and not is_personal(share, column)

    shown = []
    for row in rows[:SHOWN_ROWS]:
        cells = [f"{name} {'NULL' if v is None else one_line(v, 60)}" for name, v in row if may_be_told(name)]
        shown += [", ".join(cells)] if cells else []
    if not shown:
        return "rows of the data break it" if share.node is not Share.NOTHING else "a check says otherwise"
    with also_personal(share.compared | share.personal.keys()):
        return visible(f"rows of the data break it, such as: {'; '.join(shown)}")


def _new(question: Question, passing: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """What no rule proposes, each once."""
    known = {_key(one) for one in question.derived}
    found = {_key(one): one for one in reversed(passing)}
    return tuple(one for key, one in reversed(found.items()) if key not in known)


def _key(candidate: Candidate) -> tuple[object, ...]:
    if candidate.target.column is not None:
        return candidate.target.column.casefold(), candidate.kind
    return None, candidate.kind, repr(sorted(candidate.arguments.items())).casefold()


def _there(subject: Subject, tests: ProjectTests) -> list[str]:
    """The tests that people wrote for the node, in a line each."""
    return [
        _line(Candidate(subject.target(test.column), test.kind, Basis.TESTS, "", test.arguments))
        for test in tests.of(subject.node.unique_id)
        if test.kind != "singular"
    ]


def _told(subject: Subject, derived: Sequence[Candidate], share: Sharing) -> list[str]:
    """The derived tests in a line each, but for those of columns whose data nothing may be told of: that a rule
    proposes a test tells that the data keeps it."""
    if share.node is Share.NOTHING:
        return []
    closed = {column.name.casefold() for column in subject.columns if share.of(column.name) is Share.NOTHING}
    return [line for line in map(_line, derived) if not closed & set(re.findall(r"\w+", line.casefold()))]


def _line(candidate: Candidate) -> str:
    """A test without what it says of values, which come from the data in places."""
    shown = candidate.kind if "values" in candidate.kind else candidate.shown
    return f"{candidate.target.column or 'the whole'}: {shown}"


def _said(test: ProposedTest) -> str:
    """A proposed test in a line, as it was proposed."""
    given = [("columns", ", ".join(test.columns)), ("values", ", ".join(test.values)), ("minimum", test.minimum)]
    given += [("maximum", test.maximum), ("to", test.to), ("total_of", test.total_of), ("expression", test.expression)]
    told = "; ".join(f"{name} {value}" for name, value in given if value not in (None, ""))
    return f"{test.kind} ({told})"
