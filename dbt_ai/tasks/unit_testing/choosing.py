"""The few small databases on which most faults of a model show: greedy, as the best choice is too dear to find."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from dbt_ai.checks.lifted.shrink import is_valid
from dbt_ai.tasks.unit_testing.matrix import Matrix
from dbt_ai.tasks.unit_testing.runs import Result, Runs
from dbt_ai.tasks.unit_testing.shrinking import shrunk
from dbt_ai.tasks.unit_testing.values import Case, Fault, Rows

_TRIED = 6  # databases of one step, where the order of rows counts on the first
_MORE = 4  # cases that are found beyond those that are wanted, as some can be made one
_MOST_ROWS = 10  # of two cases that are made one
_FEW = 3  # faults that a case shows alone: with more of them it is worth a test of its own
Candidate = tuple[int, int]
"""The number of a matrix, and that of a database in it."""


def choose(matrices: Sequence[Matrix], runs: Sequence[Runs], already: frozenset[Fault], most: int) -> tuple[Case, ...]:
    """At most `most` cases on which faults show that are not among `already`, none of them without a fault of its own.

    `runs` are opened, one for each matrix.
    """
    trials = [_Trials(matrix, its_runs) for matrix, its_runs in zip(matrices, runs, strict=True)]
    cases = _needed(_found(trials, already, most + _MORE), already)
    cases = _needed(_joined(trials, cases), already)
    best = sorted(cases, key=lambda case: -len(case.alone))[:most]
    return _needed([case for case in cases if case in best], already)


class _Trials:
    """A matrix with the means to look at one database closely."""

    def __init__(self, matrix: Matrix, runs: Runs) -> None:
        self.matrix = matrix
        self._runs = runs
        self._where: dict[int, set[int]] = {}  # by mutant, the databases that show it
        for number, killed in matrix.kills.items():
            for mutant in killed:
                self._where.setdefault(mutant, set()).add(number)

    def case(self, rows: Rows, wanted: Iterable[Fault], all_of_them: bool = False) -> Case | None:
        """A database made small, with the faults that show on it; None where none of those that are `wanted` does, or
        not all of them, whatever the order of its rows."""
        wanted = set(wanted)
        numbers = [number for number, fault in enumerate(self.matrix.faults) if fault in wanted]
        expected = self._runs.settled(rows)
        targets = self._runs.kills(rows, expected, numbers) if expected is not None else frozenset()
        if not targets or (all_of_them and len(targets) < len(numbers)):
            return None
        rows = self._shrunk(rows, targets)
        expected = self._runs.settled(rows)
        if expected is None:
            return None
        killed = self._runs.kills(rows, expected, range(len(self.matrix.mutants)))
        expected = self._telling(rows, expected, killed)
        faults = frozenset(self.matrix.faults[number] for number in killed)
        return Case(self.matrix.way, rows, expected.columns, expected.rows, faults, faults & wanted)

    def _telling(self, rows: Rows, expected: Result, killed: frozenset[int]) -> Result:
        """What is expected without columns that are NULL in every row, as long as the same mutants are killed; and
        without those whose names dbt cannot write."""
        expected = expected.only([name for name, _ in expected.columns if '"' not in name])
        filled = [name for place, (name, _) in enumerate(expected.columns) if any(row[place] for row in expected.rows)]
        names = [name for name, _ in expected.columns]
        if not filled or len({name.casefold() for name in names}) < len(names):
            return expected
        if self._runs.kills(rows, expected.only(filled), killed) == killed:
            return expected.only(filled)
        for name in [name for name in names if name not in filled]:
            fewer = expected.only([other for other, _ in expected.columns if other != name])
            if self._runs.kills(rows, fewer, killed) == killed:
                expected = fewer
        return expected

    def _shrunk(self, rows: Rows, targets: frozenset[int]) -> Rows:
        """What shows a fault nearly always shows those that show wherever it does: so only the others are asked."""
        hard = [one for one in targets if not any(self._is_harder(other, one) for other in targets)]
        hard.sort(key=lambda one: (len(self._where.get(one, ())), one))
        small = shrunk(self._runs, rows, hard, self.matrix.order_counts)
        expected = self._runs.on(small)
        if expected is not None and self._runs.all_killed(expected, targets - set(hard)):
            return small
        return shrunk(self._runs, rows, sorted(targets), self.matrix.order_counts)

    def _is_harder(self, one: int, other: int) -> bool:
        """Whether `one` shows on fewer databases than `other`, on all of which that one shows as well."""
        ours, theirs = self._where.get(one), self._where.get(other)
        if not ours or not theirs:  # it was found by running it on a database that was made small
            return False
        return ours < theirs or (ours == theirs and one < other)


def _found(trials: Sequence[_Trials], already: frozenset[Fault], most: int) -> list[Case]:
    left: dict[Candidate, frozenset[Fault]] = {
        (place, number): frozenset(one.matrix.faults[mutant] for mutant in killed)
        for place, one in enumerate(trials)
        for number, killed in one.matrix.kills.items()
    }
    cases: list[Case] = []
    seen = already
    while len(cases) < most:
        ranked = _ranked(trials, left, seen)[:_TRIED]
        if not ranked:
            break
        for place, number in ranked:
            faults = left.pop((place, number))
            case = trials[place].case(trials[place].matrix.rows[number], faults - seen)
            if case is not None:
                cases.append(case)
                seen |= case.kills
                break
    return cases


def _ranked(
    trials: Sequence[_Trials], left: Mapping[Candidate, frozenset[Fault]], seen: frozenset[Fault]
) -> list[Candidate]:
    """The databases that show something new, the best first: those that show much for their size."""
    scored = [
        (new / (3 + trials[place].matrix.sizes[number]), (place, number))
        for (place, number), found in left.items()
        if (new := len(found - seen))
    ]
    return [candidate for _, candidate in sorted(scored, key=lambda one: (-one[0], one[1]))]


def _joined(trials: Sequence[_Trials], cases: Sequence[Case]) -> list[Case]:
    """The cases, where two became one if everything that shows on them shows on the rows of both together."""
    done: list[Case] = []
    for case in cases:
        for place, other in enumerate(done):
            both = _both(trials, other, case)
            if both is not None:
                done[place] = both
                break
        else:
            done.append(case)
    return done


def _both(trials: Sequence[_Trials], one: Case, other: Case) -> Case | None:
    if one.way is not other.way or sum(map(len, (*one.rows.values(), *other.rows.values()))) > _MOST_ROWS:
        return None
    if min(len(one.alone), len(other.alone)) > _FEW:
        return None
    if not any(one.rows.values()) or not any(other.rows.values()):
        return None
    rows: Rows = {}
    for relation in one.way.relations:
        ours, theirs = one.rows[relation.key], other.rows[relation.key]
        rows[relation.key] = [*ours, *(row for row in theirs if not relation.unique_keys or row not in ours)]
    if not is_valid(one.way.relations, rows):
        return None
    trial = next(trial for trial in trials if trial.matrix.way is one.way)
    return trial.case(rows, one.alone | other.alone, all_of_them=True)


def _needed(cases: Sequence[Case], already: frozenset[Fault]) -> tuple[Case, ...]:
    """The cases without those that show nothing that the others do not, and what each shows first."""
    kept = list(cases)
    for case in cases:
        others = [one for one in kept if one is not case]
        if case.kills <= frozenset().union(already, *(one.kills for one in others)):
            kept = others
    seen, found = already, []
    for case in kept:
        found.append(replace(case, alone=case.kills - seen))
        seen |= case.kills
    return tuple(found)
