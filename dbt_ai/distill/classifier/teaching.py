"""Teaches the classifier on cases, with scikit-learn: a logistic regression for each label, over all features.

Sparse by an L1 penalty (Tibshirani, 1996), so that the weights can be read. Each case is learnt from twice, with what
is declared of the relations that it reads and without, for many projects declare nothing. What is told of its quality,
and the thresholds, are from cross-validation in which the columns of one case are never on both sides. Needs
dbtai[distill].
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dbt_ai.distill.cases import DIALECT, Case, Lesson
from dbt_ai.distill.classifier.applying import Classifier, Label, text_of
from dbt_ai.distill.classifier.features import features_of
from dbt_ai.distill.classifier.scoring import accuracy, f1, precision_and_recall
from dbt_ai.errors import UsageError
from dbt_ai.sql.facts import facts_of
from dbt_ai.sql.query import parse_query

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FOLDS = 5
MIN_CASES = 4  # that have a feature
MIN_OF_A_LABEL = 8  # columns; fewer are not learnt
KINDS = ("accepted_range", "accepted_values", "not_null", "relationships", "unique")  # tests of one column
DIGITS = 3  # of a weight
PENALTY = 1.0  # C of scikit-learn: less is sparser
LEAST_PRECISION = 0.9  # of a test that is proposed
_SEED = 1


@dataclass(frozen=True)
class Example:
    """One column: the case that it is from, its features, and what is right about it."""

    case: str
    features: frozenset[str]
    lesson: Lesson


def examples_of(cases: Sequence[Case]) -> list[Example]:
    """The columns of the cases."""
    import duckdb

    found = []
    with duckdb.connect() as connection:
        for case in cases:
            relation = replace(case.evidence.relation, columns=_typed(case, connection))
            evidence = replace(case.evidence, relation=relation)
            parents = {relation.key: relation for relation in case.relations}
            for lesson in case.lessons:
                found.append(Example(case.id, features_of(evidence, lesson.column, parents), lesson))
    return found


def undeclared(case: Case) -> Case:
    """The case as it is where nobody declared keys, values that must be there, or references."""
    relations = tuple(
        replace(relation, unique_keys=(), not_null=frozenset(), foreign_keys=()) for relation in case.relations
    )
    facts = facts_of(parse_query(case.evidence.sql or "", DIALECT, relations))
    return replace(case, evidence=replace(case.evidence, facts=facts), relations=relations)


def _typed(case: Case, connection: DuckDBPyConnection) -> tuple[tuple[str, str | None], ...]:
    """The columns with the types that DuckDB gives them, as a project's warehouse would."""
    connection.begin()
    for relation in case.relations:
        columns = ", ".join(f'"{name}" {type_}' for name, type_ in relation.columns)
        connection.execute(f'CREATE TABLE "{relation.parts[2]}" ({columns})')
    described = connection.execute(f"DESCRIBE {(case.evidence.sql or '').strip().rstrip(';')}").fetchall()
    connection.rollback()
    return tuple((str(row[0]), str(row[1])) for row in described)


def teach(cases: Sequence[Case]) -> Classifier:
    """A classifier of the cases. The same cases give the same one. Raises UsageError where scikit-learn is missing."""
    examples = [*examples_of(cases), *examples_of([undeclared(case) for case in cases])]
    unseen = cross_validated(examples)
    thresholds = {kind: _threshold(kind, examples, unseen) for kind in _kinds(examples)}
    found = learn(examples, thresholds)
    return replace(found, card=_card(cases, examples, unseen, found))


def teach_into(cases: Sequence[Case], folder: Path) -> Path:
    """Teaches a classifier and writes it into `folder`; the path of its file. Raises UsageError."""
    path = folder / "classifier.json"
    text = text_of(teach(cases))
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def estimators_of(examples: Sequence[Example]) -> tuple[list[str], dict[tuple[str, str], Any]]:
    """The features that are learnt from, and scikit-learn's estimator for each label, by ("types" or "tests", label),
    with the rounded weights that are written."""
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise UsageError("scikit-learn is not installed: pip install 'dbtai[distill]'.") from error
    names = _vocabulary(examples)
    matrix = matrix_of(names, examples)
    found: dict[tuple[str, str], Any] = {}
    for part, label in [("types", one) for one in _types(examples)] + [("tests", one) for one in _kinds(examples)]:
        wanted = [_has(example.lesson, part, label) for example in examples]
        # Without class weights, which were measured to be worse here, and would bend the probabilities.
        estimator = LogisticRegression(C=PENALTY, l1_ratio=1.0, solver="liblinear", random_state=_SEED, tol=1e-3)
        estimator.fit(matrix, wanted)
        estimator.coef_, estimator.intercept_ = estimator.coef_.round(DIGITS), estimator.intercept_.round(DIGITS)
        found[part, label] = estimator
    return names, found


def matrix_of(names: Sequence[str], examples: Sequence[Example]) -> Any:
    """A sparse matrix: a row an example, a column a feature, in the order of `names`."""
    from sklearn.feature_extraction.text import CountVectorizer

    vectorizer = CountVectorizer(vocabulary=list(names), analyzer=list, dtype=float)
    return vectorizer.transform([example.features for example in examples])


def learn(examples: Sequence[Example], thresholds: Mapping[str, float] | None = None) -> Classifier:
    """What the examples teach, without a card."""
    names, estimators = estimators_of(examples)
    parts: dict[str, dict[str, Label]] = {"types": {}, "tests": {}}
    for (part, label), estimator in estimators.items():
        weights = {name: float(w) for name, w in zip(names, estimator.coef_[0], strict=True) if w}
        threshold = (thresholds or {}).get(label, 0.5) if part == "tests" else 0.5
        parts[part][label] = Label(float(estimator.intercept_[0]), weights, threshold)
    return Classifier(parts["types"], parts["tests"])


def cross_validated(examples: Sequence[Example]) -> list[tuple[str, dict[str, float]]]:
    """For each example its type and the worth of each test, by a classifier that saw no column of its case."""
    cases = sorted({example.case for example in examples})
    found: dict[int, tuple[str, dict[str, float]]] = {}
    for fold in range(FOLDS):
        apart = set(cases[fold::FOLDS])
        learnt = learn([example for example in examples if example.case not in apart])
        for number, example in enumerate(examples):
            if example.case in apart:
                worth = {kind: learnt.worth(kind, example.features) for kind in learnt.tests}
                found[number] = (learnt.type_of(example.features)[0], worth)
    return [found[number] for number in range(len(examples))]


def _threshold(kind: str, examples: Sequence[Example], unseen: Sequence[tuple[str, dict[str, float]]]) -> float:
    """The lowest probability, in steps of 0.05, from which tests are right often enough."""
    wanted = [kind in example.lesson.tests for example in examples]
    for step in range(4, 20):
        said = [worth.get(kind, 0.0) >= step / 20 for _, worth in unseen]
        if any(said) and precision_and_recall(wanted, said)[0] >= LEAST_PRECISION:
            return step / 20
    return 0.95


def _card(
    cases: Sequence[Case],
    examples: Sequence[Example],
    unseen: Sequence[tuple[str, dict[str, float]]],
    learnt: Classifier,
) -> dict[str, Any]:
    kinds = [type_ for type_, _ in unseen]
    right = [example.lesson.type for example in examples]
    return {
        "taught_on": "student/corpus, each case with what is declared of its relations and without",
        "cases": len(cases),
        "columns": sum(len(case.lessons) for case in cases),
        "domains": len({case.domain for case in cases}),
        "features": len(
            {name for part in (learnt.types, learnt.tests) for label in part.values() for name in label.weights}
        ),
        "folds": FOLDS,
        "type_accuracy": round(accuracy(right, kinds), 3),
        "type_f1": {
            name: round(f1([r == name for r in right], [k == name for k in kinds]), 3) for name in learnt.types
        },
        "tests": {kind: _of_test(kind, label.threshold, examples, unseen) for kind, label in learnt.tests.items()},
    }


def _of_test(
    kind: str, threshold: float, examples: Sequence[Example], unseen: Sequence[tuple[str, dict[str, float]]]
) -> dict[str, float]:
    wanted = [kind in example.lesson.tests for example in examples]
    said = [worth.get(kind, 0.0) >= threshold for _, worth in unseen]
    precision, recall = precision_and_recall(wanted, said)
    return {"precision": round(precision, 3), "recall": round(recall, 3), "f1": round(f1(wanted, said), 3)}


def _vocabulary(examples: Sequence[Example]) -> list[str]:
    cases = Counter(name for name, _ in {(name, one.case) for one in examples for name in one.features})
    return sorted(name for name, count in cases.items() if count >= MIN_CASES)


def _types(examples: Sequence[Example]) -> list[str]:
    counts = Counter(example.lesson.type for example in examples)
    return sorted(name for name, count in counts.items() if count >= MIN_OF_A_LABEL)


def _kinds(examples: Sequence[Example]) -> list[str]:
    counts = Counter(kind for example in examples for kind in example.lesson.tests)
    return [kind for kind in KINDS if counts[kind] >= MIN_OF_A_LABEL]


def _has(lesson: Lesson, part: str, label: str) -> bool:
    return lesson.type == label if part == "types" else label in lesson.tests
