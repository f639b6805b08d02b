"""Two queries whose columns differ in type, brought to types that they share: a sum that became a maximum is no other
value for being of a narrower type."""

from __future__ import annotations

from collections.abc import Sequence

from dbt_ai.checks.lifted import NotComparable, OutputColumn
from dbt_ai.sql.facts.types import family
from dbt_ai.sql.lifting.values import RESERVED
from dbt_ai.sql.names import quoted

_NUMBERS = {"integer", "decimal", "float"}
_TIMES = {"date", "timestamp"}


def shared_types(ours: Sequence[OutputColumn], theirs: Sequence[OutputColumn]) -> tuple[tuple[int, str], ...]:
    """The places of the columns that differ in type, each with a type for both. Raises NotComparable where there are
    more columns on one side."""
    if len(ours) != len(theirs):
        raise NotComparable("other-columns", f"{len(ours)} and {len(theirs)} columns")
    return tuple(
        (place, _shared(mine.type, other.type))
        for place, (mine, other) in enumerate(zip(ours, theirs, strict=True))
        if mine.type != other.type
    )


def in_types(sql: str, columns: Sequence[OutputColumn], types: Sequence[tuple[int, str]]) -> str:
    """A query with those of its columns cast whose places are in `types`."""
    cast = dict(types)
    cells = ", ".join(
        f"{f'CAST(c{place} AS {cast[place]})' if place in cast else f'c{place}'} AS {quoted(column.name)}"
        for place, column in enumerate(columns)
    )
    names = ", ".join(f"c{place}" for place in range(len(columns)))
    return f"SELECT {cells} FROM ({sql}\n) AS {RESERVED}_v({names})"


def are_numbers(one: str, other: str) -> bool:
    """Whether two types are both of numbers."""
    return {family(one), family(other)} <= _NUMBERS


def _shared(one: str, other: str) -> str:
    """
    >>> _shared("HUGEINT", "DOUBLE"), _shared("DATE", "TIMESTAMP"), _shared("INTEGER", "VARCHAR")
    ('DOUBLE', 'TIMESTAMP', 'VARCHAR')
    """
    if are_numbers(one, other):
        return "DOUBLE"
    return "TIMESTAMP" if {family(one), family(other)} <= _TIMES else "VARCHAR"
