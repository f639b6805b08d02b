"""The values that a person reads at a glance, for each type of column."""

from __future__ import annotations

from functools import lru_cache

from dbt_ai.checks.sandbox import execute, open_memory
from dbt_ai.errors import WarehouseError
from dbt_ai.sql.facts.types import family
from dbt_ai.sql.values import Relation, same_name

_DAYS = tuple(f"2024-01-0{day}" for day in range(1, 10))
_VALUES = {
    "integer": tuple("123456789"),
    "decimal": tuple("123456789"),
    "float": tuple("123456789"),
    "text": tuple("abcdefghi"),
    "date": _DAYS,
    "timestamp": tuple(f"{day} 00:00:00" for day in _DAYS),
    "boolean": ("true", "false"),
}


def plain_values(relation: Relation, column: str, kind: str) -> tuple[str, ...]:
    """The plainest values of a column, as texts; those that a test accepts, where there is one."""
    accepted = next((values for name, values in relation.domains if same_name(name, column)), ())
    return canonical(tuple(accepted) or _VALUES.get(family(kind) or "", ()), kind)


@lru_cache(maxsize=1024)
def canonical(texts: tuple[str, ...], kind: str) -> tuple[str, ...]:
    """Each text as DuckDB writes the value of the type; without those that are none.

    >>> canonical(("1", "a", "2.50"), "DECIMAL(5,2)")
    ('1.00', '2.50')
    """
    if not texts:
        return ()
    listed = ", ".join("'" + text.replace("'", "''") + "'" for text in texts)
    try:
        with open_memory(["plain"], threads=1) as sandbox:
            sql = f"SELECT CAST(TRY_CAST(t AS {kind}) AS VARCHAR) FROM (SELECT unnest([{listed}]) AS t)"
            return tuple(text for (text,) in execute(sandbox.connection, sql, 5.0) if text is not None)
    except WarehouseError:
        return ()
