"""What tests notice: a model's tests on its rows as they would be with one fault, in its SQL or in the data it reads.

These faults are tried: every mutant of the SQL, every error of `faults` in a relation that it reads (or in the relation
itself, where it has no SQL), rows missing in a relation that a test refers to, and a join that repeats rows of the
result, as one that is added later may.
A test that fails for none of them cannot fail (see docs/data-tests.md).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dbt_ai.checks.data_tests.faults import ROW, Fault, FaultyColumn, faults_of
from dbt_ai.checks.data_tests.kinds import failing_rows
from dbt_ai.checks.data_tests.staging import Stage, open_stage, reading
from dbt_ai.checks.data_tests.values import DataCheck, UnknownKind
from dbt_ai.errors import WarehouseError
from dbt_ai.sql.facts.types import family
from dbt_ai.sql.mutants import mutants_of
from dbt_ai.sql.names import quoted, quoted_relation
from dbt_ai.sql.query import QueryError
from dbt_ai.sql.values import Relation

if TYPE_CHECKING:
    import duckdb

FAN_OUT = "fan-out"
TIMEOUT = 3.0  # seconds for one statement
BUDGET = 30.0  # seconds of processor time for one relation, so that what is tried does not hang on what else runs


@dataclass(frozen=True)
class Trial:
    """One fault and who notices it. `fault` is the operator of a mutant ("join-side") or the kind of an error in data
    ("nulls"); `sentence` says it. `caught` are the places of the checks that fail, `above` is True where a test of the
    relation with the error fails already. `reached` is False where the rows are the same as without the fault."""

    fault: str
    sentence: str
    in_sql: bool
    caught: frozenset[int]
    above: bool = False
    reached: bool = True


@dataclass(frozen=True)
class Trials:
    """All trials of one relation; `notice` says why there are none, or not all."""

    trials: tuple[Trial, ...] = ()
    notice: str | None = None


@dataclass(frozen=True)
class Read:
    """A relation that the model reads, or the one that is tested: its columns that relations are joined by, and the
    checks that it has itself."""

    relation: Relation
    joined: frozenset[str] = frozenset()
    checks: tuple[DataCheck, ...] = ()


@dataclass
class _Bench:
    """The stage with everything on it; `original` is the fingerprint of the rows without a fault."""

    stage: Stage
    checks: Sequence[DataCheck]
    columns: tuple[tuple[str, str], ...] = ()
    original: tuple[object, ...] = ()
    end: float = field(default_factory=lambda: time.process_time() + BUDGET)

    def trial(self, fault: str, sentence: str, sql: str, in_sql: bool, above: bool = False) -> Trial | None:
        """The trial of the rows that `sql` selects; None where they cannot be selected."""
        try:
            table = self.stage.table("result", sql)
            reached = _fingerprint(self.stage, table, self.columns) != self.original
        except WarehouseError:
            return None
        caught = _failing(self.stage, self.checks, table) if reached else frozenset[int]()
        return Trial(fault, sentence, in_sql, caught, above, reached)


def try_model(
    connection: duckdb.DuckDBPyConnection, sql: str, reads: Sequence[Read], checks: Sequence[DataCheck]
) -> Trials:
    """The trials of a model: `sql` in DuckDB's dialect, `reads` all that it reads. Never raises for a model that cannot
    be tried: then `notice` says why."""
    try:
        with open_stage(connection, TIMEOUT) as stage:
            copies = {read.relation.key: stage.copy(f"read_{n}", read.relation) for n, read in enumerate(reads)}
            staged = reading(sql, copies, [read.relation for read in reads])
            result = stage.table("original", staged)
            columns = stage.columns(result)
            bench = _Bench(stage, checks, columns, _fingerprint(stage, result, columns))
            if _fingerprint(stage, stage.table("result", staged), columns) != bench.original:
                return Trials((), "its rows are others each time that it runs")
            tried = [*_of_data(bench, staged, reads, copies), *_fan_out(bench, result)]
            tried += [*_of_sql(bench, staged, copies), *_missing(bench, result)]
            return Trials(tuple(tried), _out_of_time(bench))
    except (WarehouseError, QueryError, RecursionError) as error:
        return Trials((), str(error))


def try_relation(connection: duckdb.DuckDBPyConnection, read: Read, checks: Sequence[DataCheck]) -> Trials:
    """The trials of a relation without SQL of its own (a source, a seed): errors in its data."""
    try:
        with open_stage(connection, TIMEOUT) as stage:
            copy = stage.copy("read_0", read.relation)
            columns = stage.columns(copy)
            bench = _Bench(stage, checks, columns, _fingerprint(stage, copy, columns))
            trials = []
            for fault in _faults(stage, copy, read):
                trial = bench.trial(fault.kind, _said(fault, read), _with_rows(fault, copy), False)
                trials += [trial] if trial is not None else []
                if time.process_time() > bench.end:
                    break
            return Trials((*trials, *_missing(bench, copy)), _out_of_time(bench))
    except WarehouseError as error:
        return Trials((), str(error))


def _of_data(bench: _Bench, sql: str, reads: Sequence[Read], copies: Mapping[str, str]) -> Iterator[Trial]:
    """Errors in the relations that the model reads."""
    for read in reads:
        copy = copies[read.relation.key]
        for fault in _faults(bench.stage, copy, read):
            if time.process_time() > bench.end:
                return
            try:
                faulty = bench.stage.table("faulty", _with_rows(fault, copy))
            except WarehouseError:
                continue
            above = bool(_failing(bench.stage, read.checks, faulty))
            # a total is compared with that of the relation as the model reads it, fault and all
            checks = [_reading(check, read.relation, faulty) for check in bench.checks]
            faulted = replace(bench, checks=checks)
            trial = faulted.trial(fault.kind, _said(fault, read), sql.replace(copy, faulty), False, above)
            if trial is not None:
                yield trial


def _reading(check: DataCheck, relation: Relation, table: str) -> DataCheck:
    reads_it = check.kind == "singular" and check.references == quoted_relation(relation)
    return replace(check, references=table) if reads_it else check


def _of_sql(bench: _Bench, sql: str, copies: Mapping[str, str]) -> Iterator[Trial]:
    """Mutants of the model's SQL."""
    schema = {copy.strip('"'): dict(bench.stage.columns(copy)) for copy in copies.values()}
    for mutant in mutants_of(sql, "duckdb", schema):
        if time.process_time() > bench.end:
            return
        trial = bench.trial(mutant.operator, mutant.sentence, mutant.sql, True)
        if trial is not None:
            yield trial


def _fan_out(bench: _Bench, result: str) -> Iterator[Trial]:
    """Rows of the result repeated by a join."""
    (fault,) = (fault for fault in faults_of(()) if fault.kind == "duplicates")
    trial = bench.trial(FAN_OUT, "A join repeats some of the rows.", _with_rows(fault, result), True)
    if trial is not None:
        yield trial


def _missing(bench: _Bench, result: str) -> Iterator[Trial]:
    """Rows missing in a relation that a check refers to."""
    (fault,) = (fault for fault in faults_of(()) if fault.kind == "late rows")
    for references in dict.fromkeys(check.references for check in bench.checks if check.references):
        try:
            fewer = bench.stage.table("fewer", _with_rows(fault, references))
        except WarehouseError:
            continue
        checks = [replace(c, references=fewer) if c.references == references else c for c in bench.checks]
        caught = frozenset(n for n in _failing(bench.stage, checks, result) if checks[n].references == fewer)
        yield Trial("missing rows", f"Rows are missing in {references}.", False, caught)


def _faults(stage: Stage, copy: str, read: Read) -> tuple[Fault, ...]:
    joined = {name.casefold() for name in read.joined}
    columns = [FaultyColumn(name, kind, name.casefold() in joined) for name, kind in stage.columns(copy)]
    return faults_of(columns)


def _with_rows(fault: Fault, table: str) -> str:
    return fault.sql.replace("{table}", f"(SELECT *, ROW_NUMBER() OVER () AS {ROW} FROM {table})")


def _said(fault: Fault, read: Read) -> str:
    where = ", ".join(fault.columns)
    return f"{fault.kind.capitalize()} in {read.relation.parts[2]}{f': {where}' if where else ''}."


def _fingerprint(stage: Stage, table: str, columns: Sequence[tuple[str, str]]) -> tuple[object, ...]:
    """Equal for the same rows in any order (a sum of hashes of rows; two sets of rows may agree in it by chance).
    `columns` are those of the rows without a fault; floating numbers count up to what the order of a sum changes."""
    values = [
        f"PRINTF('%.8g', CAST({quoted(name)} AS DOUBLE))" if family(kind) == "float" else quoted(name)
        for name, kind in columns
    ]
    each = f"HASH({', '.join(values)})"
    (row,) = stage.run(f"SELECT COUNT(*), SUM({each}), BIT_XOR({each}) FROM {table}")
    return row


def _failing(stage: Stage, checks: Sequence[DataCheck], table: str) -> frozenset[int]:
    """The places of the checks that fail on `table`. One that cannot be run there fails, too: dbt would say so."""
    wanted = []
    for number, check in enumerate(checks):
        try:
            wanted.append((number, f"EXISTS ({failing_rows(check, table)})"))
        except UnknownKind:
            continue
    if not wanted:
        return frozenset()
    try:
        (found,) = stage.run(f"SELECT {', '.join(sql for _, sql in wanted)}")
        return frozenset(number for (number, _), fails in zip(wanted, found, strict=True) if fails)
    except WarehouseError:
        return frozenset(number for number, sql in wanted if _fails(stage, sql))


def _fails(stage: Stage, sql: str) -> bool:
    try:
        return bool(stage.run(f"SELECT {sql}")[0][0])
    except WarehouseError:
        return True


def _out_of_time(bench: _Bench) -> str | None:
    return (
        f"not all faults were tried: {BUDGET:g} s of processor time were over"
        if time.process_time() > bench.end
        else None
    )
