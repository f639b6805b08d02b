"""Data tests and unit tests together: what becomes of all mutants of all models of a project."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks._tests_measured import failing, ignoring_failures, opened
from dbt_ai.project.values import Selection
from dbt_ai.tasks.mutate import mutate
from dbt_ai.tasks.unit_test import UnitTestOptions, write_unit_tests
from dbt_ai.values import MutantKind, OutcomeKind
from tests.integration_project import build as integration

SHOWN = 12  # of the survivors of a project


@dataclass(frozen=True)
class Together:
    """The fates of a project's mutants. `unit_tests` are those that were written, `broken` the tests of either kind
    that fail in dbt; `models` counts those that were judged, `left_out` says why others were not."""

    fates: Counter[MutantKind] = field(default_factory=Counter)
    unit_tests: int = 0
    broken: tuple[str, ...] = ()
    models: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    survivors: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """Killed, of all that are not equivalent as far as is known."""
        not_equivalent = sum(count for kind, count in self.fates.items() if kind is not MutantKind.EQUIVALENT)
        return self.fates[MutantKind.KILLED] / max(not_equivalent, 1)


def with_unit_tests(root: Path) -> Together:
    """Adds unit tests to the built project at `root`, builds it, and judges all of its tests."""
    report = write_unit_tests(opened(root), UnitTestOptions())
    written = sum(outcome.kind is OutcomeKind.WRITTEN for outcome in report.outcomes)
    ignoring_failures(lambda: integration.run_dbt(root, "build"))
    return judged(root, written, tuple(failing(root)))


def judged(root: Path, written: int = 0, broken: tuple[str, ...] = ()) -> Together:
    """What the tests of the built project at `root` kill."""
    scores = mutate(opened(root), Selection()).models
    fates = Counter(mutant.kind for score in scores for mutant in score.mutants)
    left_out = Counter(score.reason for score in scores if score.reason)
    survivors = tuple(
        f"{score.node.split('.', 2)[-1]}: {mutant.kind.value}: {mutant.sentence} {mutant.reason or ''}".rstrip()
        for score in scores
        for mutant in score.mutants
        if mutant.kind in (MutantKind.SURVIVED, MutantKind.NOT_REACHED)
    )
    return Together(fates, written, broken, sum(not score.reason for score in scores), left_out, survivors)


def tell(together: Together, by_people: Together) -> None:
    """Prints what became of the mutants, by our tests and by those of people."""
    said = [f"{kind.value} {together.fates[kind]}" for kind in MutantKind]
    print(
        f"  data tests and {together.unit_tests} unit tests together, {together.models} models: {', '.join(said)}; "
        f"{together.share:.1%} killed of what is not equivalent, by people's tests {by_people.share:.1%}; "
        f"{len(together.broken)} fail in dbt {' '.join(together.broken)}"
    )
    for reason, count in together.left_out.most_common():
        print(f"    left out: {count} models, {reason}")
    for survivor in together.survivors[:SHOWN]:
        print(f"    {survivor}")
