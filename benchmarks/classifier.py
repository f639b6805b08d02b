"""How right the small classifier is: what a column is, and which tests of it are worth trying, by label.

`python -m benchmarks classifier [--quick] [--weights N] [--folder FOLDER]`

On the fixed evaluation set with the classifier of the package, and by cross-validation on the corpus, where no column
of a case that is judged was learnt from; both with what is declared of the relations that a case reads, and without.
Beside it simple rules on names, and whoever says the most frequent answer: for a test "all" says it of every column,
and "none" of no column. `--quick` leaves cross-validation out, which needs dbtai[distill]; `--weights` prints the N
heaviest features of each label, and `--folder` teaches one on the corpus anew and keeps it there.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dbt_ai.distill.cases import read_cases
from dbt_ai.distill.classifier.applying import Classifier, read_classifier
from dbt_ai.distill.classifier.scoring import accuracy, f1, precision_and_recall
from dbt_ai.distill.classifier.teaching import KINDS, Example, cross_validated, examples_of, teach_into, undeclared

STUDENT = Path(__file__).resolve().parents[1] / "student"
CORPUS = sorted((STUDENT / "corpus").glob("*.jsonl"))
FIXED = STUDENT / "evaluation" / "fixed.jsonl"
Said = Sequence[tuple[str, frozenset[str]]]  # of each column, what it is and which tests are worth trying

_TYPES = (
    (r"^(is|has|was|are|can|should)_", "flag"),
    (r"(^|_)(at|ts|time|timestamp)$", "timestamp"),
    (r"(^|_)(on|date|day|month|year|week)$|^(date|day|month|year)_", "date"),
    (r"(^|_)(pct|percent|percentage|rate|ratio|share|fraction)$", "ratio"),
    (r"(^|_)(amount|price|cost|fee|revenue|sales|total|tax|balance|eur|usd|cents?)$", "money"),
    (r"(^|_)(days|hours|minutes|seconds|h|min|s|ms|age|duration)$", "duration"),
    (r"(^|_)(count|orders|users|customers|items|number_of_.*|n)$|^(n|num|count|number)_", "count"),
    (r"(^|_)(kg|g|km|m|m2|m3|l|kwh|mwh|qty|quantity|weight|length)$", "quantity"),
    (r"(^|_)(status|state|type|kind|class|category|segment|group|band|level|tier|phase|outcome)$", "category"),
    (r"(^|_)(code|cd)$", "code"),
    (r"(^|_)(name|title|label)$", "name"),
    (r"(^|_)(email|phone|mail)$", "contact"),
    (r"(^|_)(city|country|region|address|postcode|zip|street)$", "place"),
    (r"(^|_)(score|rank|rating|grade|points)$", "score"),
    (r"(^|_)(json|payload|properties|attributes)$", "json"),
)
_TESTS = {
    "key": {"not_null", "unique"},
    "reference": {"not_null", "relationships"},
    "category": {"accepted_values"},
    "flag": {"not_null"},
    **{kind: {"accepted_range"} for kind in ("money", "count", "quantity", "duration", "ratio", "score")},
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks classifier", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="the fixed set only")
    parser.add_argument("--weights", type=int, default=0, metavar="N")
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args(arguments)
    if options.folder:
        print(teach_into(read_cases(CORPUS), options.folder))
    classifier = read_classifier()
    if options.weights:
        _print_weights(classifier, options.weights)
    cases = read_cases([FIXED])
    figures = {}
    for name, given in (("declared", cases), ("undeclared", [undeclared(case) for case in cases])):
        examples = examples_of(given)
        said = [_said_by(classifier, example) for example in examples]
        figures[f"fixed_{name}"] = _judged(f"fixed set, {name}", examples, said)
    if not options.quick:
        cases = read_cases(CORPUS)
        parts = [examples_of(cases), examples_of([undeclared(case) for case in cases])]
        unseen = cross_validated([*parts[0], *parts[1]])
        thresholds = {kind: label.threshold for kind, label in classifier.tests.items()}
        said = [(type_, frozenset(k for k in KINDS if worth.get(k, 0.0) >= thresholds[k])) for type_, worth in unseen]
        half = len(parts[0])
        figures["corpus_declared"] = _judged("corpus, cross-validated, declared", parts[0], said[:half])
        figures["corpus_undeclared"] = _judged("corpus, cross-validated, undeclared", parts[1], said[half:])
    print(json.dumps(figures))
    return 0


def _said_by(classifier: Classifier, example: Example) -> tuple[str, frozenset[str]]:
    return classifier.type_of(example.features)[0], frozenset(classifier.tests_of(example.features))


def by_name(example: Example) -> tuple[str, frozenset[str]]:
    """What simple rules make of a column's name."""
    name = example.lesson.column.casefold()
    kind = next((kind for pattern, kind in _TYPES if re.search(pattern, name)), None)
    if re.search(r"(^|_)(id|no|key|nr|number|uuid)$", name):
        kind = "key" if "first column" in example.features else "reference"
    kind = kind or "text"
    return kind, frozenset(_TESTS.get(kind, ()))


def _judged(title: str, examples: Sequence[Example], said: Said) -> dict[str, Any]:
    """Prints the table of one set, and returns its figures."""
    right = [example.lesson.type for example in examples]
    named = [by_name(example) for example in examples]
    most, count = Counter(right).most_common(1)[0]
    ours, rules = accuracy(right, [kind for kind, _ in said]), accuracy(right, [kind for kind, _ in named])
    print(f"{title}: {len(examples)} columns, F1 by label")
    print(f"  {'what it is':18} columns  classifier  names  most frequent")
    for label in sorted(set(right)):
        wanted = [one == label for one in right]
        each = [f1(wanted, [kind == label for kind, _ in by]) for by in (said, named)]
        print(
            f"  {label:18} {sum(wanted):7} {each[0]:11.2f} {each[1]:6.2f} "
            f"{_of_all(wanted) if label == most else 0:14.2f}"
        )
    print(f"  {'accuracy':18} {len(right):7} {ours:11.3f} {rules:6.3f} {count / len(right):14.3f}")
    print(f"  {'tests':18} columns  precision  recall  F1    names' precision  recall  F1    all  none")
    tests = {}
    for kind in KINDS:
        wanted = [kind in example.lesson.tests for example in examples]
        each = []
        for by in (said, named):
            told = [kind in kinds for _, kinds in by]
            each += [*precision_and_recall(wanted, told), f1(wanted, told)]
        print(
            f"  {kind:18} {sum(wanted):7} {each[0]:10.2f} {each[1]:7.2f} {each[2]:5.2f} {each[3]:17.2f} {each[4]:7.2f} "
            f"{each[5]:5.2f} {_of_all(wanted):5.2f}  0.00"
        )
        tests[kind] = {"precision": round(each[0], 3), "recall": round(each[1], 3), "f1": round(each[2], 3)}
        tests[kind]["f1_by_names"] = round(each[5], 3)
    print(flush=True)
    return {
        "columns": len(right),
        "accuracy": round(ours, 3),
        "accuracy_by_names": round(rules, 3),
        "accuracy_most_frequent": round(count / len(right), 3),
        "tests": tests,
    }


def _of_all(wanted: Sequence[bool]) -> float:
    """F1 of whoever says it of every column."""
    return f1(wanted, [True] * len(wanted))


def _print_weights(classifier: Classifier, most: int) -> None:
    for part, labels in (("is", classifier.types), ("worth trying:", classifier.tests)):
        for name, label in labels.items():
            heavy = sorted(label.weights.items(), key=lambda one: -abs(one[1]))[:most]
            print(f"{part} {name}: " + ", ".join(f"{feature} {weight:+.1f}" for feature, weight in heavy))
