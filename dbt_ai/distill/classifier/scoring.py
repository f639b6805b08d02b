"""How right labels are."""

from __future__ import annotations

from collections.abc import Sequence


def accuracy(right: Sequence[str], said: Sequence[str]) -> float:
    """The share that is the same.

    >>> accuracy(["key", "date"], ["key", "key"])
    0.5
    """
    return sum(one == other for one, other in zip(right, said, strict=True)) / max(len(right), 1)


def precision_and_recall(right: Sequence[bool], said: Sequence[bool]) -> tuple[float, float]:
    """Of what was said, the share that is right; of what is right, the share that was said. 0 where there is none.

    >>> precision_and_recall([True, True, False], [True, False, False])
    (1.0, 0.5)
    """
    both = sum(one and other for one, other in zip(right, said, strict=True))
    return both / max(sum(said), 1), both / max(sum(right), 1)


def f1(right: Sequence[bool], said: Sequence[bool]) -> float:
    """The harmonic mean of precision and recall.

    >>> round(f1([True, True, False], [True, False, False]), 3)
    0.667
    """
    precision, recall = precision_and_recall(right, said)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
