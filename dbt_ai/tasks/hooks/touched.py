"""Which models a change touches, and what of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from dbt_ai.project.calls import DOC
from dbt_ai.project.files.entries import Entry, PropertyFile
from dbt_ai.project.files.opened import Change
from dbt_ai.project.files.tree import Properties

_APART = ("columns", "versions")


@dataclass(frozen=True)
class Touched:
    """A model that the change touches, in the file of stem `stem`. `before` is what described it before, and
    `stem_before` the stem that its file had then; None where it is new, or looked at as a whole. `blocks` are the names
    of doc blocks that changed and that describe it."""

    stem: str
    path: str
    properties: Properties | None
    before: Properties | None
    stem_before: str | None
    sql_changed: bool
    blocks: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def own_changed(self) -> bool:
        """Whether its entry says something else now of the model itself."""
        return _own(self.properties) != _own(self.before) or self._uses(self.properties, None)

    @cached_property
    def columns_changed(self) -> frozenset[str]:
        """The columns, in lower case, of which its entry says something else now, or nothing any more."""
        now = self.properties.columns if self.properties is not None else {}
        was = self.before.columns if self.before is not None else {}
        changed = {name for name in {*now, *was} if (now[name].data if name in now else None) != _data(was, name)} | {
            name for name in now if self._uses(self.properties, name)
        }
        return frozenset(changed)

    @property
    def entry_changed(self) -> bool:
        """Whether its entry says anything else now."""
        return self.own_changed or bool(self.columns_changed)

    def line(self, column: str | None = None) -> tuple[str, int]:
        """The file and the line where a text or a test of it belongs."""
        if self.properties is None:
            return self.path, 1
        if column is not None and column.casefold() not in self.properties.columns:
            return self.properties.entry.path, self.properties.entry.line()
        return self.properties.entry.path, self.properties.line(column)

    def description(self, column: str | None) -> str:
        """The description as the file has it."""
        return described(self.properties, column)

    def _uses(self, properties: Properties | None, column: str | None) -> bool:
        text = described(properties, column)
        return any(found["name"] in self.blocks for found in DOC.finditer(text))


def described(properties: Properties | None, column: str | None) -> str:
    """The description of a model or a column, as its file has it; empty where it has none."""
    if properties is None:
        return ""
    if column is None:
        return properties.description
    found = properties.columns.get(column.casefold())
    text = found.data.get("description") if found is not None else None
    return "" if text is None else str(text)


def touched_models(change: Change) -> list[Touched]:
    """The models that are there and that the change touches, by the name of their file."""
    changed_sql: set[str] = set()
    stems: set[str] = set()
    blocks: set[str] = set()
    for path in change.focus:
        kind = change.layout.kind(path) or change.before.layout.kind(path)
        if kind == "model" and change.now.models.get(PurePosixPath(path).stem) == path:
            stem = PurePosixPath(path).stem
            stems.add(stem)
            if _sql_changed(change, path):
                changed_sql.add(stem)
        elif kind == "properties":
            stems |= {s for entry in _differing(change, path) for s in change.now.stems_of(entry)}
        elif kind == "docs":
            blocks |= _blocks_changed(change, path)
    for block in blocks:
        for file in change.now.mentioning(block, "doc("):
            stems |= {s for entry in file.of("models") if _names(entry, block) for s in change.now.stems_of(entry)}
    return [
        _touched(change, stem, stem in changed_sql, frozenset(blocks)) for stem in sorted(stems & {*change.now.models})
    ]


def _touched(change: Change, stem: str, sql_changed: bool, blocks: frozenset[str]) -> Touched:
    path = change.now.models[stem]
    old = change.renamed.get(path, path)
    stem_before = PurePosixPath(old).stem
    known = change.before.models.get(stem_before) == old
    before = change.before.properties_of(stem_before) if known else None
    return Touched(
        stem, path, change.now.properties_of(stem), before, stem_before if known else None, sql_changed, blocks
    )


def _sql_changed(change: Change, path: str) -> bool:
    """Whether the text of a model's file says something else, white space and comments of whole lines apart."""
    old = change.renamed.get(path, path)
    was = change.before.read(old) if old in change.before.paths else None
    return was is None or _plain(was) != _plain(change.now.read(path) or b"")


def _plain(content: bytes) -> bytes:
    return b" ".join(re.sub(rb"(?m)^\s*--[^{\n]*$", b"", content).split())


def _differing(change: Change, path: str) -> Iterator[Entry]:
    """The entries of models of a property file that are other ones now, or gone."""
    now, was = change.now.properties(path), change.before.properties(path)
    for key in dict.fromkeys([*now.entries, *was.entries]):
        if key[0] != "models":
            continue
        one, other = now.entries.get(key), was.entries.get(key)
        if one is None or other is None or one.data != other.data:
            yield from (entry for entry in (one, other) if entry is not None)


def changed_entries(change: Change) -> Iterator[tuple[PropertyFile, Entry]]:
    """The entries of any section that are new, or say something else now."""
    for path in change.focus:
        if change.layout.kind(path) == "properties":
            was = change.before.properties(change.renamed.get(path, path))
            file = change.now.properties(path)
            for key, entry in file.entries.items():
                other = was.entries.get(key)
                if other is None or other.data != entry.data:
                    yield file, entry


def _blocks_changed(change: Change, path: str) -> set[str]:
    now = {block.name: block.text for block in change.now.blocks_in(path)}
    was = {block.name: block.text for block in change.before.blocks_in(path)}
    return {name for name in {*now, *was} if now.get(name) != was.get(name)}


def _names(entry: Entry, block: str) -> bool:
    return any(found["name"] == block for found in DOC.finditer(str(entry.data)))


def _own(properties: Properties | None) -> Mapping[str, Any] | None:
    if properties is None:
        return None
    own = {**properties.entry.data, **properties.own}
    return {key: value for key, value in own.items() if key not in (*_APART, "name", "v", "defined_in")}


def _data(columns: Mapping[str, Any], name: str) -> Any:
    return columns[name].data if name in columns else None
