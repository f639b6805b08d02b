"""Data tests written into projects whose own tests were taken away: do they pass, can they fail, do people's come back,
do they raise false alarms on more data, and what faults of the SQL do they notice.

`python -m benchmarks tests [--quick] [--project PATH]`

The integration project is built anew, and grown and drawn again by its own script; `--quick` takes the demo project
instead. A project given by path is copied; it must build on DuckDB from seeds, which are grown by a seeded draw.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks._grown_seeds import grow_seeds
from benchmarks._without_tests import singular_tests, strip_tests
from dbt_ai.demo import PROJECT
from dbt_ai.project.opening import open_project
from dbt_ai.project.values import Project, ProjectReader, Selection
from dbt_ai.tasks.data import Data
from dbt_ai.tasks.document import RESOURCE_TYPES
from dbt_ai.tasks.gathering import compile_scope, gather
from dbt_ai.tasks.references import references_of
from dbt_ai.tasks.test import TestOptions, write_data_tests
from dbt_ai.tasks.testing.generics import meaning_of
from dbt_ai.tasks.testing.project_tests import ProjectTests
from dbt_ai.tasks.testing.proving import try_checks
from dbt_ai.tasks.testing.subject import Subject
from tests.integration_project import build as integration

Change = Callable[[Path], None]


@dataclass(frozen=True)
class Wanted:
    """A test of a person: where it stands and what it says. `words` are the columns that a singular test names."""

    node: str | None
    column: str
    kind: str
    words: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Measured:
    """The figures of one project."""

    name: str
    human: int
    written: int
    failing: int
    vacuous: int
    recovered: int
    alarms: int
    on_other_data: int
    mutants: int
    killed: int
    killed_by_people: int
    seconds: float


def main(arguments: list[str]) -> None:
    """Prints a table for each project and, last, one JSON object with the figures of all."""
    parser = argparse.ArgumentParser(prog="benchmarks tests", description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="the demo project instead of the integration project")
    parser.add_argument("--project", type=Path, action="append", default=[], help="a project on DuckDB with seeds")
    options = parser.parse_args(arguments)
    found = []
    with tempfile.TemporaryDirectory(prefix="tests-") as folder:
        if options.quick:
            found.append(_measure("demo", _copied(PROJECT, Path(folder, "demo")), _grown(2)))
        else:
            root = integration.build(Path(folder, "integration"))
            found.append(_measure("integration", root, _drawn_again()))
        for path in options.project:
            found.append(_measure(path.name, _copied(path, Path(folder, path.name)), _grown(4)))
    print(json.dumps(_figures(found)))


def _drawn_again() -> Sequence[tuple[str, Change]]:
    """The integration project's own growth, and other draws of its data."""

    def rebuilt(seed: int, grow: int) -> Change:
        return lambda root: _ignoring_failures(lambda: integration.rebuild(root, seed=seed, grow=grow))

    grown = [(f"{days} days more", rebuilt(7, days)) for days in (60, 120)]
    return [*grown, *((f"seed {seed}", rebuilt(seed, 0)) for seed in (8, 9))]


def _grown(draws: int) -> Sequence[tuple[str, Change]]:
    def grow(seed: int) -> Change:
        def change(root: Path) -> None:
            grow_seeds(root, 0.25, seed)
            _ignoring_failures(lambda: integration.run_dbt(root, "build"))

        return change

    return [(f"a quarter more, draw {seed}", grow(seed)) for seed in range(1, draws + 1)]


def _measure(name: str, root: Path, others: Sequence[tuple[str, Change]]) -> Measured:
    """Takes the tests of the built project at `root` away, writes ours, and looks at these."""
    people = _tests_of(root)
    _, _, mutants, by_people = _strength(root)
    strip_tests(root)
    started = time.perf_counter()
    write_data_tests(_opened(root), TestOptions())
    seconds = time.perf_counter() - started
    ours = _tests_of(root)
    _ignoring_failures(lambda: integration.run_dbt(root, "build"))
    failing = _failing(root)
    written, vacuous, _, killed = _strength(root)
    back = [one for one in people if _is_back(one, ours)]
    _print(name, people, back, ours)
    alarms: list[str] = []
    for label, change in others:
        copy = _copied_built(root)
        change(copy)
        broken = _failing(copy)
        alarms += broken
        print(f"  {label}: {len(broken)} of {len(ours)} tests fail {' '.join(broken)}")
        shutil.rmtree(copy.parent)
    for one in failing:
        print(f"  fails: {one}")
    for one in vacuous:
        print(f"  cannot fail: {one}")
    print(f"  faults in SQL noticed: {killed} of {mutants}, by people's tests {by_people}; {seconds:.0f} s\n")
    return Measured(
        name, len(people), written, len(failing), len(vacuous), len(back), len(alarms), len(ours) * len(others),
        mutants, killed, by_people, seconds,
    )  # fmt: skip


def _strength(root: Path) -> tuple[int, list[str], int, int]:
    """Of the project's tests, read anew: how many there are, which no fault makes fail, and of the faults in SQL that
    show on the data, how many there are and how many are noticed."""
    reader = _opened(root)
    project = reader.project
    wanted = [u for u in reader.select(Selection(), RESOURCE_TYPES) if project.nodes[u].editable]
    scope = compile_scope(reader, wanted)
    mutants = killed = 0
    vacuous: list[str] = []
    with Data(project) as data:
        sandbox = data.sandbox
        assert sandbox is not None
        gathered = gather(project, wanted, scope, sandbox)
        tests = ProjectTests(project, gathered.evidence)
        refers = references_of(gathered.evidence, sandbox, project.graph())
        for unique_id in wanted:
            evidence, node = gathered.evidence[unique_id], project.nodes[unique_id]
            if evidence.profile is None or node.resource_type == "snapshot" or node.materialized == "ephemeral":
                continue
            checks = tests.checks(unique_id)
            subject = Subject(project, node, gathered.evidence, refers)
            trials = [trial for trial in try_checks(subject, checks, sandbox, {}).trials if trial.reached]
            in_sql = [trial for trial in trials if trial.in_sql]
            mutants, killed = mutants + len(in_sql), killed + sum(bool(trial.caught) for trial in in_sql)
            able = {place for trial in trials for place in trial.caught}
            vacuous += [f"{node.name}: {c.kind} {c.column or ''}" for n, c in enumerate(checks) if n not in able]
    return len(project.data_tests), vacuous, mutants, killed


def _tests_of(root: Path) -> list[Wanted]:
    project = _opened(root).project
    found = []
    for test in project.data_tests:
        kind, arguments = meaning_of(project, test.kind, test.arguments)
        words = frozenset(re.findall(r"[a-z_]\w*", str(arguments.get("expression", "")).casefold()))
        if kind == "singular":
            words = _words_of_singular(project, test.unique_id)
        found.append(Wanted(test.node, (test.column or "").casefold(), kind, words))
    return found


def _words_of_singular(project: Project, unique_id: str) -> frozenset[str]:
    path = next(path for path in singular_tests(project.root) if path.stem == unique_id.rsplit(".", maxsplit=1)[-1])
    text = re.sub(r"--.*|\{\{.*?\}\}", "", path.read_text(encoding="utf-8"))
    return frozenset(re.findall(r"[a-z_]\w*", text.casefold())) - {"select", "from", "where", "group", "by", "having"}


def _is_back(one: Wanted, ours: Sequence[Wanted]) -> bool:
    """Whether one of ours stands at the same place and is of the same kind; a singular test is back where one of the
    node names the same columns, but for what it only shows."""
    if one.kind != "singular":
        return any((other.node, other.column, other.kind) == (one.node, one.column, one.kind) for other in ours)
    return any(other.node == one.node and not other.column and len(one.words & other.words) >= 2 for other in ours)


def _print(name: str, people: Sequence[Wanted], back: Sequence[Wanted], ours: Sequence[Wanted]) -> None:
    human, again, written = (Counter(one.kind for one in of) for of in (people, back, ours))
    print(f"{name}\n  {'kind':32} people's   back   ours")
    for kind in sorted({*human, *written}):
        print(f"  {kind:32} {human[kind]:8} {again[kind]:6} {written[kind]:6}")
    print(f"  {'all':32} {len(people):8} {len(back):6} {len(ours):6}")
    for one in people:
        if one not in back:
            print(f"  not back: {one.node} {one.column} {one.kind}")


def _figures(found: Sequence[Measured]) -> dict[str, object]:
    human, written = sum(one.human for one in found), sum(one.written for one in found)
    share = {
        "failing": sum(one.failing for one in found) / max(written, 1),
        "vacuous": sum(one.vacuous for one in found) / max(written, 1),
        "recovered": sum(one.recovered for one in found) / max(human, 1),
        "written_per_human": written / max(human, 1),
        "false_alarms": sum(one.alarms for one in found) / max(sum(one.on_other_data for one in found), 1),
        "mutants_killed": sum(one.killed for one in found) / max(sum(one.mutants for one in found), 1),
        "mutants_killed_by_people": sum(one.killed_by_people for one in found)
        / max(sum(one.mutants for one in found), 1),
    }
    projects = {one.name: {"human": one.human, "written": one.written, "recovered": one.recovered} for one in found}
    seconds = round(sum(one.seconds for one in found), 1)
    return {
        "written": written,
        **{name: round(value, 4) for name, value in share.items()},
        "seconds": seconds,
        "projects": projects,
    }


def _failing(root: Path) -> list[str]:
    """The tests that did not pass in the latest build."""
    results = json.loads((root / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    tests = [result for result in results if result["unique_id"].startswith("test.")]
    return [result["unique_id"].split(".")[2] for result in tests if result["status"] not in ("pass", "success")]


def _opened(root: Path) -> ProjectReader:
    return open_project(root, root, None)


def _copied(project: Path, root: Path) -> Path:
    shutil.copytree(project, root, ignore=integration.LEFT_BEHIND)
    integration.run_dbt(root, "build")
    return root


def _copied_built(root: Path) -> Path:
    """A copy beside nothing else, under the same name: dbt's own catalog is called after the database's file."""
    return Path(shutil.copytree(root, Path(tempfile.mkdtemp(prefix="tests-")) / root.name))


def _ignoring_failures(build: Callable[[], object]) -> None:
    """A build whose tests fail is what is measured here."""
    try:
        build()
    except integration.BuildFailed:
        return
