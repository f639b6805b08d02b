"""New lines in the habits of a file: every edit becomes a splice of its text, nothing else is touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence as SequenceABC
from dataclasses import dataclass, field, replace
from typing import Any

from dbt_ai.edits.data_tests import KEYS
from dbt_ai.edits.habits import Habits, blank_lines, dash_column
from dbt_ai.edits.layout import Layout
from dbt_ai.edits.reasons import RefusalError
from dbt_ai.edits.texts import ScalarHabit, one_line, scalar_lines
from dbt_ai.edits.tree import Alias, Mapping, Node, Scalar, Sequence, key_column, key_text, last_offset

INLINE = 1_000_000  # the indent of text that belongs into a line that is there


@dataclass(frozen=True)
class Splice:
    """`text` in place of what stands from `start` to `end`. At one place, what belongs into the line comes first, then
    the deeper indented lines, so that every line stays in its own block; `rank` decides between equals."""

    start: int
    end: int
    text: str
    indent: int = INLINE
    rank: int = 0


def apply_splices(text: str, splices: SequenceABC[Splice]) -> str:
    """`text` with all `splices` done, which must not overlap."""
    pieces: list[str] = []
    at = 0
    for splice in sorted(splices, key=lambda s: (s.start, -s.indent, s.rank)):
        pieces += [text[at : splice.start], splice.text]
        at = splice.end
    return "".join([*pieces, text[at:]])


@dataclass
class Writer:
    """Writes into one file: `text` and its `root`, in its `habits`. The splices pile up in `splices`."""

    text: str
    root: Mapping | None
    habits: Habits
    splices: list[Splice] = field(default_factory=list)

    def describe(self, mapping: Mapping, kind: str, text: str) -> None:
        """Put `text` as the description of `mapping`, in place of the one that is there."""
        found = mapping.all("description")
        if found:
            self._fill(mapping, kind, *found[0], text)
            return
        key, value = self._predecessor(mapping, kind)
        word = self._key_like(mapping, "description")
        if mapping.flow:
            scalar = one_line(text, self.habits.scalar(kind, text), flow=True)
            self.splices.append(Splice(value.end, value.end, f", {word}: {scalar}"))
            return
        column = _column(mapping)
        first, *rest = scalar_lines(text, self.habits.scalar(kind, text), column)
        position = self._behind(key, value, column)
        self._insert(position, [" " * column + f"{word}: {first}", *rest], column, rank=0)

    def _fill(self, mapping: Mapping, kind: str, key: Node, value: Node, text: str) -> None:
        if isinstance(value, Alias):
            raise RefusalError("shared-anchor")
        if not isinstance(value, Scalar):
            raise RefusalError("unusual-layout")
        if value.anchor or value.tag:
            raise RefusalError("tagged")
        habit = self.habits.scalar(kind, text)
        start, end = value.start, last_offset(value, self.text)
        if not value.is_empty:
            habit = _own_habit(habit, value, self.text[start:end])
        space = ""
        if start == end:  # a key without a value
            start = end = self._colon(key) + 1
            space = " "
        if value.style in ("|", ">") and "#" in self.text[start:end].partition("\n")[0]:
            raise RefusalError("unusual-layout")  # a comment behind the block's header would be lost
        if mapping.flow or self.text[end : self._line_end(end)].strip():
            self.splices.append(Splice(start, end, space + one_line(text, habit, flow=mapping.flow)))
            return
        lines = scalar_lines(text, habit, _column(mapping))
        self.splices.append(Splice(start, end, space + self._newline(end).join(lines)))

    def _predecessor(self, mapping: Mapping, kind: str) -> tuple[Node, Node]:
        entries = {key_text(key): (key, value) for key, value in mapping.entries}
        for name in (*self.habits.predecessors(kind), "name", "v"):
            if name in entries:
                return entries[name]
        return mapping.entries[0]

    def add(self, mapping: Mapping | None, key: str, items: SequenceABC[tuple[int, Any]]) -> None:
        """Add `items` to the list under `key` of `mapping` (None: of the empty file), each behind the item with its
        index (-1: before the first). A missing list is made."""
        found = mapping.all(key) if mapping is not None else []
        if mapping is None or not found:
            self._add_key(mapping, key, [item for _, item in items])
            return
        key_node, value = found[0]
        existing = value.resolved
        if isinstance(existing, Sequence) and existing.items:
            (self._add_flow if existing.flow else self._add_block)(key, existing, items, key_node)
        elif isinstance(value, Alias) or value.anchor or value.tag:
            raise RefusalError("unusual-layout")
        else:
            self._fill_list(mapping, key, value, key_node, [item for _, item in items])

    def _fill_list(self, mapping: Mapping, key: str, value: Node, key_node: Node, items: SequenceABC[Any]) -> None:
        """Put `items` where `columns:` or `columns: []` stands."""
        if isinstance(value, Sequence) and (mapping.flow or self._on_one_line(key, items)):
            layout = Layout(self.habits, mark=self._mark(mapping) if mapping.flow else None)
            self.splices.append(Splice(value.start, value.end, layout.flow(key, list(items))))
            return
        if mapping.flow:
            raise RefusalError("unusual-layout")
        if value.end > value.start:
            colon = self._colon(key_node) + 1
            self.splices.append(Splice(colon, value.end, ""))
        dash = key_node.column + self.habits.offset(key)
        lines = Layout(self.habits).items(key, items, dash)
        self._insert(self._line_end(value.end), lines, dash + 1, rank=1)

    def _on_one_line(self, key: str, items: SequenceABC[Any]) -> bool:
        """True where a list of tests is made as `[unique, not_null]`."""
        return key in KEYS and self.habits.values.in_flow(key) and all(isinstance(item, str) for item in items)

    def _add_key(self, mapping: Mapping | None, key: str, items: SequenceABC[Any]) -> None:
        if mapping is None:
            self._insert_list(0, key, key, items, self._line_end(len(self.text.rstrip())), apart=True)
            return
        word = self._key_like(mapping, key)
        last = self._entry_before(mapping, key)
        if mapping.flow:
            if mapping is self.root:
                raise RefusalError("unusual-layout")
            inner = Layout(self.habits, mark=self._mark(mapping)).flow(key, list(items))
            self.splices.append(Splice(last[1].end, last[1].end, f", {word}: {inner}", rank=1))
            return
        column = _column(mapping)
        if mapping is self.root:
            self._insert_list(column, key, word, items, self._line_end(len(self.text.rstrip())), apart=True)
        elif last is mapping.entries[-1]:
            self._insert_list(column, key, word, items, self._after(mapping, column - 1))
        else:
            self._insert_list(column, key, word, items, self._behind(*last, column))

    def _insert_list(
        self, column: int, key: str, word: str, items: SequenceABC[Any], position: int, apart: bool = False
    ) -> None:
        """Insert the list `items` under a new key at `column`, `apart` from what is there by a blank line."""
        layout = Layout(self.habits)
        head = " " * column + word + ":"
        if self._on_one_line(key, items):
            lines = [f"{head} {layout.flow(key, list(items))}"]
        else:
            lines = [head, *layout.items(key, items, column + self.habits.offset(key))]
        self._insert(position, [""] * (apart and bool(self.text.strip() or self.splices)) + lines, column, rank=1)

    def _entry_before(self, mapping: Mapping, key: str) -> tuple[Node, Node]:
        """The entry of `mapping` that a new `key` goes behind: tests stand before what the file has behind them."""
        entries = mapping.entries
        if key in KEYS:
            for index, (other, _) in enumerate(entries):
                if index and self.habits.values.behind_tests(key_text(other) or ""):
                    return entries[index - 1]
        return entries[-1]

    def _add_block(self, key: str, existing: Sequence, items: SequenceABC[tuple[int, Any]], key_node: Node) -> None:
        dash = dash_column(self.text, existing.items[0])
        if dash is None:
            raise RefusalError("unusual-layout")
        mappings = [item for item in existing.items if isinstance(item, Mapping)]
        inline = bool(mappings) and sum(item.flow for item in mappings) * 2 > len(mappings)
        model: Node | None = next((item for item in reversed(mappings) if item.flow == inline), None)
        mark = self._mark(model) if isinstance(model, Mapping) else None
        if model is None or inline:
            model = next((item for item in existing.items if isinstance(item, Scalar)), None)
        layout = Layout(self.habits, model, mark)
        gap = self._gap(key, existing)
        for rank, (index, item) in enumerate(items):
            if inline and isinstance(item, dict):
                lines = [" " * dash + "- " + layout.flow(key, item)]
            else:
                lines = layout.items(key, [item], dash)
            if index < 0:
                self._insert(self._line_end(key_node.end), [*lines, *[""] * gap], dash + 1, rank)
            else:
                position = self._after(existing.items[index], dash)
                self._insert(position, [""] * gap + lines, dash + 1, rank)

    def _add_flow(self, key: str, existing: Sequence, items: SequenceABC[tuple[int, Any]], key_node: Node) -> None:
        first = existing.items[0]
        mark = self._mark(first) if isinstance(first, Mapping) and first.entries else None
        if key in KEYS and all(isinstance(item, Scalar) and item.style == '"' for item in existing.items):
            mark = '"'
        layout = Layout(self.habits, mark=mark)
        for rank, (index, item) in enumerate(items):
            new = layout.flow(key, item)
            if index < 0:
                self.splices.append(Splice(first.start, first.start, f"{new}, ", rank=rank))
            else:
                end = existing.items[index].end
                self.splices.append(Splice(end, end, f", {new}", rank=rank))

    def _gap(self, key: str, existing: Sequence) -> int:
        if len(existing.items) < 2:
            return self.habits.gap(key)
        pairs = zip(existing.items, existing.items[1:], strict=False)
        return Counter(blank_lines(self.text, before, after) for before, after in pairs).most_common(1)[0][0]

    def _insert(self, position: int, lines: SequenceABC[str], indent: int, rank: int) -> None:
        newline = self._newline(position)
        text = newline.join(lines)
        if self.text:
            text = newline + text
        elif text:
            text += newline
        self.splices.append(Splice(position, position, text, indent, rank))

    def _newline(self, position: int) -> str:
        """The line end that is used around `position`."""
        end = self.text.find("\n", position)
        if end < 0:
            return self.habits.newline
        return "\r\n" if self.text[end - 1 : end] == "\r" else "\n"

    def _line_end(self, position: int) -> int:
        end = self.text.find("\n", position)
        if end < 0:
            return len(self.text)
        return end - 1 if end > position and self.text[end - 1] == "\r" else end

    def _after(self, node: Node, column: int) -> int:
        """Where a line after `node` goes: behind the comment lines that are indented deeper than `column`, too."""
        position = self._line_end(last_offset(node, self.text))
        while True:
            start = self.text.find("\n", position) + 1
            if start == 0:
                return position
            end = self._line_end(start)
            line = self.text[start:end]
            bare = line.lstrip(" ")
            if not bare.startswith("#") or len(line) - len(bare) <= column:
                return position
            position = end

    def _behind(self, key: Node, value: Node, column: int) -> int:
        """Where a line after one entry of a block mapping with its keys at `column` goes."""
        if isinstance(value, (Mapping, Sequence)) and not value.flow:
            return self._after(value, column - 1)
        return self._line_end(max(last_offset(value, self.text), key.end))

    def _colon(self, key: Node) -> int:
        position = key.end
        while self.text[position : position + 1] == " ":
            position += 1
        if self.text[position : position + 1] != ":":
            raise RefusalError("unusual-layout")
        return position

    def _key_like(self, mapping: Mapping, word: str) -> str:
        mark = self._mark(mapping)
        return f"{mark}{word}{mark}" if mark else word

    def _mark(self, mapping: Mapping) -> str | None:
        """The quotes around the keys of `mapping`."""
        key = mapping.entries[0][0] if mapping.entries else None
        return key.style if isinstance(key, Scalar) and key.style in ("'", '"') else None


def _column(mapping: Mapping) -> int:
    column = key_column(mapping)
    if column is None:
        raise RefusalError("unusual-layout")
    return column


def _own_habit(habit: ScalarHabit, value: Scalar, written: str) -> ScalarHabit:
    """The habit of the scalar that is replaced."""
    if value.style not in ("|", ">"):
        return replace(habit, style=value.style)
    first, *lines = written.splitlines()
    header = first.split("#")[0].strip()
    return replace(
        habit,
        style=value.style,
        header=header if not any(c.isdigit() or c == "+" for c in header) else value.style + "-",
        width=max(map(len, lines), default=0) if value.style == ">" and len(lines) > 1 else habit.width,
    )
