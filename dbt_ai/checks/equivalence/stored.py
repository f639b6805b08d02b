"""Two queries on the rows that are really there: by a fingerprint of their rows, and where that differs, the rows.

That they give the same today is worth telling, and no reason to write: `holds`. A difference is one, whatever was made
of generated databases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dbt_ai.checks.equivalence.pairing import paired
from dbt_ai.checks.equivalence.telling import other_columns, within
from dbt_ai.checks.equivalence.values import Equivalence, Row, StoredRows
from dbt_ai.checks.lifted import Comparison, OutputColumn, Sameness
from dbt_ai.checks.lifted.answers import FACTOR, canonical, is_floating
from dbt_ai.checks.sandbox import QueryTimeout, execute, only_select
from dbt_ai.errors import WarehouseError
from dbt_ai.sql.lifting import NotLifted, lift
from dbt_ai.sql.lifting.lift import one_query
from dbt_ai.sql.lifting.ties import may_have_ties
from dbt_ai.sql.lifting.values import Refused
from dbt_ai.sql.values import Relation
from dbt_ai.values import VerdictKind

if TYPE_CHECKING:
    import duckdb

_MAY_CHANGE = frozenset({"non-deterministic", "sampling", "storage-order", "approximate", "order-dependent"})
"""Why a query may give other rows each time that it is run."""
SECONDS = 60.0


def compare_stored(
    connection: duckdb.DuckDBPyConnection,
    left: str,
    right: str,
    shown: int = 20,
    seconds: float = SECONDS,
    tolerance: float | None = None,
) -> StoredRows:
    """What two queries give on the rows that `connection` reads; at most `shown` rows of a difference, from each side.

    Fingerprints are the number of the rows with the sum and the exclusive or of their hashes: equal for equal rows in
    any order, and for others by an accident of 128 bits. Floating point counts to eleven digits, types count, and
    names of columns do not. With a `tolerance` rows of other fingerprints are paired, and are the same where their
    floating point numbers are close. Raises QueryRefused for what is not one SELECT, QueryTimeout where a statement
    takes longer than `seconds`, and WarehouseError for what DuckDB cannot run.

    >>> import duckdb
    >>> found = compare_stored(duckdb.connect(), "SELECT 1 AS a UNION ALL SELECT 2", "SELECT 2 AS a UNION ALL SELECT 1")
    >>> found.same, found.left_rows
    (True, 2)
    """
    for query in (left, right):
        only_select(query)
    left, right = (query.strip().rstrip(";") for query in (left, right))
    ours, theirs = (_columns(connection, query, seconds) for query in (left, right))
    if _types(ours) != _types(theirs):
        return StoredRows(False, columns=(ours, theirs))
    prints = [_fingerprint(connection, query, ours, seconds) for query in (left, right)]
    columns = (ours, theirs)
    if prints[0] == prints[1]:
        return StoredRows(True, prints[0][0], prints[1][0], columns=columns)
    if prints[0][0] == prints[1][0] and tolerance is not None and any(is_floating(column.type) for column in ours):
        found = paired(connection, (left, right), ours, tolerance, shown, seconds)
        return StoredRows(
            found.close, prints[0][0], prints[1][0], found.only_left, found.only_right, columns, found.close
        )
    only_left = _only(connection, left, right, ours, shown, seconds)
    only_right = _only(connection, right, left, ours, shown, seconds)
    return StoredRows(False, prints[0][0], prints[1][0], only_left, only_right, columns)


def on_stored_rows(
    found: Equivalence,
    left: str,
    right: str,
    relations: Sequence[Relation],
    connection: duckdb.DuckDBPyConnection,
    *,
    seconds: float = SECONDS,
    tolerance: float | None = None,
) -> Equivalence:
    """What is known of two queries when the rows are looked at that `connection` reads: HOLDS where nothing better was
    found and they give the same there, REFUTED where they do not; `found` itself where the rows say nothing.

    Queries that may give other rows each time are not run; of those that leave their choice to chance a difference
    says nothing.
    """
    if found.verdict in (VerdictKind.PROVED, VerdictKind.REFUTED):
        return found
    settled = [_is_settled(query, relations) for query in (left, right)]
    if None in settled:
        return found
    try:
        rows = compare_stored(connection, left, right, seconds=seconds, tolerance=tolerance)
    except QueryTimeout:
        return replace(found, detail=_with(found.detail, "The rows that are there could not be compared in time."))
    except WarehouseError as error:
        return replace(found, detail=_with(found.detail, f"On the rows that are there: {error}"))
    if _types(rows.columns[0]) != _types(rows.columns[1]):
        compared = Comparison(Sameness.DIFFERENT, left_columns=rows.columns[0], right_columns=rows.columns[1])
        return replace(found, verdict=VerdictKind.REFUTED, reason="other-columns", detail=other_columns(compared))
    if rows.same:
        needed = tolerance if rows.close else None
        only = f" {within(needed)}" if needed is not None else ""
        told = f"Both give the same {_counted(rows.left_rows)}{only} on the data that is there"
        if found.verdict is VerdictKind.BOUNDED:
            reason = found.reason if needed is None else "within-tolerance"
            return replace(found, reason=reason, detail=f"{found.detail} {told}.", tolerance=needed or found.tolerance)
        why = f"{found.reason}: {found.detail}" if found.detail else found.reason
        detail = f"{told}; on other data it is not known ({why})."
        return Equivalence(VerdictKind.HOLDS, "same-on-data", detail, tolerance=needed)
    if not all(settled):
        return found
    detail = f"On the data that is there one gives {_counted(rows.left_rows)} and the other {rows.right_rows:,}"
    if rows.left_rows == rows.right_rows:
        detail = f"On the data that is there both give {_counted(rows.left_rows)}, and not the same"
    return Equivalence(VerdictKind.REFUTED, "other-rows-on-data", f"{detail}.", stored=rows)


def _counted(rows: int) -> str:
    return f"{rows:,} row{'' if rows == 1 else 's'}"


def _with(detail: str, sentence: str) -> str:
    """A detail with a sentence after it."""
    return f"{detail.rstrip('.')}. {sentence}" if detail else sentence


def _is_settled(query: str, relations: Sequence[Relation]) -> bool | None:
    """Whether a query gives the same each time; False where it leaves some choice open, None where it must not be
    run."""
    lifted = lift(query, relations)
    if not isinstance(lifted, NotLifted):
        return set(lifted.left_open) <= {"row-order"}
    if lifted.reason in _MAY_CHANGE:
        return None
    try:
        return not may_have_ties(one_query(query), outermost=True)
    except Refused:
        return False


def _columns(connection: duckdb.DuckDBPyConnection, query: str, seconds: float) -> tuple[OutputColumn, ...]:
    return tuple(OutputColumn(name, kind) for name, kind, *_ in execute(connection, f"DESCRIBE {query}", seconds))


def _types(columns: Sequence[OutputColumn]) -> list[str]:
    return [column.type for column in columns]


def _values(columns: Sequence[OutputColumn]) -> str:
    return ", ".join(part for place, column in enumerate(columns) for part in canonical(f"q.c{place}", column.type))


def _rows(query: str, columns: Sequence[OutputColumn]) -> str:
    return f"({query}\n) AS q({', '.join(f'c{place}' for place in range(len(columns)))})"


def _fingerprint(
    connection: duckdb.DuckDBPyConnection, query: str, columns: Sequence[OutputColumn], seconds: float
) -> tuple[int, ...]:
    row = f"hash({_values(columns)})"
    asked = f"SELECT count(*), coalesce(sum({row}), 0), coalesce(bit_xor({row}), 0) FROM {_rows(query, columns)}"
    return tuple(int(part) for part in execute(connection, asked, seconds)[0])


def _only(
    connection: duckdb.DuckDBPyConnection,
    one: str,
    other: str,
    columns: Sequence[OutputColumn],
    shown: int,
    seconds: float,
) -> tuple[Row, ...]:
    values = _values(columns)
    both = " EXCEPT ALL ".join(f"SELECT {values} FROM {_rows(query, columns)}" for query in (one, other))
    widths = [len(canonical("", column.type)) for column in columns]
    places = [sum(widths[:place]) for place in range(len(widths))]
    return tuple(
        tuple(_shown(row[place], column.type) for place, column in zip(places, columns, strict=True))
        for row in execute(connection, f"{both} LIMIT {shown}", seconds)
    )


def _shown(value: Any, kind: str) -> Any:
    return float(f"{value / FACTOR:.11g}") if is_floating(kind) and isinstance(value, float) else value
