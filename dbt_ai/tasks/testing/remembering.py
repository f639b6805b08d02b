"""Tests that were written once: the lock file knows them.

One that a person has deleted does not come back. And what was written is not taken for more than it rested on: a run
sees the project as the run before saw it, so that nothing is added to what was chosen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dbt_ai.edits.lock import TestEntry
from dbt_ai.project.values import DataTest, Project
from dbt_ai.tasks.testing.generics import meaning_of
from dbt_ai.tasks.testing.values import Candidate


def entry_of(candidate: Candidate) -> TestEntry:
    """What the lock file keeps of a test that is written."""
    target = candidate.target
    arguments = _digest(candidate.kind, candidate.arguments)
    return TestEntry(
        target.unique_id, target.column, candidate.kind, arguments, candidate.basis.value, candidate.engine
    )


def is_remembered(candidate: Candidate, entries: Iterable[TestEntry]) -> bool:
    """Whether the test was written once. On a column the kind counts, whatever its arguments were; of a whole node the
    arguments count, too."""
    own = entry_of(candidate)
    return any(_same(own, entry) for entry in entries)


def entry_for(project: Project, test: DataTest, entries: Iterable[TestEntry]) -> TestEntry | None:
    """The entry of a test of the project that was written once, None for a person's."""
    if test.node is None:
        return None
    kind, arguments = meaning_of(project, test.kind, test.arguments)
    if kind == "singular":
        arguments = {"name": test.unique_id.split(".")[-1]}
    own = TestEntry(test.node, test.column, kind, _digest(kind, arguments), "")
    return next((entry for entry in entries if _same(own, entry)), None)


def without_ours(project: Project, entries: Sequence[TestEntry]) -> Project:
    """The project as it was before our tests were written."""
    theirs = tuple(test for test in project.data_tests if entry_for(project, test, entries) is None)
    return replace(project, data_tests=theirs)


def gone(project: Project, entries: Iterable[TestEntry]) -> list[TestEntry]:
    """The entries of nodes that are not there any more."""
    known = {*project.nodes, *(node.unique_id for node in project.disabled)}
    return [entry for entry in entries if entry.unique_id not in known]


def _same(one: TestEntry, other: TestEntry) -> bool:
    if (one.unique_id, one.test, (one.column or "").casefold()) != (
        other.unique_id,
        other.test,
        (other.column or "").casefold(),
    ):
        return False
    return one.column is not None or one.arguments == other.arguments


def _digest(kind: str, arguments: Mapping[str, Any]) -> str:
    """A hash of a test's arguments; the name of a singular test."""
    if kind == "singular":
        return str(arguments.get("name"))
    text = json.dumps(arguments, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
