"""What a property file does the same way again and again, so that new lines do it too."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import TypeVar

from dbt_ai.edits.texts import ScalarHabit, plain_is_safe
from dbt_ai.edits.tree import Mapping, Node, Scalar, Sequence, key_column, key_text, last_offset, walk
from dbt_ai.edits.value_habits import ValueHabits, read_value_habits

T = TypeVar("T")

LONG = 80  # a description of more characters is a long one
FIRM = 3  # so many descriptions without an exception make a rule
SECTIONS = ("models", "sources", "seeds", "snapshots", "tables", "unit_tests", "macros")


@dataclass(frozen=True)
class Described:
    """A description that is there: the list its entry is in (`columns`, `models` ...), the key before it, its form."""

    kind: str
    predecessor: str | None
    style: str | None
    length: int
    header: str = ""
    step: int = 2
    width: int = 0
    forced: bool = False  # quotes that YAML demands, which say nothing about habits


@dataclass(frozen=True)
class Habits:
    """The habits of one file. Everything has an answer, also for an empty file."""

    described: tuple[Described, ...] = ()
    offsets: dict[str, Counter[int]] = field(default_factory=dict)  # dash column minus key column, by key
    steps: Counter[int] = field(default_factory=Counter)  # first key's column minus dash column
    gaps: dict[str, Counter[int]] = field(default_factory=dict)  # blank lines between items, by key
    quotes: Counter[str] = field(default_factory=Counter)
    version_line: bool = False
    newline: str = "\n"
    values: ValueHabits = field(default_factory=ValueHabits)
    _scalars: dict[tuple[str, bool], ScalarHabit] = field(default_factory=dict, compare=False)
    _predecessors: dict[str, list[str]] = field(default_factory=dict, compare=False)

    def offset(self, key: str) -> int:
        """How far the dashes under `key` are indented."""
        counts = self.offsets.get(key) or sum(self.offsets.values(), Counter())
        return _most_common(counts, 2)

    def step(self) -> int:
        """How far the keys of an item stand from its dash."""
        return _most_common(self.steps, 2)

    def gap(self, key: str) -> int:
        """How many blank lines separate the items under `key`."""
        apart = key in SECTIONS and key != "tables"
        return _most_common(self.gaps.get(key, Counter()), 1 if apart else 0)

    def predecessors(self, kind: str) -> list[str]:
        """The keys that descriptions of `kind` follow, most usual first."""
        if kind not in self._predecessors:
            counts = Counter(d.predecessor for d in self.described if d.kind == kind and d.predecessor)
            self._predecessors[kind] = [key for key, _ in counts.most_common()]
        return self._predecessors[kind]

    def scalar(self, kind: str, text: str) -> ScalarHabit:
        """How a description of `kind` as long as `text` is written."""
        long = len(text) > LONG
        if (kind, long) not in self._scalars:
            self._scalars[kind, long] = self._scalar(kind, long)
        return self._scalars[kind, long]

    def _scalar(self, kind: str, long: bool) -> ScalarHabit:
        alike = [d for d in self.described if (d.length > LONG) == long]
        same = [d for d in alike if d.kind == kind]
        if not long and not (len(same) >= FIRM and all(d.header for d in same)):
            # a short text gets one line, unless this file firmly writes even those as blocks
            alike, same = [d for d in alike if not d.header], [d for d in same if not d.header]
        samples = same or alike or [d for d in self.described if not d.header]
        samples = [d for d in samples if not d.forced]
        style = _most_common(Counter(d.style for d in samples), None)
        blocks = [d for d in self.described if d.header and (style not in ("|", ">") or d.style == style)]
        return ScalarHabit(
            style=style,
            quote=_most_common(self.quotes, '"'),
            header=_most_common(Counter(d.header for d in blocks), ""),
            step=_most_common(Counter(d.step for d in (samples if long else blocks) if d.header or d.width), 2),
            width=_width([d for d in samples if d.style == style], style) if long else 0,
        )


def _width(samples: list[Described], style: str | None) -> int:
    """Where the lines of long texts wrap, 0 where most do not."""
    widths = [d.width for d in samples if d.width]
    return max(widths) if len(widths) * 2 > len(samples) and style != "|" else 0


def _most_common(counts: Counter[T], default: T) -> T:
    return counts.most_common(1)[0][0] if counts else default


def dash_column(text: str, item: Node) -> int | None:
    """The column of the dash before a block sequence's `item`, None where something else stands in between."""
    dash = text.rfind("-", 0, item.start)
    if dash < 0 or text[dash + 1 : item.start].strip():
        return None
    return dash - (text.rfind("\n", 0, dash) + 1)


def blank_lines(text: str, before: Node, after: Node) -> int:
    """How many blank lines stand together between two items, comments aside."""
    lines = text[last_offset(before, text) : after.start].split("\n")[1:-1]
    return max((len(list(run)) for blank, run in groupby(lines, lambda line: not line.strip()) if blank), default=0)


def read_habits(text: str, root: Node | None) -> Habits:
    """The habits of the file with this `text` and tree."""
    described: list[Described] = []
    offsets: dict[str, Counter[int]] = {}
    gaps: dict[str, Counter[int]] = {}
    steps: Counter[int] = Counter()
    quotes: Counter[str] = Counter()
    for node in walk(root):
        if isinstance(node, Scalar) and node.style in ("'", '"'):
            quotes[node.style] += 1
        if not isinstance(node, Mapping):
            continue
        for key_node, value in node.entries:
            key = key_text(key_node)
            if key is None or not isinstance(value, Sequence):
                continue
            described.extend(_described(key, value.items, text))
            dash = dash_column(text, value.items[0]) if value.items and not value.flow else None
            if dash is None or node.flow:
                continue
            offsets.setdefault(key, Counter())[dash - key_node.column] += 1
            column = key_column(value.items[0])
            if column is not None:
                steps[column - dash] += 1
            for before, after in zip(value.items, value.items[1:], strict=False):
                gaps.setdefault(key, Counter())[blank_lines(text, before, after)] += 1
    return Habits(
        described=tuple(described),
        offsets=offsets,
        steps=steps,
        gaps=gaps,
        quotes=quotes,
        version_line=isinstance(root, Mapping) and root.get("version") is not None,
        newline="\r\n" if "\r\n" in text else "\n",
        values=read_value_habits(root),
    )


def _described(kind: str, items: Iterable[Node], text: str) -> Iterable[Described]:
    for item in items:
        if not isinstance(item, Mapping):
            continue
        for index, (key, value) in enumerate(item.entries):
            if key_text(key) != "description" or not isinstance(value, Scalar) or value.is_empty:
                continue
            predecessor = key_text(item.entries[index - 1][0]) if index else None
            header, step, width = "", 2, 0
            first, *lines = text[value.start : last_offset(value, text)].splitlines()
            if value.style in ("|", ">"):
                match = re.match(r"[|>][-+]?", first)
                header = match.group().replace("+", "") if match else value.style
            lines = [line for line in lines if line.strip()]
            if lines:
                step = max(len(lines[0]) - len(lines[0].lstrip()) - key.column, 1)
                head = [] if header else [" " * value.column + first]
                width = max(map(len, head + lines)) if len(head + lines) > 1 else 0
            forced = value.style in ("'", '"') and not plain_is_safe(value.value)
            yield Described(kind, predecessor, value.style, len(value.value.strip()), header, step, width, forced)
