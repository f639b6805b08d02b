"""What data tests, constraints and contracts say of a relation: keys, NOT NULL, foreign keys, domains.

A test counts where it covers every row and its failure stops the build: no `where`, not disabled, severity error.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from dbt_ai.project.calls import REF, SOURCE
from dbt_ai.project.values import DataTest, Node, Project
from dbt_ai.sql.values import ColumnRef, ForeignKey, Relation, same_name

_ENFORCES_KEYS = frozenset({"duckdb", "postgres", "sqlserver", "fabric", "mysql", "mariadb", "oracle", "sqlite"})
"""Adapters whose warehouse refuses rows against a primary, unique or foreign key. The others only record them."""


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
    names = Names(project)
    for test in project.data_tests:
        read = _TESTS.get(test.kind)
        relation = relations.get(test.node or "")
        if read and relation and test.enabled and test.severity == "error" and not _where(test):
            read(test, relation, said[relation.key], names)
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


class Names:
    """Finds the node that `ref`, `source` or a relation's name in an argument means."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._by_name: dict[str, list[Node]] = defaultdict(list)
        for node in project.nodes.values():
            self._by_name[node.name].append(node)

    def find(self, text: str) -> str | None:
        if found := REF.search(text):
            nodes = [
                node
                for node in self._by_name[found["name"]]
                if node.resource_type != "source"
                and found["package"] in (None, node.package_name)
                and (found["version"] or node.latest_version) == node.version
            ]
        elif found := SOURCE.search(text):
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


def _unique(test: DataTest, relation: Relation, said: _Said, names: Names) -> None:
    if column := _column(relation, test.column):
        said.unique_keys[(column,)] = None


def _unique_together(test: DataTest, relation: Relation, said: _Said, names: Names) -> None:
    given = test.arguments.get("combination_of_columns") or test.arguments.get("column_list")
    if columns := _columns(relation, given):
        said.unique_keys[columns] = None


def _not_null(test: DataTest, relation: Relation, said: _Said, names: Names) -> None:
    if column := _column(relation, test.column):
        said.not_null.add(column)


def _accepted_values(test: DataTest, relation: Relation, said: _Said, names: Names) -> None:
    column = _column(relation, test.column)
    values = test.arguments.get("values") or test.arguments.get("value_set")
    if column and isinstance(values, (list, tuple)):
        said.domains[column] = tuple(str(value) for value in values)


def _relationships(test: DataTest, relation: Relation, said: _Said, names: Names) -> None:
    column = _column(relation, test.column)
    target = names.find(str(test.arguments.get("to") or ""))
    if column and target and (its_column := test.arguments.get("field")):
        said.foreign_keys[ForeignKey((column,), (ColumnRef(target, str(its_column)),))] = None


_TESTS: Mapping[str, Callable[[DataTest, Relation, _Said, Names], None]] = {
    "unique": _unique,
    "not_null": _not_null,
    "accepted_values": _accepted_values,
    "relationships": _relationships,
    "dbt_utils.unique_combination_of_columns": _unique_together,
    "dbt_expectations.expect_column_values_to_be_unique": _unique,
    "dbt_expectations.expect_compound_columns_to_be_unique": _unique_together,
    "dbt_expectations.expect_column_values_to_not_be_null": _not_null,
    "dbt_expectations.expect_column_values_to_be_in_set": _accepted_values,
}


def _constraints(project: Project, node: Node, relation: Relation, said: _Said, names: Names) -> None:
    """dbt builds constraints only where the contract is enforced; NOT NULL holds then on every warehouse."""
    for constraint in node.constraints:
        kind = str(constraint.get("type") or "").lower()
        one = constraint.get("column")
        columns = _columns(relation, [one] if one else constraint.get("columns"))
        if not columns:
            continue
        if kind == "not_null":
            said.not_null.update(columns)
        if project.adapter_type not in _ENFORCES_KEYS:
            continue
        if kind in ("primary_key", "unique"):
            said.unique_keys[columns] = None
        if kind == "primary_key":
            said.not_null.update(columns)
        if kind == "foreign_key" and (target := names.find(str(constraint.get("to") or ""))):
            its_columns = tuple(str(name) for name in constraint.get("to_columns") or ())
            if len(its_columns) == len(columns):
                references = tuple(ColumnRef(target, name) for name in its_columns)
                said.foreign_keys[ForeignKey(columns, references)] = None


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
