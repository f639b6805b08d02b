"""What data tests in property files promise of a relation that a model reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dbt_ai.edits.data_tests import Identity
from dbt_ai.project.files.entries import listed
from dbt_ai.project.files.jinja import Named
from dbt_ai.project.files.tree import Tree
from dbt_ai.sql.values import Relation
from dbt_ai.tasks.hooks.placed import is_unique, placed_in, placed_tests


def promised(relation: Relation, tree: Tree, node: Named, stem: str | None) -> Relation:
    """`relation` with the keys and the NOT NULL columns that tests of every row promise."""
    tests: list[Identity] = []
    if stem is not None:
        properties = tree.properties_of(stem)
        tests = [one.identity for one in placed_tests(properties)] if properties is not None else []
    else:
        tests = [one.identity for one in placed_in((), _declared(tree, node), None)]
    strict = [one for one in tests if one.conditions in ("", "[]")]
    keys: list[tuple[str, ...]] = [(one.column,) for one in strict if one.name == "unique" and one.column]
    keys += [columns for one in strict if (columns := is_unique(one)) and len(columns) > 1]
    filled = frozenset(one.column for one in strict if one.name == "not_null" and one.column)
    return replace(relation, unique_keys=tuple(dict.fromkeys(keys)), not_null=filled)


def _declared(tree: Tree, node: Named) -> Mapping[str, Any]:
    """The entry of a seed or of a table of a source."""
    if node.kind == "ref":
        entry = tree.entry("seeds", node.name)
        return entry.data if entry is not None else {}
    for file in tree.mentioning(node.package or "", node.name):
        entry = file.entries.get(("sources", node.package or ""))
        for _, table in listed(entry.data, "tables") if entry is not None else ():
            if table.get("name") == node.name:
                return table
    return {}
