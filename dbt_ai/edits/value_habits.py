"""How a property file writes its tests: which key, flow or block lists, quotes, indents."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TypeVar

from dbt_ai.edits.data_tests import KEYS
from dbt_ai.edits.texts import plain_is_safe
from dbt_ai.edits.tree import Mapping, Node, Scalar, Sequence, key_column, key_text, walk

T = TypeVar("T")

QUOTED = ("values", "value_set")  # lists of values of the data, which people quote; names they do not
BEHIND_TESTS = ("columns", "tables", "versions")


@dataclass(frozen=True)
class ValueHabits:
    """The habits of one file for what is no description. Everything has an answer, also for an empty file."""

    keys: Counter[str] = field(default_factory=Counter)  # `tests` or `data_tests`
    flow: dict[str, Counter[bool]] = field(default_factory=dict)  # lists of scalars in flow style, by key
    styles: dict[str, Counter[str | None]] = field(default_factory=dict)  # of texts that need no quotes, by key
    nests: dict[str, Counter[int]] = field(default_factory=dict)  # a nested key's column minus its holder's
    follow: Counter[str] = field(default_factory=Counter)  # keys behind the tests of an entry minus those before
    flow_rows: Counter[bool] = field(default_factory=Counter)  # rows of unit tests in flow style

    def tests_key(self) -> str | None:
        """The key that most tests of the file stand under, None for a file without tests."""
        return self.keys.most_common(1)[0][0] if self.keys else None

    def in_flow(self, key: str) -> bool:
        """True where a list of scalars under `key` stands on one line."""
        if key in KEYS:
            return _most_common(sum((self.flow.get(one, Counter()) for one in KEYS), Counter()), False)
        lists = sum((counts for one, counts in self.flow.items() if one not in KEYS), Counter())
        return _most_common(self.flow.get(key, Counter()) or lists, True)

    def style(self, key: str, quote: str) -> str | None:
        """How texts under `key` that need no quotes are written: None for plain."""
        default = quote if key in QUOTED else None
        return _most_common(self.styles.get("tests" if key in KEYS else key, Counter()), default)

    def nest(self, key: str) -> int:
        """How far the keys of a mapping below `key` are indented."""
        everything = sum(self.nests.values(), Counter())
        return _most_common(self.nests.get("tests" if key in KEYS else key, Counter()) or everything, 2)

    def behind_tests(self, key: str) -> bool:
        """True where an entry has `key` behind its tests."""
        return self.follow[key] > 0 if key in self.follow else key in BEHIND_TESTS

    def rows_in_flow(self) -> bool:
        """True where a row of a unit test is a flow mapping."""
        return _most_common(self.flow_rows, True)


def _most_common(counts: Counter[T], default: T) -> T:
    return counts.most_common(1)[0][0] if counts else default


def read_value_habits(root: Node | None) -> ValueHabits:
    """The habits of the file with this tree."""
    habits = ValueHabits()
    for node in walk(root):
        if isinstance(node, Mapping):
            for index, (key_node, value) in enumerate(node.entries):
                key = key_text(key_node)
                if key is not None:
                    _read_value(habits, key, value, key_node)
                if key in KEYS and node is not root:
                    habits.keys[key] += 1
                    before = (key_text(other) for other, _ in node.entries[:index])
                    behind = (key_text(other) for other, _ in node.entries[index + 1 :])
                    habits.follow.update(name for name in behind if name)
                    habits.follow.subtract(name for name in before if name)
    return habits


def _read_value(habits: ValueHabits, key: str, value: Node, key_node: Node) -> None:
    kind = "tests" if key in KEYS else key
    if isinstance(value, Mapping):
        _nest(habits, kind, value, key_node.column)
    if not isinstance(value, Sequence):
        _style(habits, kind, value)
        return
    for item in value.items:
        _style(habits, kind, item)
        if isinstance(item, Mapping):
            for _, below in item.entries:
                if kind == "tests" and key_column(item) is not None and isinstance(below, Mapping):
                    _nest(habits, kind, below, key_column(item) or 0)
                if kind == "rows":
                    _style(habits, kind, below)
    if value.items and all(isinstance(item, Scalar) for item in value.items):
        habits.flow.setdefault(key, Counter())[value.flow] += 1
    if key == "rows":
        habits.flow_rows.update(item.flow for item in value.items if isinstance(item, Mapping))


def _style(habits: ValueHabits, kind: str, value: Node) -> None:
    if isinstance(value, Scalar) and value.style not in ("|", ">") and value.tag is None and plain_is_safe(value.value):
        habits.styles.setdefault(kind, Counter())[value.style] += 1


def _nest(habits: ValueHabits, kind: str, value: Mapping, column: int) -> None:
    nested = key_column(value)
    if nested is not None:
        habits.nests.setdefault(kind, Counter())[nested - column] += 1
