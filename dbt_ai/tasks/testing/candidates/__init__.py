"""Data tests that somebody could want of a node, one rule a file: pure functions on evidence.

A candidate is only a proposal: what is written has run and passed, can fail, and notices what no other test does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from dbt_ai.tasks.testing.candidates.accepted_values import accepted_values
from dbt_ai.tasks.testing.candidates.keys import keys
from dbt_ai.tasks.testing.candidates.lookups import lookups
from dbt_ai.tasks.testing.candidates.not_null import not_null
from dbt_ai.tasks.testing.candidates.orderings import orderings
from dbt_ai.tasks.testing.candidates.ranges import ranges
from dbt_ai.tasks.testing.candidates.relationships import relationships
from dbt_ai.tasks.testing.candidates.totals import totals
from dbt_ai.tasks.testing.candidates.upstream import upstream
from dbt_ai.tasks.testing.subject import Subject
from dbt_ai.tasks.testing.values import Candidate

RULES: tuple[Callable[[Subject], Iterable[Candidate]], ...] = (
    keys,
    lookups,
    relationships,
    upstream,
    not_null,
    accepted_values,
    ranges,
    orderings,
    totals,
)


def candidates_of(subject: Subject) -> tuple[Candidate, ...]:
    """Everything that the rules propose for a node; of the same test twice the first."""
    if subject.node.resource_type == "snapshot":
        return ()  # dbt keeps its key, and its source has the values
    if subject.is_read_as_a_source or (subject.is_tested_below and subject.own.resource_type == "model"):
        return ()
    found: dict[tuple[object, ...], Candidate] = {}
    for rule in RULES if not subject.is_tested_below else (lookups,):
        for candidate in rule(subject):
            same = (candidate.target, candidate.kind)
            key = same if candidate.target.column is not None else (*same, repr(sorted(candidate.arguments.items())))
            found.setdefault(key, candidate)
    return tuple(found.values())
