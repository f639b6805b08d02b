"""What becomes of a model's rows: its SQL before and after, on the same input."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dbt_ai.checks.equivalence import Equivalence
from dbt_ai.checks.equivalence.stored import compare_stored, on_stored_rows
from dbt_ai.checks.lifted import Counterexample, Databases, NotComparable, OutputColumn
from dbt_ai.checks.lifted.answers import describe
from dbt_ai.errors import WarehouseError
from dbt_ai.reviews import ColumnsChange, Compared, SmallTable
from dbt_ai.sql.names import quoted
from dbt_ai.sql.query import QueryError, parse_query
from dbt_ai.sql.values import QueryFacts, Relation
from dbt_ai.tasks.refactoring.proving import compared, verdict_of
from dbt_ai.values import VerdictKind

if TYPE_CHECKING:
    import duckdb

_SECONDS = 20.0
_SECONDS_ON_DATA = 30.0
SAME = (VerdictKind.PROVED, VerdictKind.BOUNDED, VerdictKind.HOLDS)
_MOST_SHOWN = 10_000  # rows that differ in today's data are counted up to here


@dataclass(frozen=True)
class _Pair:
    """Two queries of the same columns, in DuckDB's SQL, and the relations that they may read."""

    before: str
    after: str
    relations: Sequence[Relation]


def compare_model(
    ways: Sequence[tuple[str, str]],
    relations: Mapping[str, Relation],
    connection: duckdb.DuckDBPyConnection | None = None,
) -> Compared:
    """What becomes of a model whose SQL (DuckDB's) before and after is `ways`: as of its first run and, of an
    incremental one, as of a later run.

    `relations` are those it may read, with the columns that they have before or after. `connection` reads the data of
    the project, where there is some. Never raises for what the queries are.
    """
    found: list[tuple[_Pair, Equivalence]] = []
    delta = ColumnsChange()
    facts: tuple[QueryFacts | None, QueryFacts | None] = (None, None)
    for number, (left, right) in enumerate(ways):
        left, right = (text.strip().rstrip(";") for text in (left, right))
        read = f"{left} {right}".casefold()
        known = [one for one in relations.values() if one.parts[2].casefold() in read]
        try:
            ours, theirs = _columns(left, right, known)
        except NotComparable as error:
            told = Equivalence(VerdictKind.UNPROVEN, error.reason, error.detail)
            return Compared(verdict_of([told]))
        if number == 0:
            facts = (_facts(left, known), _facts(right, known))
        pair, delta = _same_columns(left, right, ours, theirs, known, delta)
        if pair is None:
            return Compared(None, delta)
        found.append((pair, _on_data(compared(pair.before, pair.after, known, ordered=False), pair, connection)))
        if not found[-1][1].same:
            break
    pair, worst = found[-1]
    verdict = verdict_of([one for _, one in found])
    if worst.verdict in SAME:
        return Compared(verdict, delta)
    counts = _counts(worst, pair, connection)
    changed, other_rows = _by_facts(*facts)
    shown = worst.counterexample
    if shown is None:
        return Compared(verdict, delta, _still_there(changed, delta), other_rows, on_data=counts)
    seen, rows = _by_rows(shown)
    names = tuple(dict.fromkeys((*seen, *_still_there(changed, delta))))
    return Compared(
        replace(verdict, detail=worst.detail),
        delta,
        names,
        rows or other_rows,
        tuple(SmallTable(one.table, one.columns, one.rows) for one in shown.tables),
        SmallTable("before", shown.left.columns, shown.left.rows, shown.left.error),
        SmallTable("after", shown.right.columns, shown.right.rows, shown.right.error),
        counts,
    )


def cannot_run(sql: str, relations: Sequence[Relation]) -> str | None:
    """What DuckDB says of a query that it refuses on these relations; None where it runs, or nobody can tell."""
    read = sql.casefold()
    known = [one for one in relations if one.parts[2].casefold() in read]
    try:
        with Databases(known, count=0, seconds=_SECONDS) as databases:
            describe(databases, sql.strip().rstrip(";"))
    except NotComparable as error:
        return error.detail if error.reason == "query-failed" else None
    return None


def _columns(
    left: str, right: str, relations: Sequence[Relation]
) -> tuple[tuple[OutputColumn, ...], tuple[OutputColumn, ...]]:
    with Databases(relations, count=0, seconds=_SECONDS) as databases:
        return describe(databases, left), describe(databases, right)


def _same_columns(
    left: str,
    right: str,
    ours: Sequence[OutputColumn],
    theirs: Sequence[OutputColumn],
    relations: Sequence[Relation],
    known: ColumnsChange,
) -> tuple[_Pair | None, ColumnsChange]:
    """The two queries with the columns that both have, and what happens to the others. None where they have none in
    common."""
    before = {column.name.casefold(): column for column in ours}
    after = {column.name.casefold(): column for column in theirs}
    if len(before) < len(ours) or len(after) < len(theirs):  # two columns of one name cannot be named
        return _Pair(left, right, relations), known
    added = [column for name, column in after.items() if name not in before]
    removed = [column for name, column in before.items() if name not in after]
    both = [name for name in before if name in after]
    retyped = tuple((before[n].name, before[n].type, after[n].type) for n in both if before[n].type != after[n].type)
    same = [name for name in both if before[name].type == after[name].type]
    renamed: tuple[tuple[str, str], ...] = ()
    if len(added) == len(removed) == 1 and added[0].type == removed[0].type:
        pair = _Pair(_only(left, [removed[0].name], ["c"]), _only(right, [added[0].name], ["c"]), relations)
        if compared(pair.before, pair.after, relations, ordered=False).same:
            renamed = ((removed[0].name, added[0].name),)
            added, removed = [], []
    delta = ColumnsChange(
        tuple(column.name for column in added), tuple(column.name for column in removed), renamed, retyped
    )
    if not delta and list(before) == list(after):
        return _Pair(left, right, relations), delta
    if not same:
        return None, delta
    names = [before[name].name for name in same]
    theirs_names = [after[name].name for name in same]
    return _Pair(_only(left, names, names), _only(right, theirs_names, names), relations), delta


def _only(sql: str, columns: Sequence[str], names: Sequence[str]) -> str:
    """A query of some columns of another one."""
    listed = ", ".join(f"{quoted(column)} AS {quoted(name)}" for column, name in zip(columns, names, strict=True))
    return f"SELECT {listed} FROM ({sql}\n) AS reviewed"


def _facts(sql: str, relations: Sequence[Relation]) -> QueryFacts | None:
    from dbt_ai.sql.facts import facts_of

    try:
        return facts_of(parse_query(sql, "duckdb", tuple(relations)))
    except QueryError:
        return None


def _by_facts(before: QueryFacts | None, after: QueryFacts | None) -> tuple[list[str], bool]:
    """The columns that are defined otherwise, and whether other rows are made: as the SQL reads."""
    if before is None or after is None:
        return [], True
    changed = [
        column.name
        for column in after.columns
        if (old := before.column(column.name)) is not None and (old.sql, old.kind) != (column.sql, column.kind)
    ]
    same_rows = (before.filters, before.joins, before.grouped_by, before.union_of) == (
        after.filters,
        after.joins,
        after.grouped_by,
        after.union_of,
    )
    return changed, not same_rows or not changed


def _by_rows(shown: Counterexample) -> tuple[list[str], bool]:
    """The columns whose values differ on the database that shows it, and whether the number of rows does."""
    left, right = shown.left, shown.right
    if left.error or right.error or len(left.rows) != len(right.rows):
        return [], True
    names = [
        name
        for place, name in enumerate(left.columns)
        if Counter(repr(row[place]) for row in left.rows) != Counter(repr(row[place]) for row in right.rows)
    ]
    return names, not names


def _still_there(names: Sequence[str], delta: ColumnsChange) -> tuple[str, ...]:
    others = {name.casefold() for name in (*delta.added, *(after for _, after in delta.renamed))}
    return tuple(name for name in names if name.casefold() not in others)


def _on_data(found: Equivalence, pair: _Pair, connection: duckdb.DuckDBPyConnection | None) -> Equivalence:
    """What is known of the two when today's rows are looked at, too."""
    if connection is None:
        return found
    return on_stored_rows(found, pair.before, pair.after, pair.relations, connection, seconds=_SECONDS_ON_DATA)


def _counts(
    found: Equivalence, pair: _Pair, connection: duckdb.DuckDBPyConnection | None
) -> tuple[int, int, int, int] | None:
    """How many rows each of two that differ gives today, and how many only one of them gives: numbers, and no row
    itself, since a review is read by others than those who may see the data."""
    if connection is None or found.verdict is not VerdictKind.REFUTED:
        return None
    try:
        rows = compare_stored(connection, pair.before, pair.after, shown=_MOST_SHOWN, seconds=_SECONDS_ON_DATA)
    except WarehouseError:
        return None
    if [one.type for one in rows.columns[0]] != [one.type for one in rows.columns[1]]:
        return None
    return rows.left_rows, rows.right_rows, len(rows.only_left), len(rows.only_right)
