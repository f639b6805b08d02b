"""Where everything of a lineage picture goes: relations as boxes in topological columns, steps as routes between."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dbt_ai.sql.values import ColumnPath, ColumnRef, ColumnStep

ROW = 22
HEAD = 28
GAP_X = 170
GAP_Y = 26
MARGIN = 24
CHARACTER = 7.3
LONGEST = 44
"""Characters of a name that are shown; the whole name is in its tooltip."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A relation: its place, its title, and its columns from top to bottom."""

    relation: str
    title: str
    columns: tuple[str, ...]
    x: float
    y: float
    width: float

    @property
    def height(self) -> float:
        """Of the title and all rows."""
        return HEAD + ROW * len(self.columns) + 6

    def row(self, column: str) -> float:
        """The middle of a column's row."""
        return self.y + HEAD + ROW * self.columns.index(column) + ROW / 2


@dataclass(frozen=True)
class Route:
    """A step and the points that its line runs through, and where its label stands."""

    step: ColumnStep
    points: tuple[Point, ...]
    label: Point


@dataclass(frozen=True)
class Layout:
    """The whole picture."""

    boxes: tuple[Box, ...]
    routes: tuple[Route, ...]
    width: float
    height: float


@dataclass
class _Slot:
    """What takes up room in a layer: a relation, or (without columns) a line on its way to a later layer."""

    relation: str
    columns: tuple[str, ...]
    y: float = 0.0

    @property
    def height(self) -> float:
        return HEAD + ROW * len(self.columns) + 6 if self.columns else ROW


def lay_out(path: ColumnPath, titles: Mapping[str, str]) -> Layout:
    """Place the relations of a path: each to the right of all that it reads, neighbours near each other."""
    steps = tuple(dict.fromkeys((*path.upstream, *path.downstream)))
    columns = _columns(path.column, steps)
    layer_of = _layers(columns, steps)
    layers: list[list[_Slot]] = [[] for _ in range(max(layer_of.values()) + 1)]
    slots: dict[str, _Slot] = {}
    for relation in sorted(columns):
        slots[relation] = _Slot(relation, columns[relation])
        layers[layer_of[relation]].append(slots[relation])
    bends: dict[tuple[str, str], list[_Slot]] = {}
    links: dict[int, list[_Slot]] = defaultdict(list)
    for start, end in sorted({(step.source.relation, step.target.relation) for step in steps}):
        between = [_Slot("", ()) for _ in range(layer_of[start] + 1, layer_of[end])]
        bends[start, end] = between
        for offset, slot in enumerate(between, layer_of[start] + 1):
            layers[offset].append(slot)
        for left, right in pairwise((slots[start], *between, slots[end])):
            links[id(left)].append(right)
            links[id(right)].append(left)
    _order(layers, links)
    widths = [max((_width(slot, titles) for slot in layer), default=0.0) for layer in layers]
    lefts = [MARGIN + sum(widths[:position]) + GAP_X * position for position in range(len(layers))]
    boxes = {
        relation: Box(
            relation,
            titles.get(relation, relation),
            slot.columns,
            lefts[layer_of[relation]],
            slot.y,
            widths[layer_of[relation]],
        )
        for relation, slot in slots.items()
    }
    routes: list[Route] = []
    taken: list[tuple[float, float, float, float]] = []
    for step in steps:
        source, target = boxes[step.source.relation], boxes[step.target.relation]
        points: list[Point] = [(source.x + source.width, source.row(step.source.column))]
        first = layer_of[source.relation] + 1
        for offset, slot in enumerate(bends[source.relation, target.relation], first):
            points += [(lefts[offset], slot.y + ROW / 2), (lefts[offset] + widths[offset], slot.y + ROW / 2)]
        points.append((target.x, target.row(step.target.column)))
        routes.append(Route(step, tuple(points), _label_place(points, step, taken)))
    height = max(slot.y + slot.height for layer in layers for slot in layer) + MARGIN
    return Layout(tuple(boxes.values()), tuple(routes), lefts[-1] + widths[-1] + MARGIN, height)


def shown(name: str) -> str:
    """A name as it is written in the picture: shortened in the middle where it is long."""
    if len(name) <= LONGEST:
        return name
    half = (LONGEST - 1) // 2
    return f"{name[:half]}…{name[-half:]}"


def text_width(text: str) -> float:
    """About how wide a text is drawn; East Asian letters and emoji are twice as wide as others."""
    return sum(CHARACTER * (2 if unicodedata.east_asian_width(letter) in "WF" else 1) for letter in text)


def curve(start: Point, end: Point) -> tuple[Point, Point, Point, Point]:
    """The cubic curve of one piece of a route: level at both ends."""
    reach = max(30.0, (end[0] - start[0]) / 2)
    return start, (start[0] + reach, start[1]), (end[0] - reach, end[1]), end


def _columns(middle: ColumnRef, steps: Iterable[ColumnStep]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = defaultdict(set)
    found[middle.relation].add(middle.column)
    for step in steps:
        found[step.source.relation].add(step.source.column)
        found[step.target.relation].add(step.target.column)
    return {relation: tuple(sorted(names, key=lambda name: (name == "*", name))) for relation, names in found.items()}


def _layers(relations: Iterable[str], steps: Iterable[ColumnStep]) -> dict[str, int]:
    """The length of the longest way to each relation."""
    parents: dict[str, set[str]] = {relation: set() for relation in relations}
    for step in steps:
        if step.source.relation != step.target.relation:
            parents[step.target.relation].add(step.source.relation)
    layers: dict[str, int] = {}
    waiting = sorted(parents)
    while waiting:
        ready = [relation for relation in waiting if parents[relation] <= layers.keys()]
        # A cycle cannot come from dbt; should one, it is cut rather than waited for.
        for relation in ready or waiting[:1]:
            layers[relation] = 1 + max((layers[parent] for parent in parents[relation] if parent in layers), default=-1)
        waiting = [relation for relation in waiting if relation not in layers]
    return layers


def _order(layers: Sequence[list[_Slot]], links: Mapping[int, list[_Slot]]) -> None:
    """Bring each layer into the order of its neighbours' middles, and centre the layers on each other."""
    for sweep in range(4):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            if sweep:
                middles = {
                    id(slot): sum(other.y + other.height / 2 for other in links[id(slot)]) / len(links[id(slot)])
                    if links.get(id(slot))
                    else slot.y
                    for slot in layer
                }
                layer.sort(key=lambda slot: middles[id(slot)])
            top = 0.0
            for slot in layer:
                slot.y = top
                top += slot.height + GAP_Y
            for slot in layer:
                slot.y -= top / 2
    highest = min(slot.y for layer in layers for slot in layer)
    for layer in layers:
        for slot in layer:
            slot.y += MARGIN - highest


def _width(slot: _Slot, titles: Mapping[str, str]) -> float:
    if not slot.columns:
        return 0.0
    names = [shown(titles.get(slot.relation, slot.relation)), *(shown(column) for column in slot.columns)]
    return max(120.0, max(text_width(name) for name in names) + 28)


def _label_place(points: Sequence[Point], step: ColumnStep, taken: list[tuple[float, float, float, float]]) -> Point:
    """A place on the first piece of the line where no label stands yet; its middle where all are taken."""
    wide, high = text_width(step.kind.value) * 0.85, 13.0
    start, first, second, end = curve(points[0], points[1])
    places = []
    for share in (0.5, 0.4, 0.6, 0.3, 0.7, 0.22, 0.78):
        rest = 1 - share
        weights = (rest**3, 3 * rest**2 * share, 3 * rest * share**2, share**3)
        corners = (start, first, second, end)
        x, y = (sum(weight * corner[axis] for weight, corner in zip(weights, corners, strict=True)) for axis in (0, 1))
        places.append((x, y))
        if all(
            abs(x - other_x) * 2 >= wide + other_wide or abs(y - other_y) * 2 >= high + other_high
            for other_x, other_y, other_wide, other_high in taken
        ):
            taken.append((x, y, wide, high))
            return (x, y)
    return places[0]
