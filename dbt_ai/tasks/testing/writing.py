"""Candidates as edits: items of property files, generic tests and singular tests as files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dbt_ai.project.values import Node, Project
from dbt_ai.tasks.testing.generics import generic_for
from dbt_ai.tasks.testing.values import Candidate
from dbt_ai.values import AnyEdit, FileEdit, TestEdit


@dataclass(frozen=True)
class WrittenTest:
    """A candidate with its edit, and the generic test that has to be there for it."""

    candidate: Candidate
    edit: TestEdit | FileEdit
    macro: FileEdit | None = None


def written(project: Project, folder: str, candidate: Candidate, severity: str | None = None) -> WrittenTest | None:
    """How `candidate` is written into the project, whose tests are in `folder`; None where it cannot be.

    `severity` is written into the test's config where it is given.
    """
    node = project.nodes[candidate.target.unique_id]
    if candidate.kind == "singular":
        return WrittenTest(
            candidate, FileEdit(f"{folder}/{candidate.arguments['name']}.sql", _singular(project, candidate, severity))
        )
    arguments = dict(candidate.arguments)
    if candidate.references is not None:
        arguments = {"to": reference(project.nodes[candidate.references]), **arguments}
    generic = generic_for(project, candidate.kind, arguments)
    if generic is None or node.place is None:
        return None
    macro = None
    if generic.macro is not None:
        macro = FileEdit(f"{folder}/generic/{candidate.kind}.sql", generic.macro)
        file = project.root / macro.path
        if file.exists() and file.read_text(encoding="utf-8", errors="replace") != macro.text:
            return None
    item = _item(generic.name, generic.arguments, project.arguments_property, severity)
    return WrittenTest(candidate, TestEdit(node.place, candidate.target.column, item), macro)


def edits_of(tests: Sequence[WrittenTest]) -> list[AnyEdit]:
    """All edits of `tests`, each file once."""
    macros = {test.macro.path: test.macro for test in tests if test.macro is not None}
    return [*macros.values(), *(test.edit for test in tests)]


def reference(node: Node) -> str:
    """The call that stands for a node in a relationships test."""
    if node.resource_type == "source":
        return f"source('{node.source_name}', '{node.name}')"
    if node.version is not None and node.version != node.latest_version:
        version = node.version if node.version.isdigit() else f"'{node.version}'"
        return f"ref('{node.name}', v={version})"
    return f"ref('{node.name}')"


def _item(name: str, arguments: Mapping[str, Any], nested: bool, severity: str | None) -> str | dict[str, Any]:
    given: dict[str, Any] = {}
    if arguments:
        given = {"arguments": dict(arguments)} if nested else dict(arguments)
    if severity is not None:
        given["config"] = {"severity": severity}
    return {name: given} if given else name


def _singular(project: Project, candidate: Candidate, severity: str | None) -> str:
    config = f"{{{{ config(severity='{severity}') }}}}\n" if severity else ""
    sql = str(candidate.arguments["sql"])
    for name, unique_id in (("{model}", candidate.target.unique_id), ("{other}", candidate.references)):
        if unique_id is not None:
            sql = sql.replace(name, f"{{{{ {reference(project.nodes[unique_id])} }}}}")
    return f"{config}-- {candidate.why}\n{sql}"
