"""Two queries on many small databases: the same so far, or different with the smallest database that shows it.

A difference is never taken from the lifted queries alone: the database that shows it is made small, and there the
queries themselves are run. Where they leave the order of rows to chance, they are run on every order of the rows, and
only results that no order brings together are a difference.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import factorial, isfinite, prod
from typing import Any

from dbt_ai.checks.lifted.answers import Answer, canonical_float
from dbt_ai.checks.lifted.databases import Databases, Rows
from dbt_ai.checks.lifted.evaluation import EMPTY, FAILED
from dbt_ai.checks.lifted.shrink import shrink
from dbt_ai.checks.lifted.values import Comparison, Counterexample, NotComparable, Outcome, Sameness, TableRows
from dbt_ai.checks.lifted.vocabulary import Vocabulary, vocabulary
from dbt_ai.sql.lifting import NotLifted, lift
from dbt_ai.sql.lifting.lift import one_query
from dbt_ai.sql.lifting.values import Lifted
from dbt_ai.sql.names import quoted
from dbt_ai.sql.query import RelationIndex
from dbt_ai.sql.values import Relation

_CANDIDATES = 5
_ORDERS = 24
_ORDERED_DATABASES = 60
_NO_WORDS = Vocabulary()


def compare(
    left: str,
    right: str,
    relations: Sequence[Relation],
    *,
    seed: int = 0,
    count: int = 3000,
    exhaustive: int = 20_000,
    seconds: float = 30.0,
    words: Vocabulary = _NO_WORDS,
    time_zone: str = "UTC",
    focus: float = 0.0,
) -> Comparison:
    """Whether two queries (DuckDB's SQL) over `relations` give the same columns and the same rows.

    Names (but for their case), order and types of the columns count. The order of rows counts where both queries end
    in an ORDER BY, and is looked at on some of the databases only: a relation has no order that could be kept or lost.
    `count` random databases are tried, and every database within a bound if those are no more than `exhaustive`.
    `words` are put into the domains of the columns beside those of the queries; for `focus` see `random_databases`.
    """
    try:
        return _compare(left, right, relations, seed, count, exhaustive, seconds, words, time_zone, focus)
    except NotComparable as error:
        return Comparison(Sameness.NOT_COMPARABLE, seed=seed, reason=error.reason, detail=error.detail)


def _compare(
    left: str,
    right: str,
    relations: Sequence[Relation],
    seed: int,
    count: int,
    exhaustive: int,
    seconds: float,
    more: Vocabulary,
    time_zone: str,
    focus: float,
) -> Comparison:
    lookup = RelationIndex(relations)
    read = {key for query in (left, right) for key in _lifted(query, lookup).relations}
    used = [relation for relation in relations if relation.key in read]
    words = vocabulary([one_query(left), one_query(right)]) | more
    started = time.monotonic()
    with Databases(
        used,
        words,
        seed=seed,
        count=count,
        exhaustive=exhaustive,
        seconds=seconds,
        time_zone=time_zone,
        focus=focus,
    ) as databases:
        _refuse_unknown_types(databases)
        ours, theirs = (databases.answer(query, check=False) for query in (left, right))
        if _shape(ours) != _shape(theirs):
            return Comparison(
                Sameness.DIFFERENT,
                seed=seed,
                reason="other-columns",
                left_columns=ours.columns,
                right_columns=theirs.columns,
            )
        difference = databases.differing(left, right, check=False)
        shown = None
        for number in sorted(difference.databases, key=lambda one: (databases.sizes[one], one))[:_CANDIDATES]:
            shown = _counterexample(databases, number, ours.lifted, theirs.lifted, _bag)
            if shown:
                break
        open_ = difference.open
        if difference.databases and not shown:  # some order of the rows brings the results together after all
            if not ours.lifted.left_open and not theirs.lifted.left_open:
                raise NotComparable("engine-differs", f"database {min(difference.databases)}")
            open_ |= difference.databases
        counted = len(databases.ids) - len(open_) - len(difference.unevaluated)
        if not shown and ours.lifted.ordered and theirs.lifted.ordered:
            shown = _other_order(databases, ours, theirs, started + seconds)
        if not shown:  # what is shown was run on its database alone
            for query in (left, right):
                databases.answer(query)
        if not shown and not counted:
            raise NotComparable("order-left-open" if open_ else "time-limit", f"{len(databases.ids)} databases")
        bounded = databases.bound if databases.bound and databases.bound.databases else None
        within = range(bounded.databases if bounded else 0)
        complete = not any(number in open_ | difference.unevaluated for number in databases.ids[: len(within)])
        return Comparison(
            Sameness.DIFFERENT if shown else Sameness.SAME_SO_FAR,
            databases=counted,
            seed=seed,
            bound=bounded,
            exhaustive=bounded is not None and complete,
            open=len(open_),
            other_choices=sum(_outcomes(ours, number) != _outcomes(theirs, number) for number in open_),
            filled=sum(not {EMPTY, FAILED} & _outcomes(ours, number) for number in databases.ids),
            unevaluated=len(difference.unevaluated),
            counterexample=shown,
            left_columns=ours.columns,
            right_columns=theirs.columns,
        )


def _outcomes(answer: Answer, number: int) -> set[int]:
    """The fingerprints that a query can have on one database, as far as it was evaluated there."""
    return {prints[number] for prints in answer.prints if number in prints}


def _lifted(query: str, lookup: RelationIndex) -> Lifted:
    lifted = lift(query, lookup)
    if isinstance(lifted, NotLifted):
        raise NotComparable(lifted.reason, lifted.detail)
    return lifted


def _refuse_unknown_types(databases: Databases) -> None:
    for key, columns in databases.domains.items():
        for column in columns:
            if not column.values and column.name.casefold() in databases.words.names:
                raise NotComparable("column-type", f"{key}.{column.name} {column.type}")


def _shape(answer: Answer) -> list[tuple[str, str]]:
    return [(column.name.casefold(), column.type) for column in answer.columns]


Form = Callable[[Outcome], object]


def _bag(outcome: Outcome) -> object:
    """An outcome as what is compared where order does not count."""
    return FAILED if outcome.error is not None else sorted(repr(_canonical(row)) for row in outcome.rows)


def _sequence(outcome: Outcome) -> object:
    return FAILED if outcome.error is not None else [repr(_canonical(row)) for row in outcome.rows]


def _canonical(value: Any) -> Any:
    if isinstance(value, float):
        return canonical_float(value)
    if isinstance(value, (tuple, list)):
        return tuple(_canonical(part) for part in value)
    if isinstance(value, dict):
        return {key: _canonical(part) for key, part in value.items()}
    return value


def _counterexample(
    databases: Databases, number: int, left: Lifted, right: Lifted, form: Form
) -> Counterexample | None:
    """The database made small, with what each query gives on it; None where the queries themselves do not differ."""
    keys = list(dict.fromkeys((*left.relations, *right.relations)))
    return _shrunk(databases, databases.rows(number, keys), left, right, form)


def counterexample(
    databases: Databases, rows: Rows, left: Lifted, right: Lifted, *, ordered: bool
) -> Counterexample | None:
    """The database with `rows` made small, with what each query gives on it; None where they do not differ there.
    `ordered` says whether the order of their rows counts."""
    keys = dict.fromkeys((*left.relations, *right.relations))
    read = {key: rows[key] for key in keys}
    return next((shown for form in ((_bag, _sequence) if ordered else (_bag,))
                 if (shown := _shrunk(databases, read, left, right, form))), None)  # fmt: skip


def _shrunk(databases: Databases, rows: Rows, left: Lifted, right: Lifted, form: Form) -> Counterexample | None:
    keys = list(rows)

    def differ(rows: Rows) -> bool:
        databases.load_rows(rows)
        ours = {repr(form(databases.outcome(resolution.alone))) for resolution in left.resolutions}
        return ours.isdisjoint({repr(form(databases.outcome(resolution.alone))) for resolution in right.resolutions})

    if not differ(rows):
        return None
    names = databases.words.names
    rows = shrink(databases, rows, differ, names)
    if left.left_open or right.left_open:
        ours, theirs = (_on_all_orders(databases, rows, query, form) for query in (left, right))
        if not ours.isdisjoint(theirs):
            return None
    databases.load_rows(rows)
    outcomes = [databases.outcome(query.alone) for query in (left, right)]
    if form(outcomes[0]) == form(outcomes[1]):
        return None
    tables = tuple(_shown(databases, key, rows[key], names) for key in keys)
    order_only = form is _sequence and _bag(outcomes[0]) == _bag(outcomes[1])
    return Counterexample(tables, outcomes[0], outcomes[1], order_only, tuple(_statements(databases, rows)))


def _on_all_orders(databases: Databases, rows: Rows, query: Lifted, form: Form) -> set[str]:
    """What a query gives when the rows of its tables are stored in other orders (all of them, where they are few)."""
    databases.load_rows(rows)
    found = {repr(form(databases.outcome(resolution.alone))) for resolution in query.resolutions}
    for order in _orders(rows):
        databases.load_rows(order)
        found.add(repr(form(databases.outcome(query.alone))))
    return found


def _orders(rows: Rows) -> Iterator[Rows]:
    """The rows in all their orders, or in some where there are many."""
    if prod(factorial(len(values)) for values in rows.values()) <= _ORDERS:
        for order in itertools.product(*(itertools.permutations(values) for values in rows.values())):
            yield {key: list(values) for key, values in zip(rows, order, strict=True)}
        return
    numbers = random.Random(0)
    for _ in range(_ORDERS):
        yield {key: numbers.sample(values, len(values)) for key, values in rows.items()}


def _other_order(databases: Databases, left: Answer, right: Answer, deadline: float) -> Counterexample | None:
    """A database on which two sorted queries give the same rows in another order, looked for among the larger ones."""
    largest = sorted(databases.ids, key=lambda one: -databases.sizes[one])[:_ORDERED_DATABASES]
    for number in largest:
        if time.monotonic() > deadline:
            return None
        shown = _counterexample(databases, number, left.lifted, right.lifted, _sequence)
        if shown:
            return shown
    return None


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
