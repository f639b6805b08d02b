"""Every fact holds on real rows: random queries run on DuckDB over random tables that keep what is declared of them.

`FACTS_CASES=20000 pytest tests/sql/test_facts_soundness.py` tries more queries than the usual few hundred.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import duckdb
import pytest

from dbt_ai.sql.facts import facts_from_bytes, facts_of, facts_to_bytes
from dbt_ai.sql.query import parse_query
from dbt_ai.sql.values import (
    ColumnFacts,
    ColumnKind,
    ColumnRef,
    Domain,
    Key,
    Nullability,
    NullCause,
    NullReason,
    QueryFacts,
)
from tests.sql.facts.random_queries import RELATIONS, Generator, database

CASES = int(os.environ.get("FACTS_CASES", "300"))
FIRST = int(os.environ.get("FACTS_FIRST", "0"))
BATCH = 50
_TABLES = {relation.key: relation.parts[2] for relation in RELATIONS}
_PASSED = (ColumnKind.PASS_THROUGH, ColumnKind.RENAMED)

_INPUT = (NullReason(NullCause.INPUT, "b.id", source=ColumnRef("model.b", "id")),)

Row = tuple[object, ...]


@pytest.fixture(scope="module")
def databases() -> list[duckdb.DuckDBPyConnection]:
    return [database(seed) for seed in range(8)]


@pytest.mark.parametrize("batch", range((CASES + BATCH - 1) // BATCH))
def test_every_fact_holds_on_real_rows(batch: int, databases: list[duckdb.DuckDBPyConnection]) -> None:
    told: Counter[str] = Counter()
    for seed in range(FIRST + batch * BATCH, FIRST + (batch + 1) * BATCH):
        shape = Generator(seed).query()
        facts = facts_of(parse_query(shape.sql, "duckdb", RELATIONS))
        assert facts_from_bytes(facts_to_bytes(facts)) == facts
        assert not [note for note in facts.notes if "was not understood" in note], shape.sql
        for number, connection in enumerate(databases):
            try:
                rows = connection.execute(shape.sql).fetchall()
            except duckdb.Error:
                told["not run"] += 1

                break
            for wrong in wrong_facts(facts, rows, connection, told):
                pytest.fail(f"seed {seed}, database {number}: {wrong}\n{shape.sql}")
    # The test is worth something only while most queries run, and have facts to refute.
    assert told["not run"] <= BATCH * 0.2, told
    assert min(told["never"], told["key"], told["domain"], told["passed"], told["defined"]) > BATCH, told


def test_the_checks_find_wrong_facts() -> None:
    """Each kind of fact is turned into a wrong one, and each time the check above says so."""
    sql = "select b.id, b.line, b.s, b.v, a.n from b left join a on a.id = b.a_id"
    facts = facts_of(parse_query(sql, "duckdb", RELATIONS))
    connection = database(0)
    connection.execute("delete from a; delete from b; delete from c; insert into a values (0, 1, 'x', 5, null)")
    connection.execute("insert into b values (1, 0, 0, 7, 'x'), (1, 1, 0, 7, 'x'), (2, 0, null, 7, 'x')")
    rows = connection.execute(sql).fetchall()
    assert wrong_facts(facts, rows, connection, Counter()) == []
    first = facts.columns[0]
    nullable = facts.columns[4]
    for wrong in (
        replace(facts, keys=(Key(("id",), "inherited"),)),
        replace(facts, single_row=True),
        replace(facts, rows_of="model.c"),
        _with(facts, replace(nullable, nullability=Nullability(True))),
        _with(facts, replace(nullable, nullability=Nullability(False, first.nullability.reasons or _INPUT))),
        _with(facts, replace(first, domain=Domain(("0",), ""))),
        _with(facts, replace(first, source_unique_kept=True)),
        _with(facts, replace(first, sources=(ColumnRef("model.b", "s"),))),
        _with(facts, replace(first, sql="b.id + 100")),
        _with(facts, replace(nullable, repeated=False)),
    ):
        assert wrong_facts(wrong, rows, connection, Counter()), wrong


def _with(facts: QueryFacts, column: ColumnFacts) -> QueryFacts:
    columns = tuple(column if old.name == column.name else old for old in facts.columns)
    return replace(facts, columns=columns)


def wrong_facts(
    facts: QueryFacts, rows: Sequence[Row], connection: duckdb.DuckDBPyConnection, told: Counter[str]
) -> list[str]:
    wrong: list[str] = []
    width = len(rows[0]) if rows else len(facts.columns)
    if width != len(facts.columns):
        return [f"{len(facts.columns)} columns for {width}"]
    for index, column in enumerate(facts.columns):
        values = [row[index] for row in rows]
        wrong += [f"{column.name}: {text}" for text in _wrong_column(column, values, facts, connection, told)]
    positions = {column.name: index for index, column in enumerate(facts.columns)}
    for key in facts.keys:
        told["key"] += 1
        found = [tuple(row[positions[name]] for name in key.columns) for row in rows]
        if key.nulls_apart:
            found = [values for values in found if None not in values]
        if len(set(found)) != len(found):
            wrong.append(f"{key} is not unique: {found}")
    if facts.single_row:
        told["single row"] += 1
        if len(rows) > 1:
            wrong.append(f"{len(rows)} rows, not one")
    if facts.rows_of is not None:
        told["rows of"] += 1
        if len(rows) > _values(connection, f"select count(*) from {_TABLES[facts.rows_of]}")[0]:
            wrong.append(f"more rows than {facts.rows_of}")
    return wrong


def _wrong_column(
    column: ColumnFacts, values: Sequence[Any], facts: QueryFacts, connection: duckdb.DuckDBPyConnection,
    told: Counter[str],
) -> list[str]:  # fmt: skip
    wrong: list[str] = []
    there = [value for value in values if value is not None]
    if column.nullability.never:
        told["never"] += 1
        if len(there) < len(values):
            wrong.append("never NULL, but it is")
    elif column.nullability.reasons and all(r.cause is NullCause.INPUT for r in column.nullability.reasons):
        told["reasons"] += 1
        inputs = [reason.source for reason in column.nullability.reasons if reason.source is not None]
        with_nulls = [
            ref for ref in inputs
            if None in _values(connection, f'select "{ref.column}" from {_TABLES[ref.relation]}')
        ]  # fmt: skip
        if len(there) < len(values) and not with_nulls:
            wrong.append(f"NULL without a NULL in {inputs}")
    if column.domain is not None:
        told["domain"] += 1
        outside = {_text(value) for value in there} - set(column.domain.values)
        if outside:
            wrong.append(f"{outside} are not among {column.domain}")
    if column.source_unique_kept and len(set(there)) != len(there):
        wrong.append("its source's uniqueness is not kept")
    if column.repeated is False and column.kind in _PASSED and len(column.sources) == 1:
        told["not repeated"] += 1
        (ref,) = column.sources
        extra = Counter(there) - Counter(_values(connection, f'select "{ref.column}" from {_TABLES[ref.relation]}'))
        if extra:
            wrong.append(f"{extra} are repeated")
    aggregate = column.aggregate
    if aggregate and aggregate.fans_out is False and column.repeated is False and aggregate.function == "count":
        told["counted once"] += 1
        if aggregate.argument is not None and column.kind is ColumnKind.AGGREGATED and not column.factor:
            ref = aggregate.argument
            base = _values(connection, f'select "{ref.column}" from {_TABLES[ref.relation]}')
            if sum(there) > len([value for value in base if value is not None]):
                wrong.append(f"{there} count rows of {ref} more than once")
    if column.kind in _PASSED:
        told["passed"] += 1
        known = {
            value
            for ref in column.sources
            for value in _values(connection, f'select "{ref.column}" from {_TABLES[ref.relation]}')
        }
        if set(there) - known:
            wrong.append(f"{set(there) - known} are not values of {column.sources}")
    if facts.rows_of is not None and column.aggregate is None and column.window is None:
        relations = {ref.relation for ref in column.sources}
        if relations == {facts.rows_of} and " OVER " not in column.sql and "(SELECT" not in column.sql:
            told["defined"] += 1
            table = _TABLES[facts.rows_of]
            try:
                defined = set(_values(connection, f"select {column.sql} from {table}"))
            except duckdb.BinderException:
                return wrong  # two readings of one table, told apart by their aliases
            if set(values) - defined - {None}:
                wrong.append(f"{set(values) - defined} are not values of its definition {column.sql}")
    return wrong


@cache
def _values(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    return tuple(value for (value,) in connection.execute(sql).fetchall())


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
