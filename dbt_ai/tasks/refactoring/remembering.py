"""Texts of engines that were written once: the lock file knows them, and nobody is asked for them again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from dbt_ai.edits.lock import TestEntry
from dbt_ai.evidence.refactor_prompt import GOALS
from dbt_ai.values import OutcomeKind

KIND = "refactor"  # in the lock file


def entry_of(unique_id: str, goal: str, before: str, after: str, verdict: str, engine: str) -> TestEntry:
    """What the lock file keeps of a text that is written for a goal in the place of another one."""
    return TestEntry(unique_id, None, KIND, f"{_name(goal)}:{_hash(before)}:{_hash(after)}", verdict, engine)


def settled(entries: Iterable[TestEntry], unique_id: str, goal: str, text: str) -> OutcomeKind | None:
    """Whether the `text` of a model is what was written for the goal (CURRENT), or what stood there before, put back
    by somebody (KEPT); None where it is neither."""
    for entry in entries:
        name, before, after = (*entry.arguments.split(":"), "", "")[:3]
        if (entry.unique_id, entry.test, name) == (unique_id, KIND, _name(goal)):
            if after == _hash(text):
                return OutcomeKind.CURRENT
            if before == _hash(text):
                return OutcomeKind.KEPT
    return None


def _name(goal: str) -> str:
    """A goal of ours by its name, others by a hash of their words."""
    return goal if goal in GOALS else f"goal-{_hash(' '.join(goal.split()))}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
