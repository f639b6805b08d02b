"""Data tests that the small classifier holds worth trying: the student's part in testing, which needs no weights.

Its word is whether a test is meant: a column of few rows is easily unique by chance. The rows say whether it holds, and
are bounded as for every test that rests on data; that a column is a key is a law with the probability that the
classifier gives it (see overfitting.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from dbt_ai.checks.data_tests import run_check
from dbt_ai.checks.sandbox import Sandbox
from dbt_ai.distill.classifier.applying import Classifier
from dbt_ai.distill.classifier.features import features_of
from dbt_ai.evidence.data_test_prompt import MAX_VALUES, ProposedTest
from dbt_ai.sql.names import quoted_relation
from dbt_ai.tasks.testing import overfitting
from dbt_ai.tasks.testing.project_tests import ProjectTests
from dbt_ai.tasks.testing.proposed import Targets, Unusable, candidate_of, targets_of
from dbt_ai.tasks.testing.subject import Column, Subject
from dbt_ai.tasks.testing.values import Candidate
from dbt_ai.values import TierTotals, VerdictKind

NAME = "classifier"


@dataclass(frozen=True)
class Classified:
    """All candidates by node, those that it proposes and the data does not contradict among them, and what it did."""

    candidates: Mapping[str, tuple[Candidate, ...]]
    totals: TierTotals


def classified(
    subjects: Mapping[str, Subject],
    known: Mapping[str, tuple[Candidate, ...]],
    tests: ProjectTests,
    sandbox: Sandbox,
    classifier: Classifier,
) -> Classified:
    """The `known` candidates with its own, run on the data. Of a test that is known already only one that nobody else
    believes is looked at: there its word may decide."""
    found: dict[str, tuple[Candidate, ...]] = {}
    accepted = refuted = tried = 0
    for unique_id, subject in subjects.items():
        own = {(one.target.column, one.kind): one for one in known[unique_id]}
        passing: dict[tuple[str | None, str], Candidate] = {}
        for candidate in proposals_of(subject, classifier):
            key = (candidate.target.column, candidate.kind)
            before = own.get(key)
            if before is not None and before.alarm <= overfitting.MAX_ALARM:
                continue
            tried += 1
            verdict = run_check(tests.check(candidate), quoted_relation(subject.own.relation), sandbox)
            refuted += verdict.kind is VerdictKind.REFUTED
            if verdict.writable and candidate.alarm <= overfitting.MAX_ALARM:
                passing[key] = replace(candidate, role=before.role) if before is not None else candidate
        accepted += len(passing)
        others = (one for one in known[unique_id] if (one.target.column, one.kind) not in passing)
        found[unique_id] = (*others, *passing.values())
    silent = tried - accepted - refuted
    return Classified(found, TierTotals(NAME, tried=tried, accepted=accepted, refuted=refuted, silent=silent))


def proposals_of(subject: Subject, classifier: Classifier) -> Iterator[Candidate]:
    """The tests that are worth trying by the classifier, of a model that has rows, each with the bound of its alarm."""
    if subject.node.resource_type != "model" or not subject.has_sql or not subject.rows or subject.is_tested_below:
        return
    targets = targets_of(subject, ())
    parents = {key: one.relation for key, one in subject.evidence.items()}
    for column in subject.columns:
        features = features_of(subject.own, column.name, parents)
        kind, _ = classifier.type_of(features)
        for test in _tests(subject, column, kind, classifier.tests_of(features), targets):
            try:
                made = candidate_of(subject, test, targets, NAME)
            except Unusable:
                continue
            if made.kind == "unique" and made.alarm:
                law = min(classifier.worth("unique", features), overfitting.NAMED)
                made = replace(made, alarm=overfitting.of_uniqueness(column.values, law=law))
            label = classifier.tests.get(test.kind) or classifier.types[kind]
            why = ", ".join(name for name, weight in label.deciding(features) if weight > 0)
            yield replace(made, why=f"Columns like this one often have it: {why or 'by its type'}.")


def _tests(
    subject: Subject, column: Column, kind: str, worth: Collection[str], targets: Targets
) -> Iterator[ProposedTest]:
    """What to try of a column that is of a `kind`. A value that a model passes on is that model's to test."""
    profile = column.profile
    if profile is None or not column.values:
        return
    one = (column.name,)
    if "unique" in worth and profile.unique:
        yield ProposedTest("unique", one)
    if "not_null" in worth and column.filled and subject.from_maker(column) is None:
        yield ProposedTest("not_null", one)
    if subject.from_model(column) is not None:
        return
    values = profile.all_values or ()
    if "accepted_values" in worth and kind == "category" and 2 <= len(values) <= MAX_VALUES:
        yield ProposedTest("accepted_values", one, values)
    if "accepted_range" in worth and subject.is_computed_with(column) and not subject.passes_on:
        is_share = kind == "ratio" and profile.maximum is not None and float(profile.maximum) <= 1
        yield ProposedTest("accepted_range", one, minimum=0, maximum=1 if is_share else None)
    named = [key for key, ref in targets.keys.items() if ref.column.casefold() == column.name.casefold()]
    if (kind == "reference" or "relationships" in worth) and len(named) == 1:
        yield ProposedTest("relationships", one, to=named[0])
