"""Tests that were written once: the lock file knows them, so that one that a person has deleted does not come back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from dbt_ai.edits.lock import TestEntry
from dbt_ai.project.values import Project
from dbt_ai.tasks.testing.values import Candidate


def entry_of(candidate: Candidate) -> TestEntry:
    """What the lock file keeps of a test that is written."""
    target = candidate.target
    return TestEntry(target.unique_id, target.column, candidate.kind, digest(candidate), candidate.basis.value)


def is_remembered(candidate: Candidate, entries: Iterable[TestEntry]) -> bool:
    """Whether the test was written once. On a column the kind counts, whatever its arguments were; of a whole node the
    arguments count, too."""
    target, kind = candidate.target, candidate.kind
    for entry in entries:
        same = (entry.unique_id, entry.test) == (target.unique_id, kind)
        same = same and (entry.column or "").casefold() == (target.column or "").casefold()
        if same and (target.column is not None or entry.arguments == digest(candidate)):
            return True
    return False


def gone(project: Project, entries: Iterable[TestEntry]) -> list[TestEntry]:
    """The entries of nodes that are not there any more."""
    known = {*project.nodes, *(node.unique_id for node in project.disabled)}
    return [entry for entry in entries if entry.unique_id not in known]


def digest(candidate: Candidate) -> str:
    """A hash of a test's arguments."""
    arguments = {**candidate.arguments, "to": candidate.references}
    text = json.dumps(arguments, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
