"""Entries of property files, as they are written, with the line on which each piece stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.constructor import SafeConstructor

SECTIONS = ("models", "seeds", "snapshots", "sources")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 12
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Entry:
    """One item of a section of a property file. `data` is what YAML makes of it, `lines` has the line of each piece by
    its path in `data`."""

    path: str
    section: str
    name: str
    data: Mapping[str, Any]
    lines: Mapping[Path, int] = field(default_factory=dict, compare=False, repr=False)

    def line(self, *path: str | int) -> int:
        """The line of the piece at `path`, or of what is around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


@dataclass(frozen=True)
class PropertyFile:
    """A property file: its entries by section and name, its other sections as they are (`exposures`, `unit_tests`,
    ...), or the line and the reason why it cannot be read."""

    path: str
    entries: Mapping[tuple[str, str], Entry] = field(default_factory=dict)
    twice: tuple[Entry, ...] = ()
    problem: str = ""
    problem_line: int = 1

    def of(self, section: str) -> Iterator[Entry]:
        """The entries of a section."""
        yield from (entry for (kind, _), entry in self.entries.items() if kind == section)


def read_entries(path: str, content: bytes) -> PropertyFile:
    """The entries of a property file; one that is broken has none, and a `problem`."""
    try:
        root = yaml.compose(content, Loader=_Loader)
        found: dict[tuple[str, str], Entry] = {}
        twice: list[Entry] = []
        if root is None or not isinstance(root, yaml.MappingNode):
            return PropertyFile(path)
        for key, value in root.value:
            if not isinstance(value, yaml.SequenceNode):
                continue
            for node in value.value:
                entry = _entry(path, key.value, node)
                if entry is None:
                    continue
                if (entry.section, entry.name) in found:
                    twice.append(entry)
                found.setdefault((entry.section, entry.name), entry)
        return PropertyFile(path, found, tuple(twice))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return PropertyFile(
            path, problem=str(error.problem or error.context), problem_line=mark.line + 1 if mark else 1
        )
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, UnicodeDecodeError) as error:
        return PropertyFile(path, problem=(str(error).splitlines() or [type(error).__name__])[0])


def _entry(path: str, section: str, node: yaml.Node) -> Entry | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    data = SafeConstructor().construct_object(node, deep=True)  # a merge (`<<`) is written out in the node, too
    if not isinstance(data, dict) or not isinstance(data.get("name"), str):
        return None
    return Entry(path, section, data["name"], data, dict(_lines(node, ())))


def _lines(node: yaml.Node, path: Path) -> Iterator[tuple[Path, int]]:
    yield path, node.start_mark.line + 1
    if len(path) > _DEEPEST:
        return
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            below = (*path, str(key.value))
            yield from _lines(value, below)
            yield below, key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _lines(value, (*path, index))


def listed(holder: Mapping[str, Any], key: str) -> list[tuple[int, dict[str, Any]]]:
    """The mappings in the list under `key`, each with its place in it."""
    items = holder.get(key)
    return [(n, item) for n, item in enumerate(items) if isinstance(item, dict)] if isinstance(items, list) else []
