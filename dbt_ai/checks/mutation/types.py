"""Two queries whose columns differ in type, brought to types that they share."""

from __future__ import annotations

from dbt_ai.checks.lifted import Databases
from dbt_ai.checks.lifted.answers import describe
from dbt_ai.sql.facts.types import family
from dbt_ai.sql.mutants import Mutant
from dbt_ai.sql.names import quoted

_NUMBERS = {"integer", "decimal", "float"}
_TIMES = {"date", "timestamp"}


def in_same_types(databases: Databases, original: str, mutant: Mutant) -> tuple[str, str]:
    """The original and the mutant as queries with the same types: a sum that became a maximum is no other value for
    being of a narrower type. Raises NotComparable where one of them cannot be run."""
    ours, theirs = (describe(databases, databases.lift(sql).alone) for sql in (original, mutant.sql))
    shared = {
        mine.name: _shared(mine.type, other.type)
        for mine, other in zip(ours, theirs, strict=True)
        if mine.type != other.type
    }
    if not shared:
        return original, mutant.sql
    columns = ", ".join(
        f"CAST({quoted(name)} AS {shared[name]}) AS {quoted(name)}" if name in shared else quoted(name)
        for name in (column.name for column in ours)
    )
    left, right = (f"SELECT {columns} FROM ({sql.strip().rstrip(';')}\n) AS q" for sql in (original, mutant.sql))
    return left, right


def _shared(one: str, other: str) -> str:
    """
    >>> _shared("HUGEINT", "DOUBLE"), _shared("DATE", "TIMESTAMP"), _shared("INTEGER", "VARCHAR")
    ('DOUBLE', 'TIMESTAMP', 'VARCHAR')
    """
    families = {family(one), family(other)}
    if families <= _NUMBERS:
        return "DOUBLE"
    return "TIMESTAMP" if families <= _TIMES else "VARCHAR"
