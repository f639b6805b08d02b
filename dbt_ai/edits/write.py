"""New lines in the habits of a file: every edit becomes a splice of its text, nothing else is touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence as SequenceABC
from dataclasses import dataclass, field, replace

from dbt_ai.edits.habits import Habits, blank_lines, dash_column, key_column
from dbt_ai.edits.reasons import RefusalError
from dbt_ai.edits.texts import ScalarHabit, one_line, scalar_lines
from dbt_ai.edits.tree import Alias, Mapping, Node, Scalar, Sequence, key_text, last_offset

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


@dataclass(frozen=True)
class NewEntry:
    """An entry to be written: its name, its description or None, and the entries in the list under `key`."""

    name: str
    text: str | None
    key: str = "columns"
    entries: tuple[NewEntry, ...] = ()


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
        block = isinstance(value, (Mapping, Sequence)) and not value.flow
        position = (
            self._after(value, column - 1) if block else self._line_end(max(last_offset(value, self.text), key.end))
        )
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

    def add(self, mapping: Mapping | None, key: str, items: SequenceABC[tuple[int, NewEntry]]) -> None:
        """Add `items` to the list under `key` of `mapping` (None: of the empty file), each behind the item with its
        index (-1: before the first). A missing list is made."""
        found = mapping.all(key) if mapping is not None else []
        if mapping is None or not found:
            self._add_key(mapping, key, [entry for _, entry in items])
            return
        key_node, value = found[0]
        existing = value.resolved
        if isinstance(existing, Sequence) and existing.items:
            (self._add_flow if existing.flow else self._add_block)(key, existing, items, key_node)
        elif isinstance(value, Alias) or value.anchor or value.tag or mapping.flow:
            raise RefusalError("unusual-layout")
        else:  # `columns:` or `columns: []`
            if value.end > value.start:
                colon = self._colon(key_node) + 1
                self.splices.append(Splice(colon, value.end, ""))
            dash = key_node.column + self.habits.offset(key)
            self._insert(self._line_end(value.end), self._block(key, [e for _, e in items], dash), dash + 1, rank=1)

    def _add_key(self, mapping: Mapping | None, key: str, entries: SequenceABC[NewEntry]) -> None:
        if mapping is not None and mapping.flow:
            if mapping is self.root:
                raise RefusalError("unusual-layout")
            end = mapping.entries[-1][1].end
            style = _quote_of(mapping.entries[0][0])
            word = self._key_like(mapping, key)
            inner = ", ".join(self._flow(key, entry, style) for entry in entries)
            self.splices.append(Splice(end, end, f", {word}: [{inner}]", rank=1))
            return
        column = _column(mapping) if mapping is not None else 0
        lines = [" " * column + (self._key_like(mapping, key) if mapping is not None else key) + ":"]
        lines += self._block(key, entries, column + self.habits.offset(key))
        if mapping is None or mapping is self.root:
            position = self._line_end(len(self.text.rstrip()))
            self._insert(position, [""] * bool(self.text.strip()) + lines, column, rank=1)
        else:
            self._insert(self._after(mapping, column - 1), lines, column, rank=1)

    def _add_block(
        self, key: str, existing: Sequence, items: SequenceABC[tuple[int, NewEntry]], key_node: Node
    ) -> None:
        dash = dash_column(self.text, existing.items[0])
        if dash is None:
            raise RefusalError("unusual-layout")
        mappings = [item for item in existing.items if isinstance(item, Mapping)]
        inline = bool(mappings) and sum(item.flow for item in mappings) * 2 > len(mappings)
        model = next((item for item in reversed(mappings) if item.flow == inline), None)
        gap = self._gap(key, existing)
        for rank, (index, entry) in enumerate(items):
            if inline and model is not None:
                lines = [" " * dash + "- " + self._flow(key, entry, _quote_of(model.entries[0][0]))]
            else:
                lines = self._block(key, [entry], dash, model)
            if index < 0:
                self._insert(self._line_end(key_node.end), [*lines, *[""] * gap], dash + 1, rank)
            else:
                position = self._after(existing.items[index], dash)
                self._insert(position, [""] * gap + lines, dash + 1, rank)

    def _add_flow(self, key: str, existing: Sequence, items: SequenceABC[tuple[int, NewEntry]], key_node: Node) -> None:
        first = existing.items[0]
        style = _quote_of(first.entries[0][0]) if isinstance(first, Mapping) and first.entries else None
        for rank, (index, entry) in enumerate(items):
            new = self._flow(key, entry, style)
            if index < 0:
                self.splices.append(Splice(first.start, first.start, f"{new}, ", rank=rank))
            else:
                end = existing.items[index].end
                self.splices.append(Splice(end, end, f", {new}", rank=rank))

    def _block(self, kind: str, entries: SequenceABC[NewEntry], dash: int, model: Mapping | None = None) -> list[str]:
        """The lines of `entries` as items of a block sequence with its dashes at `dash`, like the item `model`."""
        lines: list[str] = []
        own = key_column(model) if model is not None else None
        step = own - dash if own is not None else self.habits.step()
        word = (lambda key: self._key_like(model, key)) if model is not None else (lambda key: key)
        for entry in entries:
            if lines:
                lines += [""] * self.habits.gap(kind)
            column = dash + step
            lines.append(f"{' ' * dash}-{' ' * (step - 1)}{word('name')}: {self._name(entry.name, model)}")
            if entry.text is not None:
                first, *rest = scalar_lines(entry.text, self.habits.scalar(kind, entry.text), column)
                lines += [f"{' ' * column}{word('description')}: {first}", *rest]
            if entry.entries:
                lines.append(f"{' ' * column}{word(entry.key)}:")
                lines += self._block(entry.key, entry.entries, column + self.habits.offset(entry.key))
        return lines

    def _flow(self, kind: str, entry: NewEntry, quote: str | None) -> str:
        """`entry` as a flow mapping, keys and name in `quote`."""
        mark = quote or ""
        parts = [f"{mark}name{mark}: {one_line(entry.name, ScalarHabit(quote), flow=True)}"]
        if entry.text is not None:
            scalar = one_line(entry.text, self.habits.scalar(kind, entry.text), flow=True)
            parts.append(f"{mark}description{mark}: {scalar}")
        if entry.entries:
            inner = ", ".join(self._flow(entry.key, child, quote) for child in entry.entries)
            parts.append(f"{mark}{entry.key}{mark}: [{inner}]")
        return "{" + ", ".join(parts) + "}"

    def _name(self, name: str, model: Mapping | None) -> str:
        like = model.get("name") if model is not None else None
        style = like.style if isinstance(like, Scalar) and like.style in ("'", '"') else None
        return one_line(name, ScalarHabit(style, style or self.habits.scalar("columns", "").quote))

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

    def _colon(self, key: Node) -> int:
        position = key.end
        while self.text[position : position + 1] == " ":
            position += 1
        if self.text[position : position + 1] != ":":
            raise RefusalError("unusual-layout")
        return position

    def _key_like(self, mapping: Mapping, word: str) -> str:
        mark = _quote_of(mapping.entries[0][0]) if mapping.entries else None
        return f"{mark}{word}{mark}" if mark else word


def _column(mapping: Mapping) -> int:
    column = key_column(mapping)
    if column is None:
        raise RefusalError("unusual-layout")
    return column


def _quote_of(key: Node) -> str | None:
    return key.style if isinstance(key, Scalar) and key.style in ("'", '"') else None


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
