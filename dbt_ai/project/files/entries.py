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
    problem: str = ""
    problem_line: int = 1

    def of(self, section: str) -> Iterator[Entry]:
        """The entries of a section."""
        yield from (self.entries[key] for key in self.entries if key[0] == section)


class _Entries(Mapping[tuple[str, str], Entry]):
    """The entries of a file by section and name, each made of its node when it is asked for: most never are."""

    def __init__(self, path: str, nodes: Mapping[tuple[str, str], yaml.Node]) -> None:
        self._path = path
        self._nodes = nodes
        self._made: dict[tuple[str, str], Entry] = {}

    def __getitem__(self, key: tuple[str, str]) -> Entry:
        if key not in self._made:
            self._made[key] = _entry(self._path, *key, self._nodes[key])
        return self._made[key]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._nodes)

    def __len__(self) -> int:
        return len(self._nodes)


def read_entries(path: str, content: bytes) -> PropertyFile:
    """The entries of a property file; one that is broken has none, and a `problem`."""
    try:
        root = yaml.compose(content, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        return PropertyFile(path, problem=str(error.problem or error.context), problem_line=line)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return PropertyFile(path, problem=(str(error).splitlines() or [type(error).__name__])[0])
    found: dict[tuple[str, str], yaml.Node] = {}
    for key, value in root.value if isinstance(root, yaml.MappingNode) else ():
        for node in value.value if isinstance(value, yaml.SequenceNode) else ():
            name = _name(node)
            if name is not None:
                found.setdefault((key.value, name), node)
    return PropertyFile(path, _Entries(path, found))


def _name(node: yaml.Node) -> str | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((str(v.value) for k, v in pairs if k.value == "name" and isinstance(v, yaml.ScalarNode)), None)


def _entry(path: str, section: str, name: str, node: yaml.Node) -> Entry:
    """The entry that a node is; one whose values are none that YAML knows has its name alone."""
    try:
        data = SafeConstructor().construct_object(node, deep=True)  # a merge (`<<`) is written out in the node, too
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        data = {"name": name}
    return Entry(path, section, name, data, dict(_lines(node, ())))


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
