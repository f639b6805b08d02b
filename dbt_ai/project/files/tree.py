"""The files of a project at one time: its models, what describes them, its doc blocks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import PurePosixPath
from typing import Any

from dbt_ai.project.files.entries import Entry, PropertyFile, listed, read_entries
from dbt_ai.project.files.layout import Layout

_VERSIONED = re.compile(r"(.+)_v(\w+?)\Z")
_BLOCK = re.compile(rb"\{%-?\s*docs\s+([\w.-]+)\s*-?%\}(.*?)\{%-?\s*enddocs\s*-?%\}", re.DOTALL)
_SNAPSHOT = re.compile(rb"\{%-?\s*snapshot\s+(\w+)\s*-?%\}")


@dataclass(frozen=True)
class ColumnEntry:
    """A column as a property file has it, `path` being its place in the entry."""

    name: str
    data: Mapping[str, Any]
    path: tuple[str | int, ...]


@dataclass(frozen=True)
class Properties:
    """What a property file says of a model, or of one of its versions, whose `own` entry stands at `own_path`. Columns
    are by name in lower case."""

    entry: Entry
    version: str | None
    description: str
    description_path: tuple[str | int, ...]
    own: Mapping[str, Any] = field(default_factory=dict)
    own_path: tuple[str | int, ...] = ()
    columns: Mapping[str, ColumnEntry] = field(default_factory=dict)

    def line(self, column: str | None = None, *path: str | int) -> int:
        """The line of the model's description, or of a column or a piece of it."""
        if column is None:
            return self.entry.line(*self.description_path)
        found = self.columns.get(column.casefold())
        return self.entry.line(*(found.path if found else ()), *path)


@dataclass(frozen=True)
class DocBlock:
    """A block of docs, with its text and its place."""

    name: str
    text: str
    path: str
    line: int


class Tree:
    """The files at `paths` of a project, whose content `read` gives (None for one that cannot be read)."""

    def __init__(self, layout: Layout, paths: Iterable[str], read: Callable[[str], bytes | None]) -> None:
        self.layout = layout
        self.paths = frozenset(paths)
        self.kinds: dict[str, list[str]] = {}
        for path in sorted(self.paths):
            kind = layout.kind(path)
            if kind:
                self.kinds.setdefault(kind, []).append(path)
        self.read = lru_cache(maxsize=None)(read)
        self.properties = lru_cache(maxsize=None)(self._properties)
        self.entry = lru_cache(maxsize=None)(self._entry)

    @cached_property
    def models(self) -> Mapping[str, str]:
        """The files of all models by their stem."""
        return {PurePosixPath(path).stem: path for path in reversed(self.kinds.get("model", []))}

    @cached_property
    def seeds(self) -> Mapping[str, str]:
        """The files of all seeds by their stem."""
        return {PurePosixPath(path).stem: path for path in reversed(self.kinds.get("seed", []))}

    def _properties(self, path: str) -> PropertyFile:
        content = self.read(path) if path in self.paths else None
        return PropertyFile(path) if content is None else read_entries(path, content)

    def mentioning(self, *words: str, near: str = "") -> Iterator[PropertyFile]:
        """The property files in which all `words` stand, those beside `near` first. A file is read by YAML only where
        they do."""
        folder = PurePosixPath(near).parent
        wanted = [word.encode() for word in words]
        ordered = sorted(self.kinds.get("properties", []), key=lambda path: PurePosixPath(path).parent != folder)
        for path in ordered:
            content = self.read(path)
            if content is not None and all(word in content for word in wanted):
                yield self.properties(path)

    def _entry(self, section: str, name: str, near: str = "") -> Entry | None:
        for file in self.mentioning(name, near=near):
            found = file.entries.get((section, name))
            if found is not None:
                return found
        return None

    def properties_of(self, stem: str) -> Properties | None:
        """What is said of the model in the file of that stem; None where no property file has it."""
        near = self.models.get(stem, "")
        entry = self.entry("models", stem, near)
        if entry is not None and not listed(entry.data, "versions"):
            return _properties_of(entry, None)
        if entry is not None:  # the file of the latest version need not be called after it
            return _properties_of(entry, latest_of(entry))
        versioned = _VERSIONED.match(stem)
        if versioned is not None:
            entry = self.entry("models", versioned[1], near)
            for _, version in listed(entry.data, "versions") if entry is not None else ():
                if not version.get("defined_in") and str(version.get("v")) == versioned[2] and entry is not None:
                    return _properties_of(entry, versioned[2])
        for file in self.mentioning(stem, "defined_in", near=near):
            for one in file.of("models"):
                for _, version in listed(one.data, "versions"):
                    if version.get("defined_in") == stem:
                        return _properties_of(one, str(version.get("v")))
        return None

    def stems_of(self, entry: Entry) -> list[str]:
        """The stems of the files of the models that an entry describes, whether they are there or not."""
        stems = []
        for _, version in listed(entry.data, "versions"):
            stem = str(version.get("defined_in") or f"{entry.name}_v{version.get('v')}")
            latest = str(version.get("v")) == latest_of(entry)
            stems.append(entry.name if latest and stem not in self.models and entry.name in self.models else stem)
        return stems or [entry.name]

    @cached_property
    def blocks(self) -> Mapping[str, DocBlock]:
        """The doc blocks by name."""
        return {block.name: block for path in self.kinds.get("docs", ()) for block in self.blocks_in(path)}

    def blocks_in(self, path: str) -> Iterator[DocBlock]:
        """The doc blocks of one file."""
        content = (self.read(path) if path in self.paths else None) or b""
        for found in _BLOCK.finditer(content):
            line = content.count(b"\n", 0, found.start()) + 1
            yield DocBlock(found[1].decode(), found[2].decode("utf-8", "replace").strip(), path, line)

    def has_node(self, name: str) -> bool:
        """Whether `ref` finds a model, seed or snapshot of that name, in whatever version."""
        if name in self.models or name in self.seeds:
            return True
        if any(stem.startswith(f"{name}_v") for stem in self.models):
            return True
        if name.encode() in {found[1] for path in self.kinds.get("snapshot", ()) for found in self._snapshots(path)}:
            return True
        if self.entry("snapshots", name) is not None:
            return True
        entry = self.entry("models", name)
        return entry is not None and any(stem in self.models for stem in self.stems_of(entry))

    def _snapshots(self, path: str) -> Iterator[re.Match[bytes]]:
        return _SNAPSHOT.finditer(self.read(path) or b"")

    def table(self, source: str, name: str) -> bool:
        """Whether a property file has that table of that source."""
        for file in self.mentioning(source, name):
            entry = file.entries.get(("sources", source))
            if entry is not None and any(table.get("name") == name for _, table in listed(entry.data, "tables")):
                return True
        return False


def latest_of(entry: Entry) -> str | None:
    """The latest version that an entry names, None where it has none."""
    versions = [str(version.get("v")) for _, version in listed(entry.data, "versions")]
    given = entry.data.get("latest_version")
    if given is not None or not versions:
        return None if given is None else str(given)
    return max(versions, key=lambda v: (v.isdigit(), int(v) if v.isdigit() else 0, v))


def _properties_of(entry: Entry, version: str | None) -> Properties:
    found = next(((n, one) for n, one in listed(entry.data, "versions") if str(one.get("v")) == version), None)
    columns = {
        str(column["name"]).casefold(): ColumnEntry(str(column["name"]), column, ("columns", n))
        for n, column in listed(entry.data, "columns")
        if "name" in column
    }
    text = entry.data.get("description")
    path: tuple[str | int, ...] = ("description",)
    own: Mapping[str, Any] = entry.data
    if found is not None:
        number, own = found
        rule = next((one for _, one in listed(own, "columns") if "name" not in one), {"include": "all"})
        include, exclude = rule.get("include", "all"), rule.get("exclude") or []
        left = {str(one).casefold() for one in include} if isinstance(include, list) else None
        gone = {str(one).casefold() for one in exclude} if isinstance(exclude, list) else set()
        columns = {k: c for k, c in columns.items() if (left is None or k in left) and k not in gone}
        for n, column in listed(own, "columns"):
            if "name" in column:
                own_place = ("versions", number, "columns", n)
                columns[str(column["name"]).casefold()] = ColumnEntry(str(column["name"]), column, own_place)
        place = ("versions", number)
        if own.get("description") is not None:
            text, path = own["description"], (*place, "description")
        return Properties(entry, version, "" if text is None else str(text), path, own, place, columns)
    return Properties(entry, version, "" if text is None else str(text), path, own, (), columns)
