"""Two queries on many small databases: the same so far, or different with the smallest database that shows it.

A difference is never taken from the lifted queries alone: the database that shows it is made small, and there the
queries themselves are run.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from dbt_ai.checks.lifted.answers import Answer
from dbt_ai.checks.lifted.databases import Databases, difference_of
from dbt_ai.checks.lifted.evaluation import EMPTY, FAILED
from dbt_ai.checks.lifted.showing import counterexample
from dbt_ai.checks.lifted.tolerating import brought_together
from dbt_ai.checks.lifted.values import Comparison, Counterexample, NotComparable, Sameness
from dbt_ai.checks.lifted.vocabulary import Vocabulary, vocabulary
from dbt_ai.sql.lifting import NotLifted, lift
from dbt_ai.sql.lifting.lift import one_query
from dbt_ai.sql.lifting.values import Lifted
from dbt_ai.sql.query import RelationIndex
from dbt_ai.sql.values import Relation

_CANDIDATES = 5
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
    tolerance: float | None = None,
) -> Comparison:
    """Whether two queries (DuckDB's SQL) over `relations` give the same columns and the same rows.

    Names (but for their case), order and types of the columns count. The order of rows counts where both queries end
    in an ORDER BY, and is looked at on some of the databases only: a relation has no order that could be kept or lost.
    `count` random databases are tried, and every database within a bound if those are no more than `exhaustive`.
    `words` are put into the domains of the columns beside those of the queries; for `focus` see `random_databases`.
    With a `tolerance` floating point numbers are the same that are as close (see `closeness`).
    """
    try:
        return _compare(left, right, relations, seed, count, exhaustive, seconds, words, time_zone, focus, tolerance)
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
    tolerance: float | None,
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
        together = 0
        if tolerance is not None:
            theirs, together = brought_together(databases, ours, theirs, tolerance)
        difference = difference_of(ours, theirs, databases.ids)
        shown = None
        for number in sorted(difference.databases, key=lambda one: (databases.sizes[one], one))[:_CANDIDATES]:
            shown = _counterexample(databases, number, ours.lifted, theirs.lifted, False, tolerance)
            if shown:
                break
        open_ = difference.open
        if difference.databases and not shown:  # some order of the rows brings the results together after all
            if not ours.lifted.left_open and not theirs.lifted.left_open:
                raise NotComparable("engine-differs", f"database {min(difference.databases)}")
            open_ |= difference.databases
        counted = len(databases.ids) - len(open_) - len(difference.unevaluated)
        if not shown and ours.lifted.ordered and theirs.lifted.ordered:
            shown = _other_order(databases, ours, theirs, started + seconds, tolerance)
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
            close=together,
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


def _counterexample(
    databases: Databases, number: int, left: Lifted, right: Lifted, in_order: bool, tolerance: float | None
) -> Counterexample | None:
    """The database made small, with what each query gives on it; None where the queries themselves do not differ."""
    keys = list(dict.fromkeys((*left.relations, *right.relations)))
    rows = databases.rows(number, keys)
    return counterexample(databases, rows, left, right, in_order=in_order, tolerance=tolerance)


def _other_order(
    databases: Databases, left: Answer, right: Answer, deadline: float, tolerance: float | None
) -> Counterexample | None:
    """A database on which two sorted queries give the same rows in another order, looked for among the larger ones."""
    largest = sorted(databases.ids, key=lambda one: -databases.sizes[one])[:_ORDERED_DATABASES]
    for number in largest:
        if time.monotonic() > deadline:
            return None
        shown = _counterexample(databases, number, left.lifted, right.lifted, True, tolerance)
        if shown:
            return shown
    return None
