"""Data tests written into projects whose own tests were taken away: do they pass, can they fail, do people's come back,
do they raise false alarms on more data, and what faults of the SQL do they notice; with unit tests, too.

`python -m benchmarks tests [--quick] [--peers] [--together] [--project PATH]`

The integration project is built anew, and grown and drawn again by its own script; `--quick` takes the demo project
instead. A project given by path is copied; it must build on DuckDB from seeds, which are grown by a seeded draw.
Beside the rules alone stands `--engine student` without a student, where the small classifier proposes, too. `--peers`
has dbt-testpilot write tests into the same projects, `--together` adds unit tests and tells what becomes of all mutants
of all models. Tests by other kinds than are tried here do not count among those that cannot fail.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks._grown_seeds import grow_seeds
from benchmarks._tests_measured import (
    Wanted,
    copied_built,
    failing,
    ignoring_failures,
    is_back,
    opened,
    strength,
    tests_of,
)
from benchmarks._tests_peer import NAME, install_peer, reason_of, write_with_peer
from benchmarks._tests_together import Together, judged, tell, with_unit_tests
from benchmarks._without_tests import strip_tests
from dbt_ai.demo import PROJECT
from dbt_ai.tasks.test import TestOptions, write_data_tests
from dbt_ai.values import MutantKind
from tests.integration_project import build as integration

Change = Callable[[Path], None]
Others = Sequence[tuple[str, Change]]
OURS = "dbtai"
STUDENT = "dbtai, student"


@dataclass(frozen=True)
class Measured:
    """The figures of one writer of tests on one project."""

    project: str
    who: str
    human: int
    written: int
    failing: int
    vacuous: int
    recovered: int
    alarms: int
    on_other_data: int
    mutants: int
    killed: int
    seconds: float


@dataclass(frozen=True)
class Stripped:
    """A built copy of a project without the tests that `people` wrote; these notice `killed` of its mutants."""

    name: str
    root: Path
    people: Sequence[Wanted]
    killed: int
    others: Others


def main(arguments: list[str]) -> None:
    """Prints a table for each project and, last, one JSON object with the figures of all."""
    parser = argparse.ArgumentParser(prog="benchmarks tests", description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="the demo project instead of the integration project")
    parser.add_argument("--peers", action="store_true", help="dbt-testpilot on the same projects")
    parser.add_argument("--together", action="store_true", help="with unit tests: all mutants of all models")
    parser.add_argument("--project", type=Path, action="append", default=[], help="a project on DuckDB with seeds")
    options = parser.parse_args(arguments)
    found: list[Measured] = []
    by_people: list[int] = []
    both: list[tuple[Together, Together]] = []
    with tempfile.TemporaryDirectory(prefix="tests-") as folder:
        writers: dict[str, Change] = {OURS: _write, STUDENT: partial(_write, classifies=True)}
        if options.peers:
            writers |= _peer(Path(folder))
        for name, root, others in _projects(options.quick, options.project, Path(folder)):
            with_people = copied_built(root)
            stripped = _stripped(name, root, others)
            by_people.append(stripped.killed)
            measured = [_measure(stripped, who, write, options.together, both) for who, write in writers.items()]
            _print_table(stripped, measured)
            if options.together:
                both[-1] = (both[-1][0], judged(with_people))
                tell(*both[-1])
            print()
            shutil.rmtree(with_people.parent)
            found += measured
    ours = _figures([one for one in found if one.who == OURS], by_people)
    peers = {who: _figures([one for one in found if one.who == who], by_people) for who in writers if who != OURS}
    student = {"student": peers.pop(STUDENT)}
    print(json.dumps({**ours, **student, **({"peers": peers} if peers else {}), **(_together(both) if both else {})}))


def _projects(quick: bool, paths: Sequence[Path], folder: Path) -> Sequence[tuple[str, Path, Others]]:
    """The projects, built: name, root, and what makes other data of theirs."""
    if quick:
        first = ("demo", _copied(PROJECT, folder / "demo"), _grown(2))
    else:
        first = ("integration", integration.build(folder / "integration"), _drawn_again())
    return [first, *((path.name, _copied(path, folder / path.name), _grown(4)) for path in paths)]


def _drawn_again() -> Others:
    """The integration project's own growth, and other draws of its data."""

    def rebuilt(seed: int, grow: int) -> Change:
        return lambda root: ignoring_failures(lambda: integration.rebuild(root, seed=seed, grow=grow))

    grown = [(f"{days} days more", rebuilt(7, days)) for days in (60, 120)]
    return [*grown, *((f"seed {seed}", rebuilt(seed, 0)) for seed in (8, 9))]


def _grown(draws: int) -> Others:
    def grow(seed: int) -> Change:
        def change(root: Path) -> None:
            grow_seeds(root, 0.25, seed)
            ignoring_failures(lambda: _build(root))

        return change

    return [(f"a quarter more, draw {seed}", grow(seed)) for seed in range(1, draws + 1)]


def _build(root: Path) -> None:
    """Seeds first: sources may stand for them."""
    integration.run_dbt(root, "seed")
    integration.run_dbt(root, "build")


def _peer(folder: Path) -> dict[str, Change]:
    """The peer as a writer; without it where it cannot be installed, which is told."""
    try:
        python = install_peer(folder)
    except (subprocess.CalledProcessError, OSError) as error:
        print(f"{NAME} cannot be installed: {reason_of(error)}")
        return {}
    return {NAME: lambda root: write_with_peer(python, root)}


def _write(root: Path, classifies: bool = False) -> None:
    write_data_tests(opened(root), TestOptions(classifies=classifies))


def _stripped(name: str, root: Path, others: Others) -> Stripped:
    people = tests_of(root)
    killed = strength(root).killed
    strip_tests(root)
    integration.run_dbt(root, "parse")
    return Stripped(name, root, people, killed, others)


def _measure(
    stripped: Stripped, who: str, write: Change, together: bool, both: list[tuple[Together, Together]]
) -> Measured:
    """Has one write tests into a copy of the project, and looks at these; `both` gets what unit tests add to ours."""
    root = copied_built(stripped.root)
    started = time.perf_counter()
    write(root)
    seconds = time.perf_counter() - started
    tests = tests_of(root)
    ignoring_failures(lambda: integration.run_dbt(root, "build"))
    broken = failing(root)
    found = strength(root)
    back = [one for one in stripped.people if is_back(one, tests)]
    if who == OURS:
        _print_kinds(stripped, back, tests)
    alarms: list[str] = []
    for label, change in stripped.others:
        copy = copied_built(root)
        change(copy)
        failed = [test for test in failing(copy) if test not in broken]
        alarms += failed
        print(f"  {who}, {label}: {len(failed)} of {len(tests)} tests fail {' '.join(failed)}")
        shutil.rmtree(copy.parent)
    for label, names in (("fails", broken), ("cannot fail", found.vacuous)):
        for name in names:
            print(f"  {who}, {label}: {name}")
    if who == OURS and together:
        both.append((with_unit_tests(root), Together()))
    shutil.rmtree(root.parent)
    return Measured(
        stripped.name, who, len(stripped.people), found.tests, len(broken), len(found.vacuous), len(back), len(alarms),
        len(tests) * len(stripped.others), found.mutants, found.killed, seconds,
    )  # fmt: skip


def _print_kinds(stripped: Stripped, back: Sequence[Wanted], ours: Sequence[Wanted]) -> None:
    human, again, written = (Counter(one.kind for one in of) for of in (stripped.people, back, ours))
    print(f"{stripped.name}\n  {'kind':32} people's   back   ours")
    for kind in sorted({*human, *written}):
        print(f"  {kind:32} {human[kind]:8} {again[kind]:6} {written[kind]:6}")
    print(f"  {'all':32} {len(stripped.people):8} {len(back):6} {len(ours):6}")
    for one in stripped.people:
        if one not in back:
            print(f"  not back: {one.node} {one.column} {one.kind}")


def _print_table(stripped: Stripped, measured: Sequence[Measured]) -> None:
    print("  by             written  failing  cannot fail  people's back  SQL faults noticed  false alarms  seconds")
    mutants = max(one.mutants for one in measured)
    print(f"  {'people':14} {len(stripped.people):7} {'':7}  {'':11}  {'':13}  {stripped.killed:8} of {mutants}")
    for one in measured:
        print(
            f"  {one.who:14} {one.written:7} {one.failing:8} {one.vacuous:12} {one.recovered:8} of {one.human:3} "
            f"{one.killed:10} of {one.mutants} {one.alarms:7} of {one.on_other_data} {one.seconds:8.0f}"
        )


def _figures(found: Sequence[Measured], by_people: Sequence[int]) -> dict[str, Any]:
    human, written = sum(one.human for one in found), sum(one.written for one in found)
    mutants = max(sum(one.mutants for one in found), 1)
    share = {
        "failing": sum(one.failing for one in found) / max(written, 1),
        "vacuous": sum(one.vacuous for one in found) / max(written, 1),
        "recovered": sum(one.recovered for one in found) / max(human, 1),
        "written_per_human": written / max(human, 1),
        "false_alarms": sum(one.alarms for one in found) / max(sum(one.on_other_data for one in found), 1),
        "mutants_killed": sum(one.killed for one in found) / mutants,
        "mutants_killed_by_people": sum(by_people) / mutants,
    }
    keys = ("human", "written", "recovered", "failing", "vacuous", "alarms")
    return {
        "written": written,
        **{name: round(value, 4) for name, value in share.items()},
        "seconds": round(sum(one.seconds for one in found), 1),
        "projects": {one.project: {key: getattr(one, key) for key in keys} for one in found},
    }


def _together(both: Sequence[tuple[Together, Together]]) -> dict[str, Any]:
    ours = sum((one.fates for one, _ in both), Counter[MutantKind]())
    people = sum((other.fates for _, other in both), Counter[MutantKind]())
    all_ours, all_people = Together(ours), Together(people)
    return {
        "together": {
            **{kind.value.replace(" ", "_"): ours[kind] for kind in MutantKind},
            "share_killed": round(all_ours.share, 4),
            "share_killed_by_people": round(all_people.share, 4),
            "unit_tests": sum(one.unit_tests for one, _ in both),
            "fail_in_dbt": sum(len(one.broken) for one, _ in both),
        }
    }


def _copied(project: Path, root: Path) -> Path:
    shutil.copytree(project, root, ignore=integration.LEFT_BEHIND)
    _build(root)
    return root
