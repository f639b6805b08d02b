"""From the candidates of one node to those that pass, can fail, and notice the most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from dbt_ai.checks.data_tests import DataCheck, run_check
from dbt_ai.checks.data_tests.trials import Read, Trials, try_model, try_relation
from dbt_ai.checks.sandbox import Sandbox
from dbt_ai.sql.names import quoted_relation
from dbt_ai.sql.values import ColumnKind
from dbt_ai.tasks.testing.choosing import Choice, choose, choose_untried
from dbt_ai.tasks.testing.overfitting import MAX_ALARM
from dbt_ai.tasks.testing.project_tests import ProjectTests
from dbt_ai.tasks.testing.subject import Subject
from dbt_ai.tasks.testing.values import Basis, Candidate, Role
from dbt_ai.values import Verdict, VerdictKind

_COMPUTED = (ColumnKind.AGGREGATED, ColumnKind.COMPUTED, ColumnKind.WINDOWED)


@dataclass(frozen=True)
class Proven:
    """What became of the candidates of one node. `failing` rest on more than the data and fail on it; `lost` rest on
    the rows that were copied, and fail on all those in the warehouse. `notice` says why what was chosen could not be
    tried on faults, or not on all."""

    choice: Choice = field(default_factory=Choice)
    verdicts: tuple[tuple[Candidate, Verdict], ...] = ()
    failing: tuple[tuple[Candidate, Verdict], ...] = ()
    unproven: tuple[tuple[Candidate, Verdict], ...] = ()
    lost: tuple[tuple[Candidate, Verdict], ...] = ()
    notice: str | None = None


def prove(
    subject: Subject,
    candidates: Sequence[Candidate],
    tests: ProjectTests,
    sandbox: Sandbox,
    above: Mapping[str, Sequence[DataCheck]],
    beyond: int,
) -> Proven:
    """The tests among `candidates` that are to be written for a node. `above` are the checks of the relations around
    it by unique_id, those that this run writes among them; `beyond` is how many tests it has beyond keys and
    references."""
    relation = quoted_relation(subject.own.relation)
    passing: list[Candidate] = []
    verdicts: list[tuple[Candidate, Verdict]] = []
    for candidate in candidates:
        if candidate.alarm > MAX_ALARM:
            continue
        if subject.rows == 0 and not (candidate.role is Role.KEY and candidate.basis is Basis.SQL):
            continue  # without rows only what the SQL says can be known
        verdict = run_check(tests.check(candidate), relation, sandbox)
        verdicts.append((candidate, verdict))
        if verdict.writable:
            passing.append(candidate)
    passing = [one for one in passing if not _is_wider(one, passing)]
    failing = [(c, v) for c, v in verdicts if v.kind is VerdictKind.REFUTED and c.believed]
    unproven = [(c, v) for c, v in verdicts if v.kind is VerdictKind.UNPROVEN and v.reason != "query-failed"]
    existing = tests.checks(subject.node.unique_id)
    if subject.rows == 0:
        return Proven(choose_untried(passing, beyond), tuple(verdicts), tuple(failing), tuple(unproven))
    tried = try_checks(subject, [*existing, *(tests.check(candidate) for candidate in passing)], sandbox, above)
    if tried.trials:
        choice = choose(passing, tried.trials, len(existing), beyond, _computed(subject))
    else:
        choice = choose_untried([one for one in passing if not _never_fails(subject, one)], beyond)
    return Proven(choice, tuple(verdicts), tuple(failing), tuple(unproven), notice=tried.notice)


def _is_wider(candidate: Candidate, others: Sequence[Candidate]) -> bool:
    """Whether one column of a unique combination is unique alone."""
    names = candidate.arguments.get("combination_of_columns") or ()
    alone = {other.target.column for other in others if other.kind == "unique"}
    return any(name in alone for name in names)


def try_checks(
    subject: Subject, checks: Sequence[DataCheck], sandbox: Sandbox, above: Mapping[str, Sequence[DataCheck]]
) -> Trials:
    """What the checks of a node notice of the faults that are tried on it. `above` as for `prove`."""
    own, facts = subject.own, subject.facts
    if own.sql is None or facts is None:
        return try_relation(sandbox.connection, Read(own.relation, subject.joined), checks)
    if any(relation not in subject.evidence for relation in facts.base_relations):
        return Trials((), "it reads relations that are not known")
    reads = [_read(subject, relation, above) for relation in facts.base_relations]
    return try_model(sandbox.connection, own.sql, reads, checks)


def _read(subject: Subject, relation: str, above: Mapping[str, Sequence[DataCheck]]) -> Read:
    node = subject.project.nodes[relation]
    joined = replace(subject, node=node).joined
    return Read(subject.evidence[relation].relation, joined, tuple(above.get(relation, ())))


def _computed(subject: Subject) -> int:
    return sum(column.kind in _COMPUTED for column in subject.facts.columns) if subject.facts else 0


def _never_fails(subject: Subject, candidate: Candidate) -> bool:
    """Whether the SQL alone, whatever its parents hold, makes the test pass."""
    column = subject.column(candidate.target.column or "")
    facts = column.facts if column else None
    if facts is None or candidate.kind != "not_null":
        return False
    return facts.nullability.never and not facts.nullability.relies_on
