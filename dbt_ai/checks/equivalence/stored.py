"""Two queries on the rows that are really there: by a fingerprint of their rows, and where that differs, the rows.

That they give the same today is worth telling, and no reason to write: `holds`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

Row = tuple[Any, ...]


@dataclass(frozen=True)
class StoredRows:
    """Whether two queries give the same rows, how many each gives, and some of those that only one of them gives."""

    same: bool
    left_rows: int
    right_rows: int
    only_left: tuple[Row, ...] = ()
    only_right: tuple[Row, ...] = ()


def compare_stored(connection: duckdb.DuckDBPyConnection, left: str, right: str, shown: int = 20) -> StoredRows:
    """What two queries give on the rows that `connection` reads; at most `shown` rows of a difference, from each side.

    Fingerprints are the number of the rows with the sum and the exclusive or of their hashes: equal for equal rows in
    any order, and for others by an accident of 128 bits. Raises what DuckDB raises.

    >>> import duckdb
    >>> found = compare_stored(duckdb.connect(), "SELECT 1 AS a UNION ALL SELECT 2", "SELECT 2 AS a UNION ALL SELECT 1")
    >>> found.same, found.left_rows
    (True, 2)
    """
    ours, theirs = (_fingerprint(connection, query) for query in (left, right))
    if ours == theirs:
        return StoredRows(True, ours[0], theirs[0])
    only = (_only(connection, one, other, shown) for one, other in ((left, right), (right, left)))
    return StoredRows(False, ours[0], theirs[0], *only)


def _fingerprint(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[int, ...]:
    asked = f"SELECT count(*), coalesce(sum(hash(q)), 0), coalesce(bit_xor(hash(q)), 0) FROM ({_bare(query)}\n) AS q"
    row = connection.execute(asked).fetchone()
    return tuple(int(part) for part in row or (0, 0, 0))


def _only(connection: duckdb.DuckDBPyConnection, one: str, other: str, shown: int) -> tuple[Row, ...]:
    asked = f"SELECT * FROM ({_bare(one)}\n) EXCEPT ALL SELECT * FROM ({_bare(other)}\n) LIMIT {shown}"
    return tuple(connection.execute(asked).fetchall())


def _bare(query: str) -> str:
    return query.strip().rstrip(";")
