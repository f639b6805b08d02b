"""A session: many small databases in one instance of DuckDB, generated once, and queries evaluated on all of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from dbt_ai.checks.lifted.answers import Answer, answer_on_all, answer_one_by_one, check_spots, first_line
from dbt_ai.checks.lifted.domains import ColumnDomain, domain, with_small_numbers
from dbt_ai.checks.lifted.exhaust import exhaust
from dbt_ai.checks.lifted.generate import DATABASES, random_databases, table, wild_of
from dbt_ai.checks.lifted.values import Bound, Difference, NotComparable, Outcome
from dbt_ai.checks.lifted.vocabulary import Vocabulary
from dbt_ai.checks.lifted.watch import Watch
from dbt_ai.checks.sandbox import open_memory
from dbt_ai.sql.lifting import DATABASE, MANY, ONE, Lifted, NotLifted, lift
from dbt_ai.sql.names import quoted
from dbt_ai.sql.query import RelationIndex
from dbt_ai.sql.values import Relation

if TYPE_CHECKING:
    import duckdb

Rows = dict[str, list[tuple[Any, ...]]]
"""The rows of one database by the key of the relation."""

_ROWS = 4
_WRITTEN = "__lift_written"
_OLDEST = 2  # DuckDB 1.4 takes recursive CTEs and unions apart wrongly: 145 of 9,110 random pairs differ
_RESERVED_CATALOGS = ("memory", "system", "temp")
_KEPT_ANSWERS = 16
_SMALL = 1 / 2  # as many again as this part of the random ones have small numbers only


class Databases:
    """Small databases over the tables of `relations`, whose values come from `words` (see `vocabulary`).

    `count` of them are random and hang on `seed`; where every database within some bound is no more than `exhaustive`
    of them, those are added, and `bound` says which they are. `seconds` is the limit for one query on all of them, and
    `spot_checks` the number of databases on which each query is run alone as well: were DuckDB wrong about the lifted
    query, it would show there. For `focus` see `random_databases`; with it there are some more databases whose
    numbers are all small, so that sums and averages of some are among the others.

    Use it in a `with`: it holds an instance of DuckDB. Not for several threads.

    >>> orders = Relation("orders", (None, None, "orders"), (("id", "INTEGER"), ("paid", "BOOLEAN")))
    >>> with Databases([orders], count=100) as databases:
    ...     found = databases.differing("SELECT id FROM orders WHERE paid", "SELECT id FROM orders WHERE NOT paid")
    ...     len(databases.ids), len(found.databases) > 50
    (100, True)
    """

    def __init__(
        self,
        relations: Sequence[Relation],
        words: Vocabulary | None = None,
        *,
        seed: int = 0,
        count: int = 3000,
        exhaustive: int = 0,
        seconds: float = 30.0,
        spot_checks: int = 4,
        threads: int = 1,
        memory_limit: str = "2GB",
        time_zone: str = "UTC",
        focus: float = 0.0,
    ) -> None:
        self.relations = tuple(relations)
        self.words = words or Vocabulary()
        self.seed = seed
        self.count = count
        self.seconds = seconds
        self.spot_checks = spot_checks
        self.domains: dict[str, list[ColumnDomain]] = {
            relation.key: [domain(relation, name, kind, self.words) for name, kind in relation.columns]
            for relation in relations
        }
        self.bound: Bound | None = None
        self._wild: int | None = None  # the first of those whose rows are kept apart
        self._exhaustive = exhaustive
        self._settings = {"threads": threads, "memory_limit": memory_limit, "time_zone": time_zone}
        self._focus = focus
        self._lookup = RelationIndex(relations)
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._unchecked: set[str] = set()
        self._loaded: dict[str, str] = {}  # the rows of the tables of `ONE` by their keys, as text
        self._stack = ExitStack()
        self._watch = Watch(self._interrupt)
        self.connection: duckdb.DuckDBPyConnection

    def __enter__(self) -> Databases:
        """Raises NotComparable where the columns of a table are not known."""
        try:
            self._open()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @cached_property
    def ids(self) -> tuple[int, ...]:
        """The numbers of all databases, ascending."""
        found = self.connection.execute(f"SELECT {DATABASE} FROM {DATABASES} ORDER BY 1").fetchall()
        return tuple(number for (number,) in found)

    @property
    def stores(self) -> Sequence[tuple[Sequence[int], str]]:
        """The numbers of databases with the beginning of the names of the tables that have their rows."""
        if self._wild is None:
            return ((self.ids, f'"{MANY}"."main".'),)
        first = next((place for place, number in enumerate(self.ids) if number >= self._wild), len(self.ids))
        return ((self.ids[:first], f'"{MANY}"."main".'), (self.ids[first:], f'"{MANY}"."wild".'))

    @cached_property
    def sizes(self) -> Mapping[int, int]:
        """How many rows each database has."""
        places = [0] if self._wild is None else [0, self._wild]
        tables = [self._table(relation.key, place) for relation in self.relations for place in places]
        rows = " UNION ALL ".join(f"SELECT {DATABASE} FROM {name}" for name in tables)
        if not rows:
            return dict.fromkeys(self.ids, 0)
        counted = self.connection.execute(f"SELECT {DATABASE}, count(*) FROM ({rows}) GROUP BY 1").fetchall()
        return {**dict.fromkeys(self.ids, 0), **dict(counted)}

    def rows(self, database: int, keys: Sequence[str] | None = None) -> Rows:
        """The rows of one database, by relation, or of those of `keys` only."""
        wanted = [relation.key for relation in self.relations] if keys is None else keys
        return {
            key: self.connection.execute(
                f"SELECT * EXCLUDE ({DATABASE}) FROM {self._table(key, database)} WHERE {DATABASE} = {database} "
                "ORDER BY ALL"
            ).fetchall()
            for key in wanted
        }

    def answer(self, query: exp.Query | str, *, check: bool = True) -> Answer:
        """What `query` gives on every database, as fingerprints; kept for the next call. Without `check` no database is
        looked at alone: what the answer shows has to be looked at otherwise. Raises NotComparable."""
        text = query if isinstance(query, str) else query.sql("duckdb")
        written = query if isinstance(query, str) else None
        if text in self._answers:
            self._answers.move_to_end(text)
            answer = self._answers[text]
            if check and text in self._unchecked:
                self._check(text, answer, written)
            return answer
        lifted = self.lift(query)
        try:
            answer = answer_on_all(self, lifted)
            if check:
                check_spots(self, answer, written)
            else:
                self._unchecked.add(text)
        except NotComparable as error:
            if error.reason == "engine-failed":
                self.open_again()
            if error.reason not in ("engine-failed", "engine-refused"):
                raise
            answer = self._one_by_one(lifted, error)
        self._answers[text] = answer
        if len(self._answers) > _KEPT_ANSWERS:
            self._answers.popitem(last=False)
        return answer

    def _one_by_one(self, lifted: Lifted, failed: NotComparable) -> Answer:
        try:
            return answer_one_by_one(self, lifted)
        except NotComparable as error:
            if error.reason == "engine-failed":
                self.open_again()
            raise failed from error

    def _check(self, text: str, answer: Answer, written: str | None) -> None:
        check_spots(self, answer, written)
        self._unchecked.discard(text)

    def lift(self, query: exp.Query | str) -> Lifted:
        """The lifted query. Raises NotComparable with the reason of lifting."""
        lifted = lift(query, self._lookup)
        if isinstance(lifted, NotLifted):
            raise NotComparable(lifted.reason, lifted.detail)
        return lifted

    def differing(self, left: exp.Query | str, right: exp.Query | str, *, check: bool = True) -> Difference:
        """The databases on which the two give other rows, whatever they leave to chance. Order does not count, names
        of columns neither; a value of another type is another value. Raises NotComparable."""
        return difference_of(self.answer(left, check=check), self.answer(right, check=check), self.ids)

    def load(self, database: int, keys: Sequence[str]) -> None:
        """Make the tables `keys` of `ONE` those of one database."""
        for key in keys:
            self._loaded.pop(key, None)
            own = f"{ONE}.main.{quoted(key)}"
            self.connection.execute(f"DELETE FROM {own}")
            rows = f"SELECT * EXCLUDE ({DATABASE}) FROM {self._table(key, database)} WHERE {DATABASE} = {database}"
            self.connection.execute(f"INSERT INTO {own} {rows}")

    def load_rows(self, rows: Rows) -> None:
        """Make tables of `ONE` those with `rows`, in their order."""
        for key, values in rows.items():
            if self._loaded.get(key) == repr(values):
                continue
            self._loaded[key] = repr(values)
            own = f"{ONE}.main.{quoted(key)}"
            self.connection.execute(f"DELETE FROM {own}")
            if values:
                row = f"({', '.join('?' for _ in values[0])})"
                cells = [cell for one in values for cell in one]
                self.connection.execute(f"INSERT INTO {own} VALUES {', '.join([row] * len(values))}", cells)

    def outcome(self, sql: str, seconds: float | None = None) -> Outcome:
        """What a query gives on the tables of `ONE`: rows, or DuckDB's error. Raises NotComparable after too long."""
        import duckdb

        try:
            cursor = self.execute(sql, self.seconds if seconds is None else seconds)
            described = cursor.description or ()
            names, types = (tuple(str(column[place]) for column in described) for place in (0, 1))
            if any("INTERVAL" in kind for kind in types):  # of which Python knows no months
                cells = (f"CAST(c{i} AS VARCHAR)" if "INTERVAL" in kind else f"c{i}" for i, kind in enumerate(types))
                listed = ", ".join(f"c{place}" for place in range(len(types)))
                cursor = self.execute(f"SELECT {', '.join(cells)} FROM ({sql}\n) AS q({listed})", self.seconds)
            return Outcome(names, tuple(cursor.fetchall()), types=types)
        except duckdb.InterruptException as error:
            raise NotComparable("time-limit", "on one database") from error
        except duckdb.Error as error:
            return Outcome((), (), first_line(error))

    def execute(self, sql: str, seconds: float) -> duckdb.DuckDBPyConnection:
        """Run one statement, interrupted after `seconds`. Raises what DuckDB raises."""
        with self._watch.limit(seconds):
            return self.connection.execute(sql)

    def open_again(self) -> None:
        """The same databases in a new instance: an internal error of DuckDB closes the one that had it."""
        self._stack.close()
        self._open()

    def _interrupt(self) -> None:
        self.connection.interrupt()

    def _open(self) -> None:
        import duckdb

        if int(duckdb.__version__.split(".")[0]) < _OLDEST:
            raise NotComparable("engine-too-old", duckdb.__version__)
        self._wild = None
        self._loaded.clear()
        for name in ("ids", "sizes"):
            self.__dict__.pop(name, None)
        catalogs = {part.casefold(): part for part in (relation.parts[0] for relation in self.relations) if part}
        own = [part for name, part in catalogs.items() if name not in _RESERVED_CATALOGS]
        sandbox = self._stack.enter_context(open_memory([_WRITTEN, ONE, MANY, *own], **self._settings))  # type: ignore[arg-type]
        self.connection = sandbox.connection
        self._stack.callback(self._watch.stop)
        self.connection.execute(f"CREATE TABLE {DATABASES} ({DATABASE} INT)")
        for relation in self.relations:
            columns = ", ".join(f"{quoted(name)} {kind or 'VARCHAR'}" for name, kind in relation.columns)
            try:
                self.connection.execute(f"CREATE TABLE {ONE}.main.{quoted(relation.key)} ({columns})")
                self.connection.execute(f"CREATE TABLE {table(relation.key)} ({columns}, {DATABASE} INT)")
            except duckdb.Error as error:
                raise NotComparable("unknown-columns", f"{relation.key}: {first_line(error)}") from error
            if not relation.complete:
                raise NotComparable("unknown-columns", relation.key)
            self._name_as_written(relation)
        first = 0
        if self._exhaustive:
            self.bound, first = exhaust(
                self.connection, self.relations, self.domains, self.words.names, first=0, most=self._exhaustive
            )
        most_rows = max([_ROWS, *(count + 1 for count in self.words.counts)])
        few = round(self.count * _SMALL) if self._focus else 0
        small = {key: [with_small_numbers(column) for column in columns] for key, columns in self.domains.items()}
        for statement in random_databases(
            self.relations, small, seed=self.seed + 1, first=first, count=few, most_rows=most_rows, focus=self._focus
        ):
            self.connection.execute(statement)
        first += few
        for statement in random_databases(
            self.relations,
            self.domains,
            seed=self.seed,
            first=first,
            count=self.count,
            most_rows=most_rows,
            focus=self._focus,
        ):
            self.connection.execute(statement)
        if self.words.extremes and wild_of(self.count):
            self._keep_apart(first + self.count - wild_of(self.count))

    def _keep_apart(self, wild: int) -> None:
        """Put the rows of the databases from `wild` on, whose values make queries fail, in tables of their own: DuckDB
        may work out a sum for the rows of all databases before it looks at whose they are."""
        self._wild = wild
        self.connection.execute(f"CREATE SCHEMA {MANY}.wild")
        for relation in self.relations:
            rows = f"FROM {table(relation.key)} WHERE {DATABASE} >= {wild}"
            self.connection.execute(f"CREATE TABLE {self._table(relation.key, wild)} AS SELECT * {rows}")
            self.connection.execute(f"DELETE {rows}")

    def _table(self, key: str, database: int) -> str:
        """The table that has the rows of one database."""
        if self._wild is None or database < self._wild:
            return table(key)
        return f"{MANY}.wild.{quoted(key)}"

    def _name_as_written(self, relation: Relation) -> None:
        """A view under the relation's own name, so that a query can be run as it is written, where that works."""
        import duckdb

        catalog, schema, name = relation.parts
        try:
            place = f"{quoted(catalog or _WRITTEN)}.{quoted(schema or 'main')}"
            self.connection.execute(f"CREATE SCHEMA IF NOT EXISTS {place}")
            self.connection.execute(
                f"CREATE VIEW {place}.{quoted(name)} AS SELECT * FROM {ONE}.main.{quoted(relation.key)}"
            )
        except duckdb.Error:
            return


def difference_of(a: Answer, b: Answer, ids: Sequence[int]) -> Difference:
    """The databases among `ids` on which two answers differ."""
    unevaluated = a.unevaluated | b.unevaluated
    if len(a.prints) == len(b.prints) == 1:
        theirs = b.prints[0]
        found = {number for number, ours in a.prints[0].items() if ours != theirs.get(number, ours)}
        return Difference(frozenset(found - unevaluated), frozenset(), unevaluated, a.columns == b.columns)
    different, open_ = set(), set()
    for number in ids:
        if number not in unevaluated:
            ours_, theirs_ = ({prints[number] for prints in answer.prints} for answer in (a, b))
            if ours_.isdisjoint(theirs_):
                different.add(number)
            elif len(ours_) > 1 or len(theirs_) > 1:
                open_.add(number)
    return Difference(frozenset(different), frozenset(open_), unevaluated, a.columns == b.columns)
