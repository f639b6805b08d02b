"""The smallest set of tests that notices the most, of those that pass and can fail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dbt_ai.checks.data_tests.trials import Trial
from dbt_ai.tasks.testing.values import Basis, Candidate, Role

FEW = 3  # tests beyond keys and references for each node; more, up to one for each column that it computes, where
# each notices a fault in the SQL that nothing else does
# What a test is worth: a point for each fault that nothing notices yet, and more for values that are wrong and look
# right, which no other kind of test sees, and for a kind of error that no test of the node notices yet.
WEIGHTS = {"wrong sign": 4, "truncated strings": 4, "shifted dates": 4, "wrong unit": 2}
NEW_KIND = 1
LISTS = ("accepted_values",)  # they tell readers what there is
LEAST = 4  # worth of a test; less for what notices a fault in the SQL, or goes with a reference
_BASES = tuple(Basis)
_KINDS = ("accepted_values", "not_null", "expression_is_true", "singular", "accepted_range", "unique")


@dataclass(frozen=True)
class Chosen:
    """A candidate that is to be written, and how many faults it notices that were tried."""

    candidate: Candidate
    notices: int


@dataclass(frozen=True)
class Choice:
    """What is written; what cannot fail; how many faults in SQL differ on the data, and are noticed by all tests."""

    chosen: tuple[Chosen, ...] = ()
    vacuous: tuple[Candidate, ...] = ()
    mutants: int = 0
    killed: int = 0


def choose(
    candidates: Sequence[Candidate], trials: Sequence[Trial], existing: int, beyond: int, computed: int
) -> Choice:
    """Chooses among `candidates`, whose places in the trials follow those of the `existing` checks of the node.

    Keys are always chosen, references where they notice what keys do not, and of the others greedily the one that is
    worth the most by the faults that nothing chosen, and no test of a parent, notices: `FEW` of them, and up to one for
    each of the `computed` columns more, as long as each notices a fault in SQL; `beyond` are there already. What no
    trial makes fail is never chosen, nor, but for lists of values, what only other SQL makes fail: what is right by the
    SQL is for unit tests to hold.
    """
    places = range(existing, existing + len(candidates))
    reached = [trial for trial in trials if trial.reached]
    able = {place for trial in reached for place in trial.caught if place >= existing}
    open_trials = [trial for trial in reached if not trial.above]
    noticed = {place: {n for n, trial in enumerate(open_trials) if place in trial.caught} for place in places}
    done = {n for n, trial in enumerate(open_trials) if any(place < existing for place in trial.caught)}
    chosen: list[int] = []

    def take(place: int) -> None:
        chosen.append(place)
        done.update(noticed[place])

    role = {place: candidates[place - existing].role for place in places}
    for place in places:
        if place in able and role[place] is Role.KEY:
            take(place)
    for place in places:
        if place in able and role[place] is Role.REFERENCE and noticed[place] - done:
            take(place)
    referring = {candidates[place - existing].target.column for place in chosen if role[place] is Role.REFERENCE}
    others = [
        place
        for place in places
        if place in able
        and role[place] is Role.OTHER
        and (candidates[place - existing].kind in LISTS or any(not open_trials[n].in_sql for n in noticed[place]))
    ]
    for number in range(beyond, FEW + computed):
        kinds = {open_trials[n].fault for n in done}

        def worth(place: int, kinds: set[str] = kinds, is_more: bool = number >= FEW) -> int:
            new = [open_trials[n] for n in noticed[place] - done]
            in_sql = any(trial.in_sql for trial in new)
            if not new or (is_more and not in_sql):
                return 0
            of_errors = {trial.fault for trial in new if not trial.in_sql}
            found = sum(WEIGHTS.get(trial.fault, 1) for trial in new) + NEW_KIND * len(of_errors - kinds)
            candidate = candidates[place - existing]
            refers = candidate.kind == "not_null" and candidate.target.column in referring
            return found if in_sql or refers or found >= LEAST else 0

        best = max(others, key=lambda p: (worth(p), *_rank(candidates[p - existing]), -p), default=None)
        if best is None or not worth(best):
            break
        others.remove(best)
        take(best)
    mutants = [trial for trial in reached if trial.in_sql]
    kept = {*range(existing), *chosen}
    return Choice(
        tuple(Chosen(candidates[p - existing], sum(p in trial.caught for trial in reached)) for p in sorted(chosen)),
        tuple(candidates[place - existing] for place in places if place not in able),
        len(mutants),
        sum(bool(trial.caught & kept) for trial in mutants),
    )


def choose_untried(candidates: Sequence[Candidate], beyond: int) -> Choice:
    """The choice where no fault could be tried: keys, references, and closed lists that do not rest on data alone."""
    sure = [one for one in candidates if one.role is not Role.OTHER]
    lists = [one for one in candidates if one.kind == "accepted_values" and one.believed]
    room = max(0, FEW - beyond)
    return Choice(tuple(Chosen(one, 0) for one in (*sure, *lists[:room])))


def _rank(candidate: Candidate) -> tuple[int, int]:
    """Of two that notice as much, the one that rests on more, then the simpler one."""
    return (-_BASES.index(candidate.basis), -_KINDS.index(candidate.kind) if candidate.kind in _KINDS else -len(_KINDS))
