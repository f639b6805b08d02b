"""What the report says of tests: those that are there, those that are written, those that fail on the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dbt_ai.edits.lock import TestEntry
from dbt_ai.project.values import DataTest, Node, Project
from dbt_ai.tasks.testing.generics import meaning_of
from dbt_ai.tasks.testing.proving import Proven
from dbt_ai.tasks.testing.remembering import entry_for
from dbt_ai.tasks.testing.values import Basis, Candidate
from dbt_ai.tasks.testing.writing import WrittenTest
from dbt_ai.values import Outcome, OutcomeKind, Target, TierTotals, Verdict, VerdictKind

MAX_CELLS = 6  # of a row that fails
MAX_CELL = 40


def there(project: Project, tests: Sequence[DataTest], remembered: Sequence[TestEntry]) -> Iterator[Outcome]:
    """The tests that a node has: ours where the lock file knows them, else a person's."""
    for test in tests:
        if not test.enabled or test.node is None:
            continue
        kind, arguments = meaning_of(project, test.kind, test.arguments)
        target, node = Target(test.node, test.column), project.nodes[test.node]
        shown = Candidate(target, test.kind, Basis.TESTS, "", arguments).shown if kind != "singular" else _name(test)
        entry = entry_for(project, test, remembered)
        what, who = (OutcomeKind.CURRENT, entry.engine) if entry else (OutcomeKind.KEPT, None)
        yield Outcome(target, what, shown, who, path=_path(node))


def written_outcome(item: WrittenTest, proven: Proven) -> Outcome:
    """A test that is written: why, on what verdict, and how many of the faults it notices."""
    candidate = item.candidate
    verdict = next(verdict for one, verdict in proven.verdicts if one is candidate)
    notices = next((chosen.notices for chosen in proven.choice.chosen if chosen.candidate is candidate), 0)
    detail = candidate.why
    if verdict.kind is VerdictKind.REFUTED:
        detail = f"{detail} It fails today: {_failing(verdict)}"
    elif notices:
        detail = f"{detail} It notices {notices} of the faults that were tried."
    return Outcome(
        candidate.target,
        OutcomeKind.WRITTEN,
        candidate.shown,
        candidate.engine,
        (verdict,),
        item.edit.path,
        detail=detail,
    )


def failing_outcome(node: Node, candidate: Candidate, verdict: Verdict) -> Outcome:
    """A test that should pass by more than the data, and does not: something is wrong with the data. Or one that rests
    on the rows that were copied, and fails on all."""
    copied = "holds in the rows that were copied, and not in all."
    said = f"should hold. {candidate.why}" if candidate.believed else copied
    detail = f"{candidate.shown} {said} {_failing(verdict)}"
    return Outcome(
        candidate.target,
        OutcomeKind.REFUTED,
        candidate.shown,
        candidate.engine,
        (verdict,),
        _path(node),
        "test-fails",
        detail,
    )


def unwritable_outcome(node: Node, candidate: Candidate) -> Outcome:
    """A test that passes, and that the project has no words for."""
    detail = f"{candidate.shown} holds, but the project has another generic test of that name; write it by hand."
    return Outcome(
        candidate.target,
        OutcomeKind.REFUSED,
        candidate.shown,
        candidate.engine,
        (),
        _path(node),
        "test-name-taken",
        detail,
    )


def derived_totals(derived: Mapping[str, Sequence[Candidate]]) -> TierTotals:
    """What the rules propose without asking anybody."""
    count = sum(len(candidates) for candidates in derived.values())
    return TierTotals("derived", tried=count, accepted=count)


def notices_of(project: Project, proven: Mapping[str, Proven]) -> Iterator[str]:
    """What could not be tried, in whole sentences."""
    for unique_id, one in proven.items():
        name = project.nodes[unique_id].name
        if one.notice is not None:
            yield f"Tests of {name} were not tried on every fault: {one.notice.rstrip('.')}."
        for candidate, verdict in one.unproven:
            yield f"{candidate.shown} of {name} was not written: {verdict.detail}"


def _failing(verdict: Verdict) -> str:
    first = ", ".join(f"{name} {_cell(value)}" for name, value in verdict.rows[0][:MAX_CELLS]) if verdict.rows else ""
    return f"{verdict.detail[:-1]}, such as {first}." if first else verdict.detail


def _cell(value: Any) -> str:
    text = "NULL" if value is None else str(value)
    return text if len(text) <= MAX_CELL else f"{text[:MAX_CELL]}…"


def _name(test: DataTest) -> str:
    return test.unique_id.split(".")[2] if test.unique_id.count(".") >= 2 else test.unique_id


def _path(node: Node) -> str | None:
    return node.place.path if node.place else None
