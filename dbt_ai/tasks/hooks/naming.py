"""What an entry of a property file names, and whether that is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dbt_ai.project.files.entries import Entry
from dbt_ai.project.files.jinja import named_in
from dbt_ai.project.files.tree import Tree
from dbt_ai.tasks.hooks.reading import Reader
from dbt_ai.values import HookFinding, Target

TEXTS = ("description", "meta", "docs")  # in which a call names nothing


def walk(data: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every piece of an entry with its place."""
    yield path, data
    if isinstance(data, dict):
        for key, value in data.items():
            yield from walk(value, (*path, str(key)))
    elif isinstance(data, list):
        for n, value in enumerate(data):
            yield from walk(value, (*path, n))


def target_of(tree: Tree, entry: Entry) -> Target:
    """The entry as a target."""
    kind = entry.section.removesuffix("s") if entry.section != "analyses" else "analysis"
    return Target(f"{kind}.{tree.layout.name}.{entry.name}")


def lookups(now: Reader, entry: Entry, only: tuple[str, set[str]] | None = None) -> Iterator[HookFinding]:
    """Tests of an entry whose `field` is no column of the model that they name in `to`; `only` of that model."""
    for path, item in walk(entry.data, ()):
        if not isinstance(item, dict) or not isinstance(item.get("to"), str) or "field" not in item:
            continue
        node = next(named_in(item["to"]), None)
        stem = now.stem_of(node) if node is not None else None
        field = str(item["field"]).strip("`\"'")
        if stem is None or not re.fullmatch(r"\w+", field):
            continue
        if only is not None and (stem != only[0] or field.casefold() not in only[1]):
            continue
        if now.selected(stem).lacks(field):
            sentence = (
                f"{stem} has no column {field}, in which the test of {entry.name} looks values up; correct `field`"
            )
            yield HookFinding(entry.path, entry.line(*path, "field"), "no-column", target_of(now.tree, entry), sentence)


def nothing_described(tree: Tree, entry: Entry) -> Iterator[HookFinding]:
    """Versions, or the whole model, that an entry describes without being there."""
    for stem in tree.stems_of(entry):
        if stem not in tree.models:
            sentence = f"there is no model {stem}; remove its entry, or name the model that it is about"
            yield HookFinding(entry.path, entry.line("name"), "no-model", target_of(tree, entry), sentence)
