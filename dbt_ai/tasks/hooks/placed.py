"""The data tests of a model's entry, each with its line."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dbt_ai.edits.data_tests import KEYS, Identity, identity
from dbt_ai.project.files.entries import listed
from dbt_ai.project.files.tree import Properties

_COMBINED = ("combination_of_columns", "column_list", "columns", "column_names")


@dataclass(frozen=True)
class PlacedTest:
    """A data test of a model (`column` None) or of one of its columns, with its place in the entry and its item."""

    identity: Identity
    column: str | None
    item: Any
    path: tuple[str | int, ...]


def placed_tests(properties: Properties) -> tuple[PlacedTest, ...]:
    """The data tests of a model or of its version, in the order of the file."""
    if any(properties.own.get(key) for key in KEYS):
        found = list(_of(properties.own, properties.own_path, None))
    else:  # a version that has no tests of its own has those of its model
        found = list(_of(properties.entry.data, (), None))
    for column in properties.columns.values():
        found += _of(column.data, column.path, column.name)
    return tuple(found)


def placed_in(path: tuple[str | int, ...], entry: Mapping[str, Any], column: str | None) -> Iterator[PlacedTest]:
    """The data tests of an entry that has no versions."""
    yield from _of(entry, path, column)
    for n, one in listed(entry, "columns"):
        if "name" in one:
            yield from _of(one, (*path, "columns", n), str(one["name"]))


def _of(holder: Mapping[str, Any], path: tuple[str | int, ...], column: str | None) -> Iterator[PlacedTest]:
    for key in KEYS:
        items = holder.get(key)
        for n, item in enumerate(items if isinstance(items, list) else ()):
            found = identity(item, column)
            if found is not None:
                yield PlacedTest(found, column, item, (*path, key, n))


def arguments_of(test: Identity) -> Mapping[str, Any]:
    """The arguments of a test, whose lists are in order where they are sets."""
    pairs = ast.literal_eval(test.arguments)
    return dict(pairs) if isinstance(pairs, list) else {}


def is_unique(test: Identity) -> tuple[str, ...]:
    """The columns that a test says to be unique together, in lower case; empty for any other test."""
    bare = test.name.rpartition(".")[2]
    if "uniq" not in bare and "primary_key" not in bare:
        return ()
    given = arguments_of(test)
    together = next((given[name] for name in _COMBINED if isinstance(given.get(name), list)), None)
    if together is not None:
        return tuple(str(one).casefold() for one in together)
    return (test.column,) if test.column else ("*",)
