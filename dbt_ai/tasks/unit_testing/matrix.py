"""Which fault shows on which small database: the mutants of a way on thousands of databases at once, each in one query.

SQL that cannot be lifted over many databases is run on a few of them, one after the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from dbt_ai.checks.lifted import Databases, NotComparable, vocabulary
from dbt_ai.checks.lifted.generate import table
from dbt_ai.checks.mutation.trials import Trials
from dbt_ai.errors import WarehouseError
from dbt_ai.sql.lifting import DATABASE
from dbt_ai.sql.lifting.lift import one_query
from dbt_ai.sql.lifting.parts import PartLifter
from dbt_ai.sql.lifting.values import Refused as CannotLift
from dbt_ai.sql.mutants import Mutant, mutants_of
from dbt_ai.sql.names import quoted
from dbt_ai.sql.query import QueryError
from dbt_ai.tasks.unit_testing.runs import Runs
from dbt_ai.tasks.unit_testing.values import Fault, Refused, Rows, Way

COUNT = 1000
MORE = 5  # times as many databases for what the first ones do not show
ONE_BY_ONE = 60
SECONDS = 20.0
# What is refused for how it would have to be lifted, rather than for what it means.
_RUN_ALONE = frozenset(
    ("computed-limit", "recursion-by-key", "comma-before-joins", "row-in-subquery", "engine-refused", "engine-differs")
)


@dataclass(frozen=True)
class Matrix:
    """`kills` has, for each database by number, the numbers of the mutants that it tells from the model; `rows` those
    databases, `sizes` their numbers of rows. `mutants` and `faults` go together."""

    way: Way
    mutants: tuple[Mutant, ...]
    faults: tuple[Fault, ...]
    kills: Mapping[int, frozenset[int]] = field(default_factory=dict)
    sizes: Mapping[int, int] = field(default_factory=dict)
    rows: Mapping[int, Rows] = field(default_factory=dict)
    order_counts: bool = True

    @property
    def shown(self) -> frozenset[Fault]:
        """The faults that show on some database."""
        return frozenset(self.faults[number] for killed in self.kills.values() for number in killed)


def matrix_of(way: Way, *, count: int = COUNT, seed: int = 0) -> Matrix | Refused:
    """The matrix of a way over `count` random databases, and over more of them for the mutants that none of these tells
    from the model; or why there is none."""
    schema = {relation.parts[2]: {name: kind or "" for name, kind in relation.columns} for relation in way.relations}
    try:
        mutants = mutants_of(way.sql, "duckdb", schema)
        words, lifter = vocabulary([one_query(way.sql)]), PartLifter(way.sql, way.relations)
    except QueryError as error:
        return Refused("no-sql", str(error))
    except CannotLift as error:
        return Refused(error.reason, error.detail)
    if not mutants:
        return Refused("no-mutants", "")
    matrix = Matrix(way, mutants, faults_of(mutants))
    try:
        with Databases(way.relations, words, seed=seed, count=count, seconds=SECONDS, spot_checks=0) as databases:
            order_counts = _order_counts(databases, way)
            if order_counts is None:
                return _with(matrix, databases, _one_by_one(databases, way, mutants))
            found = _all_at_once(databases, lifter, mutants, range(len(mutants)))
            matrix = replace(_with(matrix, databases, found), order_counts=order_counts)
        survivors = set(range(len(mutants))) - {number for killed in matrix.kills.values() for number in killed}
        if survivors:
            words |= vocabulary(one_query(mutants[number].sql) for number in sorted(survivors))
            more = MORE * count
            with Databases(
                way.relations, words, seed=seed + 1, count=more, seconds=SECONDS, spot_checks=0
            ) as databases:
                matrix = _with(matrix, databases, _all_at_once(databases, lifter, mutants, sorted(survivors)), count)
        return matrix
    except NotComparable as error:
        return Refused(error.reason, error.detail)


def _with(matrix: Matrix, databases: Databases, found: Mapping[int, set[int]], first: int = 0) -> Matrix:
    """The matrix with the databases that tell something apart, numbered from `first` on."""
    chosen = _worth_keeping(found, databases.sizes)
    rows = _rows_of(databases, chosen)
    return replace(
        matrix,
        kills={**matrix.kills, **{first + number: frozenset(found[number]) for number in chosen}},
        sizes={**matrix.sizes, **{first + number: databases.sizes[number] for number in chosen}},
        rows={**matrix.rows, **{first + number: rows[number] for number in chosen}},
    )


def _order_counts(databases: Databases, way: Way) -> bool | None:
    """Whether the order in which rows are stored may count; None where the way cannot be lifted, but can be run.
    Raises NotComparable where it can be neither."""
    try:
        order_counts = bool(databases.lift(way.sql).left_open)
        databases.answer(way.sql)
        return order_counts
    except NotComparable as error:
        if error.reason not in _RUN_ALONE:
            raise
        return None


def faults_of(mutants: Sequence[Mutant]) -> tuple[Fault, ...]:
    """The fault of each mutant."""
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for mutant in mutants:
        same = (mutant.operator, mutant.sentence)
        found.append(Fault(*same, seen[same]))
        seen[same] += 1
    return tuple(found)


def _all_at_once(
    databases: Databases, lifter: PartLifter, mutants: Sequence[Mutant], numbers: Sequence[int]
) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    trials = Trials(databases, lifter)
    trials.keep_for(len(numbers))
    for number in numbers:
        try:
            trial = trials.trial(mutants[number].sql)
        except NotComparable:
            continue
        for database in trial.differing:
            found.setdefault(database, set()).add(number)
    return found


def _one_by_one(databases: Databases, way: Way, mutants: Sequence[Mutant]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    try:
        with Runs(way, [mutant.sql for mutant in mutants]) as runs:
            for database, rows in _rows_of(databases, databases.ids[-ONE_BY_ONE:]).items():
                result = runs.settled(rows)
                if result is not None:
                    found[database] = set(runs.kills(rows, result, range(len(mutants))))
    except WarehouseError as error:
        raise NotComparable("query-failed", str(error)) from error
    return found


def _worth_keeping(kills: Mapping[int, set[int]], sizes: Mapping[int, int]) -> list[int]:
    """Of the databases that tell the same mutants apart, the smallest ones; none that tells none."""
    kept: dict[frozenset[int], int] = {}
    for number in sorted(kills, key=lambda one: (sizes[one], one)):
        if kills[number]:
            kept.setdefault(frozenset(kills[number]), number)
    return sorted(kept.values())


def _rows_of(databases: Databases, numbers: Sequence[int]) -> dict[int, Rows]:
    """The rows of some databases, as texts."""
    found: dict[int, Rows] = {number: {relation.key: [] for relation in databases.relations} for number in numbers}
    listed = ", ".join(map(str, numbers)) or "NULL"
    for relation in databases.relations:
        cells = "".join(f", CAST({quoted(name)} AS VARCHAR)" for name, _ in relation.columns)
        rows = databases.connection.execute(
            f"SELECT {DATABASE}{cells} FROM {table(relation.key)} WHERE {DATABASE} IN ({listed}) ORDER BY ALL"
        ).fetchall()
        for number, *row in rows:
            found[number][relation.key].append(tuple(row))
    return found
