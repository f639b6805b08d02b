"""Data as the lines of a file: entries, tests and unit tests in block and flow style, in the file's habits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dbt_ai.edits.data_tests import KEYS
from dbt_ai.edits.habits import SECTIONS, Habits
from dbt_ai.edits.scalars import scalar
from dbt_ai.edits.texts import ScalarHabit, normalise, one_line, scalar_lines
from dbt_ai.edits.tree import Mapping as MappingNode
from dbt_ai.edits.tree import Node, Scalar, key_column

TEXTS = (*SECTIONS, "analyses", "columns", *KEYS)  # whose items have a name and a description for people
LONG_LINE = 120  # a flow list that ends further to the right is written in block style


@dataclass(frozen=True)
class Layout:
    """Lays data out like the item `model` of the file, where there is one, else in the file's `habits`; `mark` are the
    quotes around keys."""

    habits: Habits
    model: Node | None = None
    mark: str | None = None

    def items(self, kind: str, values: Sequence[Any], dash: int) -> list[str]:
        """The lines of `values` as items of the block sequence under the key `kind`, with its dashes at `dash`."""
        lines: list[str] = []
        for value in values:
            if lines:
                lines += [""] * self.habits.gap(kind)
            step = self._step(dash)
            start = f"{' ' * dash}-{' ' * (step - 1)}"
            if isinstance(value, dict) and value and not (kind == "rows" and self.habits.values.rows_in_flow()):
                nest = self.habits.values.nest(kind) if kind in KEYS else None
                first, *rest = self._pairs(kind, value, dash + step, nest)
                lines += [start + first.lstrip(" "), *rest]
            else:
                lines.append(start + self.flow(kind, value, inside=False))
        return lines

    def _step(self, dash: int) -> int:
        """How far an item stands from its dash."""
        own = key_column(self.model) if self.model is not None else None
        if own is None and isinstance(self.model, Scalar) and not self.model.anchor:
            own = self.model.column
        return own - dash if own is not None and own > dash else self.habits.step()

    def _pairs(self, kind: str, pairs: Mapping[str, Any], column: int, nest: int | None = None) -> list[str]:
        """The lines of a block mapping below an item of the list `kind`, with its keys at `column`."""
        lines: list[str] = []
        for key, value in pairs.items():
            head = f"{' ' * column}{self._key(key)}:"
            inner = kind if nest is not None else key  # a test's own description stands below its name
            step = nest if nest is not None else self.habits.values.nest(key)
            if isinstance(value, dict) and value:
                lines += [head, *Layout(self.habits, mark=self.mark)._pairs(inner, value, column + step)]
            elif isinstance(value, list) and value:
                lines += self._list(key, value, head, column)
            else:
                first, *rest = self._scalar_lines(kind, key, value, column)
                lines += [f"{head} {first}", *rest]
        return lines

    def _list(self, key: str, values: list[Any], head: str, column: int) -> list[str]:
        if not any(isinstance(value, (dict, list)) for value in values) and self.habits.values.in_flow(key):
            line = f"{head} {self.flow(key, values)}"
            if len(line) <= LONG_LINE:
                return [line]
        return [head, *Layout(self.habits, mark=self.mark).items(key, values, column + self.habits.offset(key))]

    def _scalar_lines(self, kind: str, key: str, value: Any, column: int) -> list[str]:
        if key == "description" and kind in TEXTS:
            return scalar_lines(value, self.habits.scalar(kind, value), column)
        if key == "name" and kind in TEXTS and kind not in KEYS:
            return [self._name(value)]
        if isinstance(value, str) and "\n" in value and value == normalise(value):
            return scalar_lines(value, ScalarHabit(step=self.habits.values.nest(key)), column)
        return [self.flow(key, value, inside=False)]

    def _name(self, name: str) -> str:
        like = self.model.get("name") if isinstance(self.model, MappingNode) else None
        style = like.style if isinstance(like, Scalar) and like.style in ("'", '"') else None
        return one_line(name, ScalarHabit(style, style or self.habits.scalar("columns", "").quote))

    def _key(self, key: str) -> str:
        return one_line(key, ScalarHabit(self.mark, self._quote), flow=True)

    @property
    def _quote(self) -> str:
        return self.habits.quotes.most_common(1)[0][0] if self.habits.quotes else "'"

    def flow(self, key: str, value: Any, inside: bool = True) -> str:
        """`value`, which stands below `key`, on one line; `inside` a flow collection."""
        if isinstance(value, dict):
            return "{" + ", ".join(self._flow_pairs(key, value)) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(self.flow(key, item) for item in value) + "]"
        return scalar(value, self.mark or self.habits.values.style(key, self._quote), self._quote, flow=inside)

    def _flow_pairs(self, kind: str, pairs: Mapping[str, Any]) -> Iterator[str]:
        for key, value in pairs.items():
            if key == "description" and kind in TEXTS:
                text = one_line(value, self.habits.scalar(kind, value), flow=True)
            elif key == "name" and kind in TEXTS and kind not in KEYS:
                text = one_line(value, ScalarHabit(self.mark), flow=True)
            else:
                text = self.flow("rows" if kind == "rows" else key, value)
            yield f"{self._key(key)}: {text}"
