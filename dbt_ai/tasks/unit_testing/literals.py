"""Values as a unit test has them in YAML, and as dbt makes SQL of them again.

Cells come as DuckDB's text of them, which it reads back for every type.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

from dbt_ai.sql.facts.types import family
from dbt_ai.sql.names import quoted

Value: TypeAlias = "str | int | float | bool | None"
_EXACT = 15  # digits: with more of them a number and its text may be two numbers, for Python or for DuckDB


def value(cell: str | None, kind: str) -> Value:
    """A cell as YAML has it: numbers and truth values as such, all else as a text.

    YAML's own dates would not do: dbt writes the values into Jinja as Python shows them.

    >>> value("2.50", "DECIMAL(9,2)"), value("2.0", "DOUBLE"), value("2024-01-02", "DATE"), value("7", "VARCHAR")
    (2.5, 2, '2024-01-02', '7')
    """
    group = family(kind)
    if cell is None or kind.endswith("]"):
        return cell
    if group == "boolean":
        return cell == "true"
    if group == "integer":
        return int(cell)
    digits = sum(character.isdigit() for character in cell)
    if group not in ("decimal", "float") or not cell.lstrip("-")[:1].isdigit() or digits > _EXACT:
        return cell
    number = Decimal(cell)
    if number == int(number):
        return int(number)
    return float(number) if "e" not in repr(float(number)) else cell


def literal(given: Value, kind: str) -> str:
    """What dbt's `format_row` makes of a value for a column of the type `kind`.

    >>> literal("it's", "VARCHAR"), literal(None, "INTEGER")
    ("cast('it''s' as VARCHAR)", 'cast(null as INTEGER)')
    """
    if given is None:
        return f"cast(null as {kind})"
    if isinstance(given, str):
        return f"cast('{given.replace(chr(39), chr(39) * 2)}' as {kind})"
    return f"cast({given} as {kind})"


def rows_sql(columns: Sequence[tuple[str, str]], rows: Iterable[Mapping[str, Value]]) -> str:
    """A SELECT of `rows`, what is left out being NULL, as dbt's `get_fixture_sql` writes it; for no rows one that has
    the columns alone. `columns` are (name, type)."""
    selects = [
        "select " + ", ".join(f"{literal(row.get(name), kind)} as {quoted(name)}" for name, kind in columns)
        for row in rows
    ]
    if selects:
        return "\nunion all\n".join(selects)
    return "select " + ", ".join(f"{literal(None, kind)} as {quoted(name)}" for name, kind in columns) + " limit 0"
