"""Numbers, values and names as a sentence has them."""

from __future__ import annotations

from collections.abc import Sequence

from dbt_ai.evidence.privacy import may_share
from dbt_ai.evidence.profile.types import TypeClass, type_class
from dbt_ai.evidence.values import ColumnProfile


def count(number: int, noun: str, plural: str | None = None) -> str:
    """A count with its noun.

    >>> count(1, "row"), count(12345, "row"), count(2, "copy", "copies")
    ('1 row', '12,345 rows', '2 copies')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def figure(number: float) -> str:
    """A number with four digits that matter, and without a useless tail.

    >>> figure(1234567.0), figure(45.9912), figure(0.5)
    ('1,235,000', '45.99', '0.5')
    """
    rounded = float(f"{number:.4g}")
    return f"{rounded:,.0f}" if rounded == int(rounded) else f"{rounded:,.10g}"


def listed(items: Sequence[str], conjunction: str = "and") -> str:
    """Items as a sentence lists them.

    >>> listed(["a", "b", "c"]), listed(["a"])
    ('a, b and c', 'a')
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {conjunction} {items[-1]}"


def quoted(names: Sequence[str]) -> str:
    """Column names in backticks, listed."""
    return listed([f"`{name}`" for name in names])


def shareable(values: Sequence[str], column: ColumnProfile) -> list[str]:
    """`values` of `column` as a sentence may show them, text in quotes; empty when one of them is nobody's business,
    for sentences reach engines and pull requests."""
    counts = dict(column.top_values)
    if not values or not all(may_share(value, counts.get(value, 0), column) for value in values):
        return []
    bare = type_class(column.type) in (TypeClass.NUMBER, TypeClass.BOOLEAN)
    return list(values) if bare else [f"'{value}'" for value in values]
