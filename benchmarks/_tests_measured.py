"""What the data tests of a project are worth: how many there are, which fail or cannot fail, what faults in SQL they
notice, and which of another's stand there too."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks._without_tests import singular_tests
from dbt_ai.project.opening import open_project
from dbt_ai.project.values import Project, ProjectReader, Selection
from dbt_ai.tasks.data import Data
from dbt_ai.tasks.document import RESOURCE_TYPES
from dbt_ai.tasks.gathering import compile_scope, gather
from dbt_ai.tasks.references import references_of
from dbt_ai.tasks.testing.generics import meaning_of
from dbt_ai.tasks.testing.project_tests import ProjectTests
from dbt_ai.tasks.testing.proving import try_checks
from dbt_ai.tasks.testing.subject import Subject
from tests.integration_project import build as integration


@dataclass(frozen=True)
class Wanted:
    """A test of a person: where it stands and what it says. `words` are the columns that a singular test names."""

    node: str | None
    column: str
    kind: str
    words: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Strength:
    """Of a project's tests: how many there are, which no fault makes fail, and of the faults in SQL that show on the
    data, how many there are and how many are noticed."""

    tests: int
    vacuous: tuple[str, ...]
    mutants: int
    killed: int


def strength(root: Path) -> Strength:
    """What the tests of the project at `root`, read anew, are worth."""
    reader = opened(root)
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
    return Strength(len(project.data_tests), tuple(vacuous), mutants, killed)


def tests_of(root: Path) -> list[Wanted]:
    """The tests of the project at `root`, read anew."""
    project = opened(root).project
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


def is_back(one: Wanted, ours: Sequence[Wanted]) -> bool:
    """Whether one of ours stands at the same place and is of the same kind; a singular test is back where one of the
    node names the same columns, but for what it only shows."""
    if one.kind != "singular":
        return any((other.node, other.column, other.kind) == (one.node, one.column, one.kind) for other in ours)
    return any(other.node == one.node and not other.column and len(one.words & other.words) >= 2 for other in ours)


def failing(root: Path) -> list[str]:
    """The tests that did not pass in the latest build."""
    results = json.loads((root / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    tests = [result for result in results if result["unique_id"].startswith(("test.", "unit_test."))]
    return [result["unique_id"].split(".")[2] for result in tests if result["status"] not in ("pass", "success")]


def opened(root: Path) -> ProjectReader:
    """The project at `root`, read anew."""
    return open_project(root, root, None)


def copied_built(root: Path) -> Path:
    """A copy beside nothing else, under the same name: dbt's own catalog is called after the database's file."""
    return Path(shutil.copytree(root, Path(tempfile.mkdtemp(prefix="tests-")) / root.name))


def ignoring_failures(build: Callable[[], object]) -> None:
    """A build whose tests fail is what is measured here."""
    try:
        build()
    except integration.BuildFailed:
        return
