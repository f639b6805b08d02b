"""Databases on which two queries differ, made small, and what each query gives on them.

Where queries leave the order of rows to chance, they are run on every order of the rows, and only results that no order
brings together are a difference.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import factorial, isfinite, prod
from typing import Any

from dbt_ai.checks.lifted.answers import canonical_value
from dbt_ai.checks.lifted.closeness import close_in_order, close_rows
from dbt_ai.checks.lifted.databases import Databases, Rows
from dbt_ai.checks.lifted.shrink import shrink
from dbt_ai.checks.lifted.values import Counterexample, Outcome, TableRows
from dbt_ai.sql.lifting.values import Lifted
from dbt_ai.sql.names import quoted

_ORDERS = 24
_FAILED = "failed"


def first_counterexample(
    databases: Databases, rows: Rows, left: Lifted, right: Lifted, *, ordered: bool, tolerance: float | None = None
) -> Counterexample | None:
    """The database with `rows` made small, with what each query gives on it; None where they do not differ there.
    `ordered` says whether the order of their rows counts, which is looked at where the rows are the same."""
    keys = dict.fromkeys((*left.relations, *right.relations))
    read = {key: rows[key] for key in keys}
    for in_order in (False, True) if ordered else (False,):
        shown = counterexample(databases, read, left, right, in_order=in_order, tolerance=tolerance)
        if shown is not None:
            return shown
    return None


def counterexample(
    databases: Databases, rows: Rows, left: Lifted, right: Lifted, *, in_order: bool, tolerance: float | None
) -> Counterexample | None:
    """The database with `rows` made small, with what each query gives on it; None where the queries themselves do not
    differ. `in_order` says whether rows are compared in their order, `tolerance` how close floating point numbers are
    the same."""
    keys = list(rows)

    def apart(ours: Iterable[Outcome], theirs: Iterable[Outcome], in_order: bool = in_order) -> bool:
        """Whether no result of the one is a result of the other."""
        mine, other = ({_form(outcome, in_order): outcome for outcome in side} for side in (ours, theirs))
        if not mine.keys().isdisjoint(other):
            return False
        return tolerance is None or not any(
            _close(one, another, in_order, tolerance) for one in mine.values() for another in other.values()
        )

    def differ(rows: Rows) -> bool:
        databases.load_rows(rows)
        ours, theirs = ([databases.outcome(one.alone) for one in query.resolutions] for query in (left, right))
        return apart(ours, theirs)

    if not differ(rows):
        return None
    names = databases.words.names
    rows = shrink(databases, rows, differ, names)
    if left.left_open or right.left_open:
        ours, theirs = (_on_all_orders(databases, rows, query, in_order) for query in (left, right))
        if not apart(ours, theirs):
            return None
    databases.load_rows(rows)
    outcomes = [databases.outcome(query.alone) for query in (left, right)]
    if not apart(outcomes[:1], outcomes[1:]):
        return None
    tables = tuple(_shown(databases, key, rows[key], names) for key in keys)
    order_only = in_order and not apart(outcomes[:1], outcomes[1:], False)
    return Counterexample(tables, outcomes[0], outcomes[1], order_only, tuple(_statements(databases, rows)))


def _form(outcome: Outcome, in_order: bool) -> str:
    """An outcome as what is compared."""
    if outcome.error is not None:
        return _FAILED
    rows = [repr(canonical_value(row)) for row in outcome.rows]
    return repr(rows if in_order else sorted(rows))


def _close(one: Outcome, other: Outcome, in_order: bool, tolerance: float) -> bool:
    if one.error is not None or other.error is not None:
        return False
    return (close_in_order if in_order else close_rows)(one.rows, other.rows, tolerance)


def _on_all_orders(databases: Databases, rows: Rows, query: Lifted, in_order: bool) -> Iterable[Outcome]:
    """What a query gives when the rows of its tables are stored in other orders (all of them, where they are few)."""
    databases.load_rows(rows)
    found = {}
    for resolution in query.resolutions:
        outcome = databases.outcome(resolution.alone)
        found[_form(outcome, in_order)] = outcome
    for order in _orders(rows):
        databases.load_rows(order)
        outcome = databases.outcome(query.alone)
        found[_form(outcome, in_order)] = outcome
    return found.values()


def _orders(rows: Rows) -> Iterator[Rows]:
    """The rows in all their orders, or in some where there are many."""
    if prod(factorial(len(values)) for values in rows.values()) <= _ORDERS:
        for order in itertools.product(*(itertools.permutations(values) for values in rows.values())):
            yield {key: list(values) for key, values in zip(rows, order, strict=True)}
        return
    numbers = random.Random(0)
    for _ in range(_ORDERS):
        yield {key: numbers.sample(values, len(values)) for key, values in rows.items()}


def _shown(databases: Databases, key: str, rows: list[tuple[Any, ...]], names: frozenset[str]) -> TableRows:
    columns = [column.name for column in databases.domains[key]]
    places = [i for i, name in enumerate(columns) if name.casefold() in names] or list(range(len(columns)))
    return TableRows(key, tuple(columns[i] for i in places), tuple(tuple(row[i] for i in places) for row in rows))


def _statements(databases: Databases, rows: Rows) -> Iterable[str]:
    for relation in databases.relations:
        if relation.key not in rows:
            continue
        name = ".".join(quoted(part) for part in relation.parts if part)
        columns = ", ".join(f"{quoted(column)} {kind or 'VARCHAR'}" for column, kind in relation.columns)
        yield f"CREATE TABLE {name} ({columns})"
        for row in rows[relation.key]:
            yield f"INSERT INTO {name} VALUES ({', '.join(_literal(value) for value in row)})"


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, float) and (not isfinite(value) or not value):  # NaN, infinity, -0.0
        return f"'{value}'"
    if isinstance(value, (bool, int, float, Decimal)):
        return str(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_literal(part) for part in value)}]"
    if isinstance(value, timedelta):
        return f"INTERVAL '{value.total_seconds()} seconds'"
    if isinstance(value, (date, datetime)):
        return f"'{value.isoformat()}'"
    return "'" + str(value).replace("'", "''") + "'"
