"""Expressions that stand in models more than once, found by their shapes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from dbt_ai.project.values import Node
from dbt_ai.sql.expressions import Expression, Shape, expressions_of, shape_of, signature_of, variety_of, weight_of
from dbt_ai.tasks.refactoring.cutting import InTheWayError, without_comments
from dbt_ai.tasks.refactoring.reading import read_model
from dbt_ai.tasks.refactoring.several.making import Models
from dbt_ai.tasks.refactoring.values import ModelText

# A macro costs a file, a test and a look-up for whoever reads a model, so it has to spare more than that. WEIGHT is
# what an expression must have in it to be worth a name at all: `coalesce(a, 0)` has 1, `lower(trim(a))` 2,
# `round(a / 100.0, 2)` 4. SPARED is the weight of all copies but the one that stays: a CASE of four branches is worth
# it for two callers, a rounding for three, a chain of three functions for four.
WEIGHT = 3
VARIETY = 3
SPARED = 8
MOST_COLUMNS = 4
MOST_CONSTANTS = 2  # that differ between callers: with more of them it is the same grammar, not the same thing


@dataclass(frozen=True)
class Occurrence:
    """An expression of a model."""

    node: Node
    model: ModelText
    expression: Expression
    shape: Shape

    @property
    def text(self) -> str:
        """The expression as it stands in the file."""
        return self.model.text[self.expression.start : self.expression.end]

    @property
    def values(self) -> tuple[str, ...]:
        """Its literals, in the order of its shape."""
        return tuple(constant.value for constant in self.shape.constants)

    @property
    def has_jinja(self) -> bool:
        """Whether Jinja makes a part of it, or of the name that it has."""
        words = [self.expression.alias, *self.shape.columns]
        return any(self.model.masked.holding(word) for word in words)

    @property
    def style(self) -> tuple[bool, int]:
        """Whether its words are written in small letters, and on how many lines."""
        return self.text == self.text.lower(), self.text.count("\n")

    @property
    def keys(self) -> tuple[str, str]:
        """What a group that it is in may be called."""
        return f"{self.shape.key}|{self.values!r}", f"{self.shape.key}|~"


@dataclass(frozen=True)
class Group:
    """Occurrences that one macro can stand for. `open` are the numbers of the constants that are not the same in all of
    them, those that change together being one; the first occurrence is the one that the macro is written from."""

    occurrences: tuple[Occurrence, ...]
    open: tuple[tuple[int, ...], ...] = ()
    weight: int = 0

    @property
    def key(self) -> str:
        """What the group is called in every run."""
        return self.occurrences[0].keys[1 if self.open else 0]

    @property
    def spared(self) -> int:
        """How much less there is to understand with a macro."""
        return self.weight * (len(self.occurrences) - 1)


@dataclass
class Finder:
    """Finds expressions by their shapes; each text is looked at once."""

    _texts: dict[str, list[tuple[ModelText, Expression]]] = field(default_factory=dict)
    _shapes: dict[str, Shape | None] = field(default_factory=dict)

    def occurrences(self, models: Models, least: int = 2) -> list[Occurrence]:
        """The expressions of all models that have something in them, those whose functions occur `least` times."""
        found = [
            (node, model, expression, signature_of(expression.tree))
            for node in models.nodes
            for model, expression in self._expressions(models, node)
        ]
        counts = Counter(signature for *_, signature in found)
        occurrences = []
        for node, model, expression, signature in found:
            shape = self.shape(expression.tree) if counts[signature] >= least else None
            if shape is not None and 0 < len(shape.columns) <= MOST_COLUMNS:
                occurrences.append(Occurrence(node, model, expression, shape))
        return occurrences

    def shape(self, tree: exp.Expr) -> Shape | None:
        """The shape of an expression."""
        text = tree.sql("duckdb", comments=False)
        if text not in self._shapes:
            self._shapes[text] = shape_of(tree)
        return self._shapes[text]

    def _expressions(self, models: Models, node: Node) -> list[tuple[ModelText, Expression]]:
        text = models.text(node)
        if text not in self._texts:
            model = read_model(text, models.known(node))
            found = [] if isinstance(model, str) else expressions_of(model.outline, models.project.dialect)
            self._texts[text] = [
                (model, one)
                for one in found
                if not isinstance(model, str) and weight_of(one.tree) >= WEIGHT and variety_of(one.tree) >= VARIETY
            ]
        return self._texts[text]


def groups_of(occurrences: Sequence[Occurrence]) -> list[Group]:
    """What is worth a macro, the best first."""
    by_key: dict[str, list[Occurrence]] = {}
    for occurrence in occurrences:
        by_key.setdefault(occurrence.shape.key, []).append(occurrence)
    found = [group for alike in by_key.values() if len(alike) > 1 for group in _grouped(apart(alike))]
    worth = [group for group in found if group.spared >= SPARED and _is_shared(group)]
    return sorted(worth, key=lambda group: (-group.spared, -len(group.occurrences[0].text), group.key))


def in_the_way(occurrence: Occurrence) -> str | None:
    """The reason code why an expression cannot be taken out of its file: a comment, or Jinja that is not a column."""
    model, expression = occurrence.model, occurrence.expression
    columns = {(part.start, part.end) for part in expression.columns}
    for island in model.islands.islands:
        inside = island.start < expression.end and expression.start < island.end
        if inside and (island.start, island.end) not in columns:
            return "jinja-in-the-way"
    for part in expression.columns:
        name = model.masked.text[part.start : part.end]
        if name not in model.masked.names and model.masked.holding(name):
            return "jinja-in-the-way"
    try:
        without_comments(model, expression)
    except InTheWayError as error:
        return error.reason
    return None


def apart(alike: Sequence[Occurrence]) -> list[Occurrence]:
    """Those that do not lie in another one."""
    kept: list[Occurrence] = []
    for one in sorted(alike, key=lambda o: (o.node.unique_id, o.expression.start, -o.expression.end)):
        last = kept[-1] if kept else None
        if last is None or last.node.unique_id != one.node.unique_id or last.expression.end <= one.expression.start:
            kept.append(one)
    return kept


def _grouped(alike: Sequence[Occurrence]) -> Iterator[Group]:
    """Those with the same literals, and with them the ones of which only a few differ: the largest group first."""
    left = list(alike)
    while len(left) > 1:
        common = Counter(one.values for one in left).most_common(1)[0][0]
        taken = [one for one in left if one.values == common]
        for other in [one for one in left if one.values != common]:
            if _open([*taken, other]) is not None:
                taken.append(other)
        left = [one for one in left if not any(one is other for other in taken)]
        open_ = _open(taken)
        if len(taken) > 1 and open_ is not None:
            styles = Counter(one.style for one in taken)
            taken.sort(key=lambda one: (one.values != common, -styles[one.style]))
            first = taken[0].expression.tree
            yield Group(tuple(taken), open_, weight_of(first) - sum(map(len, open_)))


def _open(taken: Sequence[Occurrence]) -> tuple[tuple[int, ...], ...] | None:
    """The constants that differ, those that change together as one; None where they are too many, or where one value
    of the first occurrence is open in one place and not in another."""
    together: dict[tuple[str, ...], list[int]] = {}
    for number, column in enumerate(zip(*(one.values for one in taken), strict=True)):
        together.setdefault((str(taken[0].shape.constants[number].is_text), *column), []).append(number)
    open_ = tuple(tuple(numbers) for values, numbers in together.items() if len(set(values[1:])) > 1)
    if len(open_) > MOST_CONSTANTS:
        return None
    firsts = [(values[0], values[1]) for values in together]
    return open_ if len(set(firsts)) == len(firsts) or not open_ else None


def _is_shared(group: Group) -> bool:
    """Whether it stands in several models, or in one of them for several things."""
    models = {one.node.unique_id for one in group.occurrences}
    things = {(one.shape.columns, one.values) for one in group.occurrences}
    return len(models) > 1 or len(things) > 2
