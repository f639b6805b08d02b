"""Many mutants of one query on the databases of one session: what they share is done once.

The mutants differ from the query in one of its parts, mostly. So every part is lifted once, and what a CTE of the query
gives on every database is kept in a table, from which a mutant that differs only behind it reads.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dbt_ai.checks.lifted.answers import describe, prints_of
from dbt_ai.checks.lifted.databases import Databases
from dbt_ai.checks.lifted.values import Counterexample, NotComparable, Outcome, OutputColumn, TableRows
from dbt_ai.checks.mutation.types import are_numbers, in_types, shared_types
from dbt_ai.sql.lifting import DATABASE, MANY, Lifted, NotLifted, Resolution
from dbt_ai.sql.lifting.parts import PartLifter
from dbt_ai.sql.lifting.values import RESERVED, over

_CANDIDATES = 6  # databases that may be shown
_RICH = 3
_MANY = 8  # mutants
_PLAIN = 3  # rows of a table that a person reads at a glance

Prints = Mapping[int, int]
Types = tuple[tuple[int, str], ...]
"""Places of columns, with the types to which they are brought."""


@dataclass(frozen=True)
class Trial:
    """A mutant on all databases. `differing` are those on which no way of breaking ties brings it and the original
    together; on those that are `open` some way does, and some does not."""

    lifted: Lifted
    types: Types
    columns: tuple[OutputColumn, ...]
    differing: frozenset[int]
    open: frozenset[int]
    unevaluated: frozenset[int]


class Trials:
    """Mutants of the query of `lifter` on `databases`, which are open. Raises NotComparable where it cannot be tried
    itself."""

    def __init__(self, databases: Databases, lifter: PartLifter) -> None:
        self.databases = databases
        self._lifter = lifter
        self._lifted = lifted(lifter)
        self._columns = describe(databases, self._lifted.alone)
        self._prints: dict[tuple[Types, int], Prints] = {}
        self._outcomes: dict[tuple[int, Types], list[Outcome]] = {}
        self._rows: dict[int, tuple[TableRows, ...]] = {}
        self._names = {one.key: tuple(name for name, _ in one.columns) for one in databases.relations}
        self._loaded: int | None = None
        self._kept: list[dict[int, str]] = []

    @property
    def left_open(self) -> bool:
        """Whether the original leaves the order of rows open where it decides what it gives."""
        return bool(self._lifted.left_open)

    def trial(self, sql: str, *, every_way: bool = True) -> Trial:
        """A mutant on all databases. Where `every_way` is False, one that gives the same when ties are broken in one
        way is not looked at in the other. Raises NotComparable."""
        try:
            return self._trial(sql, every_way)
        except NotComparable as error:
            if error.reason == "engine-failed":
                self.databases.open_again()
                self._kept, self._loaded = [], None
            raise

    def _trial(self, sql: str, every_way: bool) -> Trial:
        mutant = lifted(self._lifter, sql, self._kept)
        columns = describe(self.databases, mutant.alone)
        types = shared_types(self._columns, columns)
        ends = list[tuple[Prints, Prints]]()
        ways = max(len(mutant.resolutions), len(self._lifted.resolutions))
        for way in range(ways):
            ours, theirs = self._original(types, way), self._prints_of(mutant, columns, types, way)
            ends.append((ours, theirs))
            if not every_way and not _apart(ends):
                break
        apart = _apart(ends)
        missing = frozenset().union(*(set(self.databases.ids).difference(one) for pair in ends for one in pair))
        differing = {
            number
            for number in apart - missing
            if {ours[number] for ours, _ in ends}.isdisjoint([theirs[number] for _, theirs in ends])
        }
        return Trial(mutant, types, columns, frozenset(differing), apart - differing - missing, missing)

    def shown(self, trial: Trial, number: int) -> Counterexample | None:
        """The database with what the queries themselves give on it; None where they do not differ there after all."""
        mine = self._on_one(number, trial.types)
        other = self._alone(number, trial.lifted, trial.columns, trial.types)
        if not {_form(one) for one in mine}.isdisjoint(_form(one) for one in other):
            return None
        return self._counterexample(number, mine[0], other[0])

    def shown_at_once(self, sql: str, number: int) -> Counterexample | None:
        """The database where a mutant differs on it whatever is left to chance; None where it does not, and where
        that cannot be told at a glance. Raises NotComparable."""
        mine, others = self._on_one(number, ()), list[Outcome]()
        for resolution in lifted(self._lifter, sql).resolutions:
            other = self._run(number, resolution.alone)
            kinds = [_numbers(one.types, other.types) for one in mine] if other.error is None else [()]
            if None in kinds or other.error is not None:
                return None
            if _form(other, kinds[0] or ()) in {_form(one, kinds[0] or ()) for one in mine}:
                return None
            others.append(other)
        return self._counterexample(number, mine[0], others[0])

    def rich(self) -> list[int]:
        """A few databases on which the original has much to show, the richest first: most faults show there."""
        cells = ", ".join(f"c{place}" for place in range(len(self._columns)))
        counted = " + ".join(f"count(DISTINCT c{place})" for place in range(len(self._columns)))
        lateral = lifted(self._lifter).resolutions[0].lateral
        most = _PLAIN * len(self.databases.relations)
        small = [number for number, size in self.databases.sizes.items() if size <= most]
        import duckdb

        try:
            rows = self.databases.execute(
                f"SELECT {DATABASE}, {counted} FROM ({over(lateral)}) AS q({cells}, {DATABASE}) GROUP BY 1",
                self.databases.seconds,
            ).fetchall()
        except duckdb.Error:
            return []
        riches = dict(rows)
        return sorted(small, key=lambda one: (-riches.get(one, 0), one))[:_RICH]

    def _counterexample(self, number: int, mine: Outcome, other: Outcome) -> Counterexample:
        if number not in self._rows:
            rows = self.databases.rows(number)
            self._rows[number] = tuple(TableRows(key, self._names[key], tuple(rows[key])) for key in rows)
        return Counterexample(self._rows[number], mine, other)

    def check_spots(self, trials: Sequence[Trial]) -> list[NotComparable | None]:
        """Hold trials against a few databases alone. What is wrong with each: DuckDB gives other rows for the lifted
        query than for the query itself."""
        step = max(1, len(self.databases.ids) // max(1, self.databases.spot_checks))
        numbers = self.databases.ids[step // 2 :: step]
        wrong: dict[int, set[int]] = {place: set() for place in range(len(trials))}
        for number in numbers:
            for place, trial in enumerate(trials):
                if number not in trial.unevaluated | trial.differing | trial.open:
                    ours = {_form(one) for one in self._on_one(number, trial.types)}
                    theirs = {_form(one) for one in self._alone(number, trial.lifted, trial.columns, trial.types)}
                    if ours != theirs:
                        wrong[place].add(number)
        # As in dbt_ai/checks/lifted/answers.py: no sort key can settle some ties, which is no mistake of DuckDB's.
        return [
            NotComparable("engine-differs", f"database {min(found)}")
            if found and (not trials[place].lifted.left_open or len(found) == len(numbers))
            else None
            for place, found in wrong.items()
        ]

    def _original(self, types: Types, way: int) -> Prints:
        if (types, way) not in self._prints:
            self._prints[types, way] = self._prints_of(self._lifted, self._columns, types, way)
        return self._prints[types, way]

    def _prints_of(self, query: Lifted, columns: Sequence[OutputColumn], types: Types, way: int) -> Prints:
        brought = dict(types)
        shown = [OutputColumn(one.name, brought.get(place, one.type)) for place, one in enumerate(columns)]
        self._loaded = None  # where some databases fail, others are asked alone
        resolution = _brought(query.resolutions[way if query.left_open else 0], columns, types)
        until = time.monotonic() + self.databases.seconds
        return prints_of(self.databases, query.relations, resolution, shown, until)

    def _on_one(self, number: int, types: Types) -> list[Outcome]:
        if (number, types) not in self._outcomes:
            self._outcomes[number, types] = self._alone(number, self._lifted, self._columns, types)
        return self._outcomes[number, types]

    def _alone(self, number: int, lifted: Lifted, columns: Sequence[OutputColumn], types: Types) -> list[Outcome]:
        return [self._run(number, _brought(one, columns, types).alone) for one in lifted.resolutions]

    def _run(self, number: int, sql: str) -> Outcome:
        if self._loaded != number:
            self.databases.load(number, [relation.key for relation in self.databases.relations])
            self._loaded = number
        return self.databases.outcome(sql)

    def keep_for(self, mutants: int) -> None:
        """Keep what the CTEs of the original give in tables, where there are enough mutants to come for which that
        saves time."""
        import duckdb

        if mutants < _MANY:
            return
        for way in range(2 if self.left_open else 1):
            tables: dict[int, str] = {}
            for place in range(len(self._lifter.parts.names)):
                name = f'{MANY}.main."{RESERVED}_cte_{place}_{way}"'
                lateral = self._lifter.up_to(place, way, tables)
                try:
                    if lateral is not None:
                        self.databases.execute(f"CREATE TABLE {name} AS {over(lateral)}", self.databases.seconds)
                        tables[place] = name
                except duckdb.Error:  # it fails on some database: then whoever reads it has to be asked
                    continue
            self._kept.append(tables)


def lifted(lifter: PartLifter, sql: str | None = None, kept: Sequence[Mapping[int, str]] = ()) -> Lifted:
    """A mutant, or the query itself. Raises NotComparable where it is not lifted."""
    found = lifter.lift(lifter.parts.text if sql is None else sql, kept)
    if isinstance(found, NotLifted):
        raise NotComparable(found.reason, found.detail)
    return found


def first_shown(trials: Trials, found: Mapping[int, Trial]) -> dict[int, Counterexample]:
    """A database for each of some trials, called by their places, that shows the difference; those that have none
    among their smallest are left out. Databases that show much come first, as each has to be loaded."""
    sizes = trials.databases.sizes
    left = {place: _smallest(trial.differing, sizes) for place, trial in found.items()}
    shown: dict[int, Counterexample] = {}
    while any(left.values()):
        counted = Counter(number for numbers in left.values() for number in numbers)
        best = max(counted, key=lambda one: (counted[one] / (_PLAIN + sizes[one]), -one))
        for place in [place for place, numbers in left.items() if best in numbers]:
            counterexample = trials.shown(found[place], best)
            left[place].discard(best)
            if counterexample is not None:
                shown[place] = counterexample
                left[place] = set()
    return shown


def _smallest(numbers: Iterable[int], sizes: Mapping[int, int]) -> set[int]:
    return set(sorted(numbers, key=lambda one: (sizes[one], one))[:_CANDIDATES])


def _apart(ends: Sequence[tuple[Prints, Prints]]) -> frozenset[int]:
    """The databases on which two queries differ for some way of breaking ties."""
    return frozenset(
        number
        for ours, theirs in ends
        if ours != theirs
        for number, print_ in ours.items()
        if theirs.get(number, print_) != print_
    )


def _brought(resolution: Resolution, columns: Sequence[OutputColumn], types: Types) -> Resolution:
    if not types:
        return resolution
    return Resolution(in_types(resolution.lateral, columns, types), in_types(resolution.alone, columns, types))


def _form(outcome: Outcome, numbers: Collection[int] = ()) -> str:
    """Rows as what is compared: their order does not count, nor do the last digits of a floating point number. In the
    columns `numbers` all are ones."""
    if outcome.error is not None:
        return "error"
    rows = ([_plain(cell, place in numbers) for place, cell in enumerate(row)] for row in outcome.rows)
    return repr(sorted(map(repr, rows)))


def _plain(cell: object, is_number: bool) -> object:
    if is_number and isinstance(cell, (int, Decimal)):
        cell = float(cell)
    return float(f"{cell:.10g}") if isinstance(cell, float) else cell


def _numbers(ours: Sequence[str], theirs: Sequence[str]) -> tuple[int, ...] | None:
    """The columns that are numbers of two types; None where others are of two types."""
    if len(ours) != len(theirs):
        return None
    places = [place for place, (mine, other) in enumerate(zip(ours, theirs, strict=True)) if mine != other]
    alike = all(are_numbers(ours[place], theirs[place]) for place in places)
    return tuple(places) if alike else None
