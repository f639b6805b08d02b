"""The tests that a project has: as checks that can be run, and as what must not be suggested again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from dbt_ai.checks.data_tests import KINDS, DataCheck
from dbt_ai.edits.lock import TestEntry
from dbt_ai.errors import ProjectError
from dbt_ai.evidence.values import Evidence
from dbt_ai.project.declared import Names
from dbt_ai.project.project_file import read_project_file
from dbt_ai.project.values import DataTest, Project
from dbt_ai.sql.names import quoted_relation
from dbt_ai.tasks.testing.generics import OURS, meaning_of
from dbt_ai.tasks.testing.values import Candidate, Role


class ProjectTests:
    """The tests of a project. `evidence` tells what relations are called in the data; of singular tests that read two
    nodes `written` (entries of the lock file) tell whose they are: dbt does not know."""

    def __init__(self, project: Project, evidence: Mapping[str, Evidence], written: Sequence[TestEntry] = ()) -> None:
        whose = {entry.arguments: entry.unique_id for entry in written if entry.test == "singular"}
        self._tests = tuple(
            replace(test, node=whose.get(_name(test))) if test.node is None and test.kind == "singular" else test
            for test in project.data_tests
        )
        self._project = project
        self._evidence = evidence
        self._names = Names(project)

    def of(self, unique_id: str) -> tuple[DataTest, ...]:
        """The tests of a node, disabled ones too: somebody meant them."""
        return tuple(test for test in self._tests if test.node == unique_id)

    def checks(self, unique_id: str) -> tuple[DataCheck, ...]:
        """Those of its tests that can be run here."""
        found = (self._check(test) for test in self.of(unique_id) if test.enabled)
        return tuple(check for check in found if check is not None)

    def check(self, candidate: Candidate) -> DataCheck:
        """A candidate as it is run."""
        kind = f"dbt_utils.{candidate.kind}" if candidate.kind in OURS else candidate.kind
        references = self._relation(candidate.references)
        return DataCheck(kind, candidate.target.column, candidate.arguments, references=references)

    def has(self, candidate: Candidate) -> bool:
        """Whether the node has the test, or one that says the same or more: for a column a second list of values, range
        or reference is no use. A singular test that reads the node and names the same columns counts, too."""
        node = self._project.nodes[candidate.target.unique_id]
        if candidate.kind == "not_null" and _constrained(node.constraints, candidate.target.column):
            return True
        if candidate.kind == "unique_combination_of_columns" and self._alone(candidate):
            return True
        if any(self._same(candidate, test) for test in self.of(candidate.target.unique_id)):
            return True
        return candidate.target.column is None and self._by_hand(candidate, node.name)

    def _alone(self, candidate: Candidate) -> bool:
        """Whether one of the columns is tested to be unique alone."""
        kinds = (
            (meaning_of(self._project, test.kind, test.arguments)[0], test.column or "")
            for test in self.of(candidate.target.unique_id)
        )
        return bool(
            {column.strip('"`').casefold() for kind, column in kinds if kind == "unique"}
            & _columns(candidate.arguments)
        )

    def beyond(self, unique_id: str, candidates: Sequence[Candidate]) -> int:
        """How many tests the node has that are neither its key's nor references, by what `candidates` are for."""
        structural = [one for one in candidates if one.role is not Role.OTHER]
        return sum(not any(self._same(one, test) for one in structural) for test in self.of(unique_id))

    def _same(self, candidate: Candidate, test: DataTest) -> bool:
        kind, arguments = meaning_of(self._project, test.kind, test.arguments)
        if kind != candidate.kind:
            return False
        if candidate.target.column is not None:
            return (test.column or "").strip('"`').casefold() == candidate.target.column.casefold()
        if kind == "unique_combination_of_columns":
            return _columns(arguments) == _columns(candidate.arguments)
        return (
            " ".join(str(arguments.get("expression")).split()).casefold()
            == str(candidate.arguments.get("expression")).casefold()
        )

    def _by_hand(self, candidate: Candidate, name: str) -> bool:
        text = str(candidate.arguments.get("expression") or candidate.arguments.get("sql") or "")
        words = set(re.findall(r"[a-z_]\w*", text.replace("{model}", "").casefold())) - _SQL
        read = re.compile(rf"""ref\(\s*['"]{re.escape(name)}['"]""")
        return bool(words) and any(
            read.search(sql) and words <= set(re.findall(r"[a-z_]\w*", sql.casefold()))
            for sql in self._singular.values()
        )

    @cached_property
    def _singular(self) -> Mapping[str, str]:
        """The texts of the singular tests by name."""
        return {
            path.stem: path.read_text(encoding="utf-8", errors="replace")
            for folder in self.folders
            for path in sorted((self._project.root / folder).rglob("*.sql"))
            if "generic" not in path.relative_to(self._project.root).parts
        }

    @cached_property
    def folders(self) -> tuple[str, ...]:
        """The project's folders of tests, relative to its root."""
        try:
            found = read_project_file(self._project.root).get("test-paths")
        except ProjectError:
            found = None
        return tuple(str(folder) for folder in found) if isinstance(found, list) and found else ("tests",)

    def _check(self, test: DataTest) -> DataCheck | None:
        kind, arguments = meaning_of(self._project, test.kind, test.arguments)
        if kind == "singular":
            return self._singular_check(test)
        kind = test.kind if test.kind in KINDS else f"dbt_utils.{kind}" if kind in OURS else kind
        if kind not in KINDS:
            return None
        given: Mapping[str, Any] = test.arguments if test.kind in KINDS else arguments
        references = self._relation(self._names.find(str(given.get("to") or ""))) if kind == "relationships" else None
        return DataCheck(kind, test.column, given, test.where, references)

    def _singular_check(self, test: DataTest) -> DataCheck | None:
        """A singular test whose only Jinja are the calls that stand for its node, and for one other."""
        name, node = _name(test), self._project.nodes.get(test.node or "")
        if name not in self._singular or node is None:
            return None
        call = rf"""\{{\{{-?\s*ref\(\s*['"]{re.escape(node.name)}['"]\s*\)\s*-?\}}\}}"""
        sql = re.sub(call, "{model}", re.sub(r"--.*", "", self._singular[name])).strip().rstrip(";")
        others = set(_CALL.findall(sql))
        references = self._relation(self._names.find(next(iter(others)))) if len(others) == 1 else None
        if references is not None:
            sql = _CALL.sub("{other}", sql)
        plain = "{model}" in sql and "{" not in sql.replace("{model}", "").replace("{other}", "")
        given = {"name": name, "sql": sql}
        return DataCheck("singular", arguments=given, references=references) if plain else None

    def _relation(self, unique_id: str | None) -> str | None:
        found = self._evidence.get(unique_id or "")
        return quoted_relation(found.relation) if found else None


_CALL = re.compile(r"\{\{-?\s*((?:ref|source)\([^(){}]*\))\s*-?\}\}")
_SQL = frozenset({"select", "from", "where", "group", "by", "having", "sum", "count", "abs", "as", "added_up"})


def _name(test: DataTest) -> str:
    return test.unique_id.split(".")[-1]


def _columns(arguments: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(str(name).strip('"`').casefold() for name in arguments.get("combination_of_columns") or ())


def _constrained(constraints: tuple[Mapping[str, Any], ...], column: str | None) -> bool:
    def columns() -> Iterator[str]:
        for constraint in constraints:
            if str(constraint.get("type")) in ("not_null", "primary_key"):
                yield from (
                    str(name) for name in (constraint.get("column"), *(constraint.get("columns") or ())) if name
                )

    return column is not None and column.casefold() in {name.casefold() for name in columns()}
