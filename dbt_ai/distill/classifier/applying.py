"""Applies what was learnt, without any library: a sum of weights for each label, and the logistic function."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from dbt_ai.errors import UsageError

FILE = Path(__file__).with_name("classifier.json")


@dataclass(frozen=True)
class Label:
    """What decides about one label: a bias, the weights of features, and the probability from which it is believed."""

    bias: float
    weights: Mapping[str, float]
    threshold: float = 0.5

    def probability(self, features: Collection[str]) -> float:
        """Of a column with these features."""
        total = math.fsum([self.bias, *(self.weights.get(feature, 0.0) for feature in features)])  # in any order
        return 1 / (1 + math.exp(-total)) if total > -700 else 0.0

    def deciding(self, features: Collection[str], most: int = 4) -> list[tuple[str, float]]:
        """The features that say most, for it or against it, with their weights."""
        found = [(name, self.weights[name]) for name in features if self.weights.get(name)]
        return sorted(found, key=lambda one: (-abs(one[1]), one[0]))[:most]


@dataclass(frozen=True)
class Classifier:
    """`types` by what a column is, one against the rest, and `tests` by what is worth trying; `card` says what it was
    taught on, and how well it does on what it was not."""

    types: Mapping[str, Label]
    tests: Mapping[str, Label]
    card: Mapping[str, Any] = field(default_factory=dict)

    def type_of(self, features: Collection[str]) -> tuple[str, float]:
        """What a column with these features most likely is, and the share of its probability."""
        each = {name: label.probability(features) for name, label in self.types.items()}
        best = max(each, key=lambda name: (each[name], name))
        return best, each[best] / sum(each.values())

    def worth(self, kind: str, features: Collection[str]) -> float:
        """The probability that a test of that kind is worth trying; 0 for a kind that it does not know."""
        label = self.tests.get(kind)
        return label.probability(features) if label else 0.0

    def tests_of(self, features: Collection[str]) -> tuple[str, ...]:
        """The kinds of test that are worth trying."""
        return tuple(kind for kind, label in self.tests.items() if label.probability(features) >= label.threshold)


def text_of(classifier: Classifier) -> str:
    """The classifier as JSON: the card first, a line a label, the heaviest features first."""
    lines = [f'"card": {json.dumps(classifier.card)}']
    for part in ("types", "tests"):
        labels = getattr(classifier, part)
        each = [f" {json.dumps(name)}: {json.dumps(_ordered(label))}" for name, label in labels.items()]
        lines.append(f'"{part}": {{\n' + ",\n".join(each) + "\n}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _ordered(label: Label) -> dict[str, Any]:
    weights = dict(sorted(label.weights.items(), key=lambda one: (-abs(one[1]), one[0])))
    return {**asdict(label), "weights": weights}


@cache
def read_classifier(path: Path = FILE) -> Classifier:
    """The classifier in a file; by default the one that comes with the package. Raises UsageError."""
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        types, tests = ({name: Label(**label) for name, label in known[part].items()} for part in ("types", "tests"))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UsageError(f"{path} is no classifier: {error}.") from error
    return Classifier(types, tests, known.get("card", {}))
