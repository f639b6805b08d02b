"""A model on copies of what it reads, run once with each fault, and the data tests that look at what comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dbt_ai.checks.data_tests.faults import ROW, Fault, FaultyColumn, faults_of
from dbt_ai.checks.data_tests.staging import MAX_ROWS, Stage, reading
from dbt_ai.checks.sandbox import QueryTimeout, only_select
from dbt_ai.errors import WarehouseError
from dbt_ai.sql.facts.types import family
from dbt_ai.sql.names import quoted, quoted_relation
from dbt_ai.sql.values import Relation
from dbt_ai.tasks.mutating.values import DataTestCheck, Excluded, Read, Subject

TIMEOUT = 5.0  # seconds for one statement
RESULT = '"__dbt_ai_stage_result"'
_NUMBERS = ("integer", "decimal", "float")


@dataclass
class Bench:
    """The stage with a model's inputs on it and `original`, the rows of the model as it is. `relations` are the inputs
    as described there, `sampled` the names of those that are copied in part. `inexact` are columns whose numbers hang
    on the order in which floating point ones are added up: no difference is looked for in them."""

    stage: Stage
    subject: Subject
    relations: tuple[Relation, ...] = ()
    tables: dict[str, str] = field(default_factory=dict)
    original: str = ""
    sampled: tuple[str, ...] = ()
    inexact: frozenset[str] = frozenset()

    def run(self, sql: str) -> None:
        """Makes the result that of `sql`, which reads what the model reads. Raises WarehouseError."""
        self.stage.table("result", self.staged(sql))

    def staged(self, sql: str) -> str:
        """`sql` made to read the copies."""
        return reading(sql, self.tables, self.relations)

    def difference(self) -> int:
        """How many rows of the result are others than the model's. Raises WarehouseError."""
        ours, theirs = _comparable(self.stage.columns(self.original), self.stage.columns(RESULT), self.inexact)
        mine, other = f"SELECT {ours} FROM {self.original}", f"SELECT {theirs} FROM {RESULT}"
        both = ", ".join(
            f"(SELECT COUNT(*) FROM ({one} EXCEPT ALL {two}))" for one, two in ((mine, other), (other, mine))
        )
        return int(max(self.stage.run(f"SELECT {both}")[0]))

    def failing(self, checks: Sequence[DataTestCheck]) -> frozenset[int]:
        """The places of the checks that fail on the result. One that cannot be run there fails: dbt would say so."""
        return self.true([check.condition for check in checks])

    def true(self, conditions: Sequence[str]) -> frozenset[int]:
        """The places of the conditions that hold, or that cannot be asked."""
        if not conditions:
            return frozenset()
        try:
            (found,) = self.stage.run(f"SELECT {', '.join(conditions)}")
            return frozenset(number for number, fails in enumerate(found) if fails)
        except WarehouseError:
            return frozenset(number for number, each in enumerate(conditions) if self._holds(each))

    def _holds(self, condition: str) -> bool:
        try:
            return bool(self.stage.run(f"SELECT {condition}")[0][0])
        except QueryTimeout:
            return False
        except WarehouseError:
            return True


def set_up(stage: Stage, subject: Subject) -> Bench:
    """A bench with the inputs copied and the model run. Raises Excluded where it cannot be run, or is not the same
    each time."""
    bench = Bench(stage, subject)
    try:
        only_select(subject.sql)
        relations = []
        sampled = []
        for number, read in enumerate(subject.reads):
            table, whole = _copied(stage, f"read_{number}", read)
            bench.tables[read.relation.key] = table
            relations.append(replace(read.relation, columns=stage.columns(table), complete=True))
            sampled += [] if whole else [read.relation.parts[2]]
        bench.relations, bench.sampled = tuple(relations), tuple(sampled)
    except WarehouseError as error:
        raise Excluded("not-built", str(error)) from error
    try:
        staged = bench.staged(subject.sql)
        bench.original = stage.table("original", staged)
        for number, table in enumerate(bench.tables.values()):
            back = stage.table(f"back_{number}", f"SELECT * FROM {table} ORDER BY rowid DESC")
            staged = staged.replace(table, back)
        stage.table("result", staged)
        if bench.difference():
            bench.inexact = _inexact(bench)
        bench.run(subject.sql)
    except QueryTimeout as error:
        raise Excluded("time-limit", str(error)) from error
    except WarehouseError as error:
        raise Excluded("query-failed", str(error)) from error
    return bench


def _inexact(bench: Bench) -> frozenset[str]:
    """The columns of floating point numbers that differ between the model and the result, which is the model on the
    same rows in another order. Raises Excluded where others differ, too."""
    columns = bench.stage.columns(bench.original)
    floats = frozenset(name for name, kind in columns if family(kind) == "float")
    if len(floats) == len(columns) or replace(bench, inexact=floats).difference():
        raise Excluded("order-left-open")
    return frozenset(name for name in floats if replace(bench, inexact=floats - {name}).difference())


def on_result(sql: str, model: Relation, cte: str) -> str:
    """The SQL of a data test made to look at the result instead of the model, which is a relation, or a CTE before the
    test where it is ephemeral. Raises WarehouseError for what is not one SELECT that reads it."""
    only_select(sql)
    try:
        tree = sqlglot.parse_one(sql, dialect="duckdb")
    except SqlglotError as error:
        raise WarehouseError(str(error).splitlines()[0]) from error
    for each in tree.find_all(exp.CTE):
        if each.alias == cte:
            each.set("this", sqlglot.parse_one(f"SELECT * FROM {RESULT}", dialect="duckdb"))
    sql = reading(tree.sql(dialect="duckdb"), {model.key: RESULT}, [model])
    if RESULT not in sql:
        raise WarehouseError(f"It does not read {model.parts[2]} itself")
    return sql


def never_failing(bench: Bench, checks: Sequence[DataTestCheck]) -> frozenset[int]:
    """The places of the checks that fail for no error in the data: in what the model reads, in rows of the result that
    a join repeats, or in the other relations that the test reads."""
    left = dict(enumerate(checks))
    staged = bench.staged(bench.subject.sql)

    def look() -> None:
        for place in bench.failing(list(left.values())):
            found.append(list(left)[place])
        for place in found:
            left.pop(place, None)

    found: list[int] = []
    for table in bench.tables.values():
        for fault in _faults(bench.stage, table):
            if not left:
                return frozenset()
            try:
                bench.stage.table("result", staged.replace(table, bench.stage.table("faulty", _with(fault, table))))
            except WarehouseError:
                continue
            look()
    for fault in faults_of(()):
        if fault.kind == "duplicates":
            bench.stage.table("result", _with(fault, bench.original))
            look()
    bench.stage.table("result", f"SELECT * FROM {bench.original}")
    for place, check in list(left.items()):
        if any(
            _fails_for(bench, check, bench.subject.others[key])
            for key in check.test.reads
            if key in bench.subject.others
        ):
            left.pop(place)
    return frozenset(left)


def _fails_for(bench: Bench, check: DataTestCheck, other: Relation) -> bool:
    """Whether a check fails for an error in another relation than the model."""
    try:
        copy = bench.stage.copy("other", other)
        for fault in _faults(bench.stage, copy):
            faulty = bench.stage.table("faulty", _with(fault, copy))
            if bench.true([check.on(reading(check.sql, {other.key: faulty}, [other]))]):
                return True
    except WarehouseError:
        return True  # nobody knows
    return False


def _faults(stage: Stage, table: str) -> Iterable[Fault]:
    return faults_of([FaultyColumn(name, kind, joined=True) for name, kind in stage.columns(table)])


def _with(fault: Fault, table: str) -> str:
    return fault.sql.replace("{table}", f"(SELECT *, ROW_NUMBER() OVER () AS {ROW} FROM {table})")


def _copied(stage: Stage, label: str, read: Read) -> tuple[str, bool]:
    """The copy of an input, and whether it is a whole one."""
    rows = f"SELECT * FROM ({read.rows}\n) AS rows_read"
    table = stage.table(label, f"{rows} LIMIT {MAX_ROWS + 1}")
    if stage.run(f"SELECT COUNT(*) FROM {table}")[0][0] <= MAX_ROWS:
        return table, True
    return stage.table(label, f"{rows} USING SAMPLE reservoir({MAX_ROWS} ROWS) REPEATABLE (7)"), False


def _comparable(
    ours: Sequence[tuple[str, str]], theirs: Sequence[tuple[str, str]], inexact: frozenset[str]
) -> tuple[str, str]:
    """The columns of two tables, but for those of `inexact`, as lists of SQL in which equal numbers are equal: not the
    last digits of floating point ones count, nor the types."""
    sides: tuple[list[str], list[str]] = ([], [])
    for (mine, kind), (other, its_kind) in zip(ours, theirs, strict=True):
        if mine in inexact:
            continue
        families = {family(kind), family(its_kind)}
        rounded = "float" in families and families <= set(_NUMBERS)
        for side, name in zip(sides, (mine, other), strict=True):
            side.append(f"printf('%.10g', CAST({quoted(name)} AS DOUBLE))" if rounded else quoted(name))
    return ", ".join(sides[0]), ", ".join(sides[1])


def schema_of(relations: Sequence[Relation]) -> Mapping[str, Mapping[str, str]]:
    """The columns of relations as operators want them."""
    return {quoted_relation(one): {name: kind or "" for name, kind in one.columns} for one in relations}
