"""Which generic test of a project says what a candidate means: dbt's own, the project's, a package's, or one of ours
that is written into the project.

Ours have the names and arguments of dbt_utils, so that a project can go over to the package by adding its name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dbt_ai.project.values import Project

OF_DBT = ("unique", "not_null", "accepted_values", "relationships")
OURS = ("accepted_range", "expression_is_true", "unique_combination_of_columns")
Meaning = tuple[str, Mapping[str, Any]]

_SAME: Mapping[str, str] = {
    **{f"dbt_utils.{name}": name for name in OURS},
    "dbt_expectations.expect_column_values_to_be_unique": "unique",
    "dbt_expectations.expect_column_values_to_not_be_null": "not_null",
    "dbt_expectations.expect_column_values_to_be_in_set": "accepted_values",
    "dbt_expectations.expect_column_values_to_be_between": "accepted_range",
    "dbt_expectations.expect_compound_columns_to_be_unique": "unique_combination_of_columns",
    "dbt_expectations.expression_is_true": "expression_is_true",
}
_CONDITIONS: Mapping[str, Meaning] = {
    "tested < 0": ("accepted_range", {"min_value": 0}),
    "tested <= 0": ("accepted_range", {"min_value": 0, "inclusive": False}),
    "NOT tested >= 0": ("accepted_range", {"min_value": 0}),
    "tested IS NULL": ("not_null", {}),
}
_TEST = re.compile(
    r"\{%-?\s*test\s+\w+\s*\(\s*model\s*,\s*column_name\s*\)\s*-?%\}(.*)\{%-?\s*endtest\s*-?%\}", re.DOTALL
)
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


@dataclass(frozen=True)
class Written:
    """A generic test by the name that a property file takes, with its arguments; `macro` is the text of ours where it
    has to be written into the project first."""

    name: str
    arguments: Mapping[str, Any]
    macro: str | None = None


def generic_for(project: Project, kind: str, arguments: Mapping[str, Any]) -> Written | None:
    """How the project says the generic test `kind` (bare, with the arguments of dbt_utils); None where its own test of
    that name says something else."""
    if kind in OF_DBT:
        return Written(kind, arguments)
    for name, sql in project.generic_tests.items():
        if "." not in name and meaning(sql) == (kind, dict(arguments)):
            return Written(name, {})
    if f"dbt_utils.{kind}" in project.generic_tests:
        return Written(f"dbt_utils.{kind}", arguments)
    own = project.generic_tests.get(kind)
    if own is not None:
        return Written(kind, arguments) if _body(own) == _body(macro(kind)) else None
    return Written(kind, arguments, macro(kind))


def meaning_of(project: Project, kind: str, arguments: Mapping[str, Any]) -> Meaning:
    """What a test of the project says in the words of dbt and dbt_utils, as far as that is known; else as it is."""
    own = project.generic_tests.get(kind)
    if own is not None and kind not in _SAME:
        known = meaning(own)
        if known is not None and "." not in kind:
            return known
        if kind in OURS and _body(own) == _body(macro(kind)):
            return kind, arguments
    bare = _SAME.get(kind, kind)
    if kind.startswith("dbt_expectations."):
        renamed = {"value_set": "values", "column_list": "combination_of_columns"}
        arguments = {renamed.get(name, name): value for name, value in arguments.items()}
    return bare, arguments


@cache
def meaning(sql: str) -> Meaning | None:
    """What a generic test of a project says, where it is one plain condition on its column.

    >>> test = "{% test fine(model, column_name) %} select * from {{ model }} where {{ column_name }} < 0 {% endtest %}"
    >>> meaning(test)
    ('accepted_range', {'min_value': 0})
    """
    found = _TEST.search(_COMMENT.sub("", sql))
    if found is None:
        return None
    text = re.sub(r"\{\{-?\s*model\s*-?\}\}", "model", found[1])
    text = re.sub(r"\{\{-?\s*column_name\s*-?\}\}", "tested", text)
    if "{" in text:
        return None
    try:
        tree = sqlglot.parse_one(text, dialect="duckdb")
    except SqlglotError:
        return None
    where = tree.args.get("where") if isinstance(tree, exp.Select) else None
    if where is None or any(tree.args.get(part) for part in ("joins", "group", "having", "limit", "qualify")):
        return None
    known = _CONDITIONS.get(where.this.sql(dialect="duckdb"))
    return (known[0], dict(known[1])) if known else None


def macro(kind: str) -> str:
    """The text of our own generic test `kind`."""
    return (resources.files("dbt_ai.tasks.testing") / "macros" / f"{kind}.sql").read_text(encoding="utf-8")


def _body(sql: str) -> str:
    return " ".join(_COMMENT.sub("", sql).split())
