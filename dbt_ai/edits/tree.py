"""A property file as a tree that knows where in the text each piece stands, read by the parser that dbt uses.

PyYAML's own composer forgets aliases (`*id` becomes the anchored node itself) and with them their place in the text;
here an alias stays an alias, and knows the node it stands for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

# dbt prefers libyaml too, and falls back the same way
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

EMPTY_PLAIN = ("", "~", "null", "Null", "NULL")
MERGE = "<<"


class MultipleDocumentsError(ValueError):
    """The text holds more than one YAML document."""


class UndefinedAliasError(ValueError):
    """An alias without an anchor, at `line`."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(eq=False)
class Node:
    """One node. `start` and `end` are character offsets, `column` the column of the first one.

    The `end` of a block collection lies behind the blank lines and comments that follow it; `last_offset` gives the
    end of what is written.
    """

    start: int
    end: int
    column: int
    anchor: str | None = None
    tag: str | None = None

    @property
    def resolved(self) -> Node:
        """The node itself, or the anchored one where this is an alias."""
        return self


@dataclass(eq=False)
class Scalar(Node):
    """A scalar; `style` is None for plain, else one of the characters ' \" | >."""

    value: str = ""
    style: str | None = None

    @property
    def is_empty(self) -> bool:
        """True for null and for a text of nothing but space."""
        if self.style is None and self.tag is None:
            return self.value in EMPTY_PLAIN
        return not self.value.strip()


@dataclass(eq=False)
class Mapping(Node):
    """A mapping with its entries in the order of the file, duplicate keys included."""

    flow: bool = False
    entries: list[tuple[Node, Node]] = field(default_factory=list)

    def all(self, key: str) -> list[tuple[Node, Node]]:
        """The entries whose key reads `key`."""
        return [entry for entry in self.entries if key_text(entry[0]) == key]

    def get(self, key: str) -> Node | None:
        """The value dbt would see under `key` (the last one wins), aliases resolved, or None."""
        found = self.all(key)
        return found[-1][1].resolved if found else None

    def text(self, key: str) -> str | None:
        """The scalar under `key` as text, or None."""
        value = self.get(key)
        return value.value if isinstance(value, Scalar) else None


@dataclass(eq=False)
class Sequence(Node):
    """A sequence with its items, and the columns of their dashes (none in flow style)."""

    flow: bool = False
    items: list[Node] = field(default_factory=list)


@dataclass(eq=False)
class Alias(Node):
    """An alias and the node it stands for."""

    target: Node = field(default_factory=lambda: Node(0, 0, 0))

    @property
    def resolved(self) -> Node:
        return self.target


def key_text(node: Node) -> str | None:
    """The text of a mapping's key, None for keys that are no scalars."""
    key = node.resolved
    return key.value if isinstance(key, Scalar) else None


def parse(text: str) -> Node | None:
    """The tree of `text`, None where it holds nothing.

    Raises yaml.YAMLError for broken YAML, UndefinedAliasError and MultipleDocumentsError.
    """
    events: Iterator[Any] = iter(yaml.parse(text, Loader=Loader))
    anchors: dict[str, Node] = {}
    root: Node | None = None
    documents = 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise MultipleDocumentsError
        elif isinstance(event, yaml.NodeEvent):
            root = _node(event, events, anchors)
    return root


def _node(event: Any, events: Iterator[Any], anchors: dict[str, Node]) -> Node:
    start, end, column, line = *_offsets(event), event.start_mark.column, event.start_mark.line + 1
    anchor = event.anchor
    if isinstance(event, yaml.AliasEvent):
        if anchor not in anchors:
            raise UndefinedAliasError(line, f"found undefined alias {anchor!r}")
        return Alias(start, end, column, target=anchors[anchor])
    if isinstance(event, yaml.ScalarEvent):
        scalar = Scalar(start, end, column, anchor, event.tag, event.value, event.style or None)
        if anchor:
            anchors[anchor] = scalar
        return scalar
    node: Mapping | Sequence
    if isinstance(event, yaml.MappingStartEvent):
        node = Mapping(start, end, column, anchor, event.tag, bool(event.flow_style))
    else:
        node = Sequence(start, end, column, anchor, event.tag, bool(event.flow_style))
    if anchor:
        anchors[anchor] = node
    for inner in events:
        if isinstance(inner, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            node.end = _offsets(inner)[1]
            break
        child = _node(inner, events, anchors)
        if isinstance(node, Mapping):
            node.entries.append((child, _node(next(events), events, anchors)))
        else:
            node.items.append(child)
    return node


def _offsets(event: Any) -> tuple[int, int]:
    return event.start_mark.index, event.end_mark.index


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below `node`, aliases as they stand."""
    if isinstance(node, Mapping):
        for key, value in node.entries:
            yield key
            yield value
    elif isinstance(node, Sequence):
        yield from node.items


def walk(node: Node | None) -> Iterator[Node]:
    """Every node of the tree in the order of the file, without going through aliases."""
    stack = [node] if node is not None else []
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(list(children(current))))


def key_column(item: Node) -> int | None:
    """The column of the keys of a block mapping."""
    return item.entries[0][0].column if isinstance(item, Mapping) and item.entries and not item.flow else None


def count_uses(root: Node | None) -> dict[int, int]:
    """For each node, by id: in how many places of the loaded data it appears. Raises RecursionError for a cycle."""
    order: list[Node] = []
    finished: dict[int, bool] = {}

    def visit(node: Node) -> None:
        finished[id(node)] = False
        for child in children(node):
            below = child.resolved
            if finished.get(id(below)) is False:
                raise RecursionError
            if id(below) not in finished:
                visit(below)
        finished[id(node)] = True
        order.append(node)

    uses: dict[int, int] = {}
    if root is not None:
        visit(root)
        uses = {id(node): 0 for node in order}
        uses[id(root)] = 1
    for node in reversed(order):
        for child in children(node):
            uses[id(child.resolved)] += uses[id(node)]
    return uses


def last_offset(node: Node, text: str) -> int:
    """The offset just behind the last character that belongs to `node`, without what follows it."""
    while True:
        if isinstance(node, Mapping) and not node.flow and node.entries:
            node = node.entries[-1][1]
        elif isinstance(node, Sequence) and not node.flow and node.items:
            node = node.items[-1]
        else:
            break
    if isinstance(node, Scalar) and node.style in ("|", ">"):
        written = text[node.start : node.end]
        if "+" in written.partition("\n")[0]:  # keeps the blank lines that follow it
            return node.start + len(written.removesuffix("\n").removesuffix("\r"))
        return node.start + len(written.rstrip())
    return node.end
