"""What data tests, constraints and contracts say of a relation: keys, NOT NULL, foreign keys, domains.

A test counts where it covers every row and its failure stops the build: no `where`, not disabled, severity error.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from dbt_ai.project.values import DataTest, Node, Project
from dbt_ai.sql.values import ForeignKey, Relation, same_name

_ENFORCES_KEYS = frozenset({"duckdb", "postgres", "sqlserver", "fabric", "mysql", "mariadb", "oracle", "sqlite"})
"""Adapters whose warehouse refuses rows against a primary, unique or foreign key. The others only record them."""

_REF = re.compile(r"""\bref\(\s*(?:['"](?P<package>[^'"]+)['"]\s*,\s*)?['"](?P<name>[^'"]+)['"]"""
                  r"""(?:\s*,\s*(?:v|version)\s*=\s*['"]?(?P<version>[^'")\s]+))?""")
_SOURCE = re.compile(r"""\bsource\(\s*['"](?P<source>[^'"]+)['"]\s*,\s*['"](?P<table>[^'"]+)['"]""")


@dataclass
class _Said:
    """What is said of one relation, gathered test by test."""

    unique_keys: dict[tuple[str, ...], None] = field(default_factory=dict)
    not_null: set[str] = field(default_factory=set)
    foreign_keys: dict[ForeignKey, None] = field(default_factory=dict)
    domains: dict[str, tuple[str, ...]] = field(default_factory=dict)


def with_declared(project: Project, relations: Mapping[str, Relation]) -> dict[str, Relation]:
    """The relations with what the project's tests, constraints and contracts say of them."""
    said: dict[str, _Said] = defaultdict(_Said)
    names = _Names(project)
    for test in project.data_tests:
        read = _TESTS.get(test.kind)
        if read and test.node in relations and test.enabled and test.severity.lower() == "error" and not _where(test):
            read(test, relations[test.node], said[test.node], names)
    for node in project.nodes.values():
        if node.contract_enforced and node.unique_id in relations:
            _constraints(project, node, relations[node.unique_id], said[node.unique_id], names)
    return {
        key: relation
        if key not in said
        else replace(
            relation,
            unique_keys=tuple(said[key].unique_keys),
            not_null=frozenset(said[key].not_null),
            foreign_keys=tuple(said[key].foreign_keys),
            domains=tuple(said[key].domains.items()),
        )
        for key, relation in relations.items()
    }


class _Names:
    """Finds the node that `ref`, `source` or a relation's name in an argument means."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._by_name: dict[str, list[Node]] = defaultdict(list)
        for node in project.nodes.values():
            self._by_name[node.name].append(node)

    def find(self, text: str) -> str | None:
        if found := _REF.search(text):
            nodes = [
                node
                for node in self._by_name[found["name"]]
                if node.resource_type != "source"
                and found["package"] in (None, node.package_name)
                and (found["version"] or node.latest_version) == node.version
            ]
        elif found := _SOURCE.search(text):
            nodes = [
                node
                for node in self._by_name[found["table"]]
                if node.resource_type == "source" and node.source_name == found["source"]
            ]
        else:
            parts = tuple(part.casefold() for part in re.findall(r"[^.\"`\[\]]+", text))
            nodes = [
                node
                for node in self._project.nodes.values()
                if parts and tuple(part.casefold() for part in node.relation if part)[-len(parts) :] == parts
            ]
        return nodes[0].unique_id if len(nodes) == 1 else None


def _where(test: DataTest) -> bool:
    return bool(test.where or test.arguments.get("where") or test.arguments.get("row_condition"))


def _column(relation: Relation, name: object) -> str | None:
    """The relation's own spelling of a column; None for an expression, or a column that is not there."""
    text = str(name).strip().strip('"`[]')
    for known, _ in relation.columns:
        if same_name(known, text):
            return known
    return text if not relation.complete and re.fullmatch(r"\w+", text) else None


def _columns(relation: Relation, names: object) -> tuple[str, ...]:
    """The columns, or nothing where one of them is no column."""
    if isinstance(names, str) or not isinstance(names, Iterable):
        return ()
    found = [_column(relation, name) for name in names]
    return tuple(name for name in found if name) if all(found) else ()
