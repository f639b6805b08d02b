"""A database made as small as it can be while it still shows what it is to show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from dbt_ai.checks.lifted.domains import ColumnDomain
from dbt_ai.sql.values import Relation, same_name

if TYPE_CHECKING:
    from dbt_ai.checks.lifted.databases import Databases, Rows

_PLAINEST = 2  # values that are tried in the place of another


def shrink(databases: Databases, rows: Rows, shows: Callable[[Rows], bool], names: frozenset[str]) -> Rows:
    """`rows` with rows left out and values made plain, one after the other, as long as `shows` holds and the keys,
    references and accepted values of the relations do. `names` are the columns that matter, in lower case."""
    relations = [relation for relation in databases.relations if relation.key in rows]

    def good(changed: Rows) -> bool:
        return is_valid(relations, changed) and shows(changed)

    rows = without_rows(rows, good)
    plain = {relation.key: _plain_values(databases, databases.domains[relation.key]) for relation in relations}
    rows = _with_idle_columns_plain(databases, rows, plain, names, good)
    for changed in _plainer(databases, rows, plain, names):
        key, place, column, value = changed
        if rows[key][place][column] != value:
            new = {**rows, key: _with_value(rows[key], place, column, value)}
            if good(new):
                rows = new
    return without_rows(rows, good)


def is_valid(relations: Sequence[Relation], rows: Rows) -> bool:
    """Whether the rows keep the unique keys and the references between `relations`."""
    for relation in relations:
        for key in relation.unique_keys:
            found = [_cells(relation, row, key) for row in rows[relation.key]]
            filled = [cells for cells in found if None not in cells]
            if len({repr(cells) for cells in filled}) < len(filled):
                return False
        for foreign in relation.foreign_keys:
            parent = next((one for one in relations if one.key == foreign.references[0].relation), None)
            if parent is None:
                continue
            theirs = [_cells(parent, row, [ref.column for ref in foreign.references]) for row in rows[parent.key]]
            ours = [_cells(relation, row, foreign.columns) for row in rows[relation.key]]
            if any(None not in cells and cells not in theirs for cells in ours):
                return False
    return True


def without_rows(rows: Rows, good: Callable[[Rows], bool]) -> Rows:
    """The rows without those that are not needed for `good`, one after the other, the last first."""
    removed = True
    while removed:
        removed = False
        for key in rows:
            for place in reversed(range(len(rows[key]))):
                new = {**rows, key: [*rows[key][:place], *rows[key][place + 1 :]]}
                if good(new):
                    rows, removed = new, True
    return rows


def _with_idle_columns_plain(
    databases: Databases,
    rows: Rows,
    plain: dict[str, list[list[Any]]],
    names: frozenset[str],
    good: Callable[[Rows], bool],
) -> Rows:
    """All values of columns that no query names at once."""
    new = {}
    for key, values in rows.items():
        idle = [column.name.casefold() not in names for column in databases.domains[key]]
        new[key] = [
            tuple(plain[key][i][0] if idle[i] and plain[key][i] else cell for i, cell in enumerate(row))
            for row in values
        ]
    return new if good(new) else rows


def _plainer(
    databases: Databases, rows: Rows, plain: dict[str, list[list[Any]]], names: frozenset[str]
) -> Iterator[tuple[str, int, int, Any]]:
    """The changes of one value to try: (relation, row, column, value)."""
    for key, values in rows.items():
        for column, about in enumerate(databases.domains[key]):
            if about.name.casefold() in names:
                for place in range(len(values)):
                    for value in reversed(plain[key][column][:_PLAINEST]):
                        yield key, place, column, value


def _plain_values(databases: Databases, columns: Sequence[ColumnDomain]) -> list[list[Any]]:
    """For each column the values that say least, the plainest first: NULL where nothing else is asked for."""
    found = []
    for column in columns:
        listed = f"SELECT unnest(CAST([{', '.join(column.values)}] AS {column.type}[]))" if column.values else ""
        values = [value for (value,) in databases.connection.execute(listed).fetchall()] if listed else []
        plain = sorted((value for value in values if value is not None), key=oddness)[:_PLAINEST]
        found.append([*([None] if column.nullable else []), *plain])
    return found


def oddness(value: Any) -> tuple[bool, int, str]:
    """By which values are sorted, those that a person reads at a glance first: short and small, of text not empty, of
    numbers positive.

    >>> sorted([-1, 100, 0, 2, 1], key=oddness), sorted(["", "shipped", "b", "a"], key=oddness)
    ([1, 2, 0, 100, -1], ['a', 'b', 'shipped', ''])
    """
    text = str(value)
    return (text == "" or text.startswith("-"), len(text) + (text == "0"), text)


def _with_value(rows: list[tuple[Any, ...]], place: int, column: int, value: Any) -> list[tuple[Any, ...]]:
    row = rows[place]
    return [*rows[:place], (*row[:column], value, *row[column + 1 :]), *rows[place + 1 :]]


def _cells(relation: Relation, row: tuple[Any, ...], names: Sequence[str]) -> tuple[Any, ...]:
    order = [name for name, _ in relation.columns]
    return tuple(row[next(i for i, own in enumerate(order) if same_name(own, name))] for name in names)
