"""A database made as small and as plain as it can be while the same faults show on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from dbt_ai.checks.lifted.shrink import is_valid, without_rows
from dbt_ai.sql.facts.types import family
from dbt_ai.sql.values import Relation, same_name
from dbt_ai.tasks.unit_testing.plain import plain_values
from dbt_ai.tasks.unit_testing.runs import Runs
from dbt_ai.tasks.unit_testing.values import Row, Rows

Place = tuple[str, int]
"""A column: the key of its relation, and its number."""


def shrunk(runs: Runs, rows: Rows, targets: Sequence[int], order_counts: bool) -> Rows:
    """`rows` with as few of them, and values as plain, as leave the mutants `targets` killed, and keep the keys,
    references and accepted values of the relations.

    Values are renamed all over the database, so that what was equal stays equal. A column that is NULL in every row is
    one that a unit test need not name: it is NULL for dbt as well. `order_counts` tells that the model may give other
    rows when rows are stored in another order.
    """
    relations = runs.way.relations
    asked = runs.settled if order_counts else runs.on

    def good(changed: Rows) -> bool:
        if not is_valid(relations, changed):
            return False
        expected = asked(changed)
        return expected is not None and runs.all_killed(expected, targets)

    rows = without_rows(rows, good)
    rows = _without_columns(relations, rows, good)
    rows = _renamed(relations, rows, good)
    rows = _filled(relations, rows, good)
    rows = _never_empty(relations, rows, good)
    rows = without_rows(rows, good)
    return _without_idle_columns(runs, relations, rows, targets)


def _without_columns(relations: Sequence[Relation], rows: Rows, good: Callable[[Rows], bool]) -> Rows:
    """With NULL in every row of a column, where it may be NULL and does not matter."""
    for relation in relations:
        for column, (name, _) in enumerate(relation.columns):
            if any(same_name(name, never) for never in relation.not_null):
                continue
            new = {**rows, relation.key: [_with(row, column, None) for row in rows[relation.key]]}
            if new != rows and good(new):
                rows = new
    return rows


def _renamed(relations: Sequence[Relation], rows: Rows, good: Callable[[Rows], bool]) -> Rows:
    """With plain values in the place of others: all values of a kind at once, else one after the other, then those of
    each column alone."""
    kinds = list(_kinds(relations))
    for places, plain in kinds:
        rows = _renamed_in(rows, places, plain, good)
    for places, plain in kinds:
        for place in places:
            rows = _renamed_in(rows, [place], plain, good)
    return rows


def _renamed_in(rows: Rows, places: Sequence[Place], plain: Sequence[str], good: Callable[[Rows], bool]) -> Rows:
    used = list(dict.fromkeys(cell for cell in _cells(rows, places) if cell is not None))
    if set(used) <= set(plain[: len(used)]):
        return rows
    new = _mapped(rows, places, dict(zip(used, plain, strict=False)))
    if len(used) <= len(plain) and good(new):
        return new
    for cell in used:
        for candidate in plain[: len(used)]:
            if cell in plain[: len(used)]:
                break
            new = _mapped(rows, places, {cell: candidate})
            if candidate not in set(_cells(rows, places)) and good(new):
                rows = new
                break
    return rows


def _kinds(relations: Sequence[Relation]) -> Iterator[tuple[list[Place], tuple[str, ...]]]:
    """The columns whose values may be equal to each other's, with the plain values of all of them: those of one type
    whose values are not limited by a test, and each other one alone."""
    groups: dict[str, list[Place]] = {}
    plain: dict[str, tuple[str, ...]] = {}
    for relation in relations:
        limited = {name.casefold() for name, _ in relation.domains}
        for column, (name, kind) in enumerate(relation.columns):
            alone = f"{relation.key} {column}" if name.casefold() in limited else ""
            group = f"{kind} {alone}" if family(kind) != "integer" else f"integer {alone}"
            groups.setdefault(group, []).append((relation.key, column))
            plain.setdefault(group, plain_values(relation, name, kind or "VARCHAR"))
    for group, places in groups.items():
        yield places, plain[group]


def _filled(relations: Sequence[Relation], rows: Rows, good: Callable[[Rows], bool]) -> Rows:
    """With a plain value where a cell is NULL by chance, in a column that has values."""
    for relation in relations:
        for column, (name, kind) in enumerate(relation.columns):
            cells = [row[column] for row in rows[relation.key]]
            if None not in cells or not any(cells):
                continue
            for place, cell in enumerate(cells):
                for value in plain_values(relation, name, kind or "VARCHAR")[:2] if cell is None else ():
                    of_relation = rows[relation.key]
                    row = _with(of_relation[place], column, value)
                    new = {**rows, relation.key: [*of_relation[:place], row, *of_relation[place + 1 :]]}
                    if good(new):
                        rows = new
                        break
    return rows


def _never_empty(relations: Sequence[Relation], rows: Rows, good: Callable[[Rows], bool]) -> Rows:
    """With a value in the first column of rows that have none, where it may be: an empty row looks like a mistake."""
    for relation in relations:
        name, kind = relation.columns[0]
        for value in plain_values(relation, name, kind or "VARCHAR")[:1]:
            of_relation = [row if any(row) else _with(row, 0, value) for row in rows[relation.key]]
            new = {**rows, relation.key: of_relation}
            if new != rows and good(new):
                rows = new
    return rows


def _without_idle_columns(runs: Runs, relations: Sequence[Relation], rows: Rows, targets: Sequence[int]) -> Rows:
    """With NULL in every row of a column that takes no part, though it is never NULL: a unit test need not name it."""
    expected = runs.on(rows)
    for relation in relations:
        for column in range(len(relation.columns)):
            new = {**rows, relation.key: [_with(row, column, None) for row in rows[relation.key]]}
            if new == rows or expected is None or not all(any(row) for row in new[relation.key]):
                continue
            result = runs.on(new)
            if result is not None and result.bag == expected.bag and runs.all_killed(result, targets):
                rows = new
    return rows


def _cells(rows: Rows, places: Sequence[Place]) -> Iterator[str | None]:
    for key, column in places:
        for row in rows[key]:
            yield row[column]


def _mapped(rows: Rows, places: Sequence[Place], to: dict[str, str]) -> Rows:
    new = dict(rows)
    for key, column in places:
        new[key] = [
            _with(row, column, to.get(cell, cell)) if (cell := row[column]) is not None else row for row in new[key]
        ]
    return new


def _with(row: Row, column: int, cell: str | None) -> Row:
    return (*row[:column], cell, *row[column + 1 :])
