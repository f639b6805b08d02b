"""What holds of every mutant of every query: random queries, and the models of a generated project.

`MUTANTS_CASES=1000 pytest tests/sql/test_mutants_properties.py` tries more queries than the usual few.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from benchmarks.projects import plan
from dbt_ai.errors import UsageError
from dbt_ai.sql.mutants import OPERATORS, mutants_of, readable
from dbt_ai.sql.mutants.original import Original, parsed
from dbt_ai.sql.mutants.values import Change
from dbt_ai.sql.mutants.writing import edits_of, written
from dbt_ai.sql.query import QueryError
from tests.sql.facts.random_queries import RELATIONS, Generator, database

SCHEMA = {relation.parts[2]: {name: kind or "" for name, kind in relation.columns} for relation in RELATIONS}
EXAMPLES = int(os.environ.get("MUTANTS_CASES", "15"))
SOME = 20  # mutants of each query that are looked at
Value = TypeVar("Value")
seeds = st.integers(min_value=0, max_value=10**6).map(lambda seed: Generator(seed).query().sql)


def described(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, str]:
    return {name: kind for name, kind, *_ in connection.execute(f"describe {sql}").fetchall()}


def check_mutants(connection: duckdb.DuckDBPyConnection, sql: str, schema: dict[str, dict[str, str]]) -> int:
    """Asserts what must hold of the mutants of `sql`, and tells how many there are."""
    columns = described(connection, sql)
    original = Original(sql, "duckdb")
    found = mutants_of(sql, "duckdb", schema)
    assert len({mutant.sql for mutant in found}) == len(found)
    for mutant in some_of(found):
        assert original.sql(parsed(mutant.sql, "duckdb")) != original.text, mutant
        its = described(connection, mutant.sql)
        assert list(its) == list(columns), mutant
        assert mutant.types_may_change or its == columns, mutant
        assert mutant.line is not None, mutant
        assert 1 <= mutant.line <= sql.count("\n") + 1, mutant
    return len(found)


def some_of(values: Sequence[Value]) -> list[Value]:
    """Some of many, others each time."""
    return list(values) if len(values) <= SOME else random.sample(values, SOME)


@cache
def empty() -> duckdb.DuckDBPyConnection:
    return database(0)


@settings(max_examples=EXAMPLES, deadline=None)
@given(seeds)
def test_mutants_of_random_queries(sql: str) -> None:
    try:
        described(empty(), sql)
    except duckdb.Error:
        return
    check_mutants(empty(), sql, SCHEMA)
    check_mutants(empty(), sql, {})


def test_mutants_of_a_generated_project() -> None:
    project = plan(Path("nowhere"), models=20, columns=12, seed=5)
    relations = {each.unique_id: ".".join(each.relation) for each in (*project.sources, *project.models)}
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as warehouse; use warehouse")
    connection.execute(project.source_ddl())
    found = 0
    for model in project.models:
        sql = project.compiled()[model.unique_id]
        schema = {relations[parent]: described(connection, f"from {relations[parent]}") for parent in model.parents}
        found += check_mutants(connection, sql, schema)
        connection.execute(f"create table main.{model.name} as {sql}")
    assert found > 300


@settings(max_examples=EXAMPLES, deadline=None)
@given(seeds)
def test_the_text_of_a_mutant_is_what_the_changed_tree_says(sql: str) -> None:
    """A mutant is pieces put into a text: it has to be the query that the changed tree would be written to. And the
    tree of the original is the same before and after."""
    original = Original(sql, "duckdb", SCHEMA)
    before = repr(original.tree)
    changes = [
        change
        for operator in OPERATORS
        for node in original.tree.find_all(*operator.nodes)
        for change in operator.changes(node, original)
    ]
    for change in some_of(changes):
        made = written(original, change)
        if made is not None:
            assert parsed(made[1], "duckdb") == parsed(changed_tree(original, change), "duckdb"), change.what
    assert repr(original.tree) == before
    assert original.sql(original.tree) == original.text


def changed_tree(original: Original, change: Change) -> str:
    """The SQL of a copy of the whole tree, changed node by node."""
    copy = original.tree.copy()
    edits = [(node_at(copy, path_of(node)), new) for node, new in edits_of(change) or ()]
    for node, new in edits:
        if node is copy:
            assert new is not None
            copy = new
        elif new is None:
            node.pop()
        else:
            node.replace(new.copy())
    return original.sql(copy)


def path_of(node: exp.Expr) -> list[tuple[str, int | None]]:
    path: list[tuple[str, int | None]] = []
    while node.parent is not None:
        path.append((node.arg_key or "", node.index))
        node = node.parent
    return path[::-1]


def node_at(tree: exp.Expr, path: list[tuple[str, int | None]]) -> exp.Expr:
    for key, index in path:
        tree = tree.args[key] if index is None else tree.args[key][index]
    return tree


@settings(max_examples=EXAMPLES, deadline=None)
@given(seeds, st.data())
def test_what_a_person_reads_is_the_mutant(sql: str, data: st.DataObject) -> None:
    """The lines that are shown, put into the original, are the query of the mutant."""
    lines = sql.replace(" from ", "\nfrom ").replace(" where ", "\nwhere ").replace(", ", ",\n  ")
    found = mutants_of(lines, "duckdb", SCHEMA)
    if not found:
        return
    mutant = data.draw(st.sampled_from(found))
    text = readable(mutant, lines)
    assert text.startswith("@@ ")
    patched = apply(lines, text)
    if patched is not None:
        original = Original(lines, "duckdb")
        assert original.sql(parsed(patched, "duckdb")) == original.sql(parsed(mutant.sql, "duckdb"))


def apply(text: str, diff: str) -> str | None:
    """`text` changed as a diff without context says; None where the diff is not of its lines."""
    lines = text.splitlines()
    for hunk in reversed(diff.split("\n@@ ")):
        head, *body = hunk.removeprefix("@@ ").splitlines()
        start, _, length = head.split()[0].removeprefix("-").partition(",")
        first = int(start) - (0 if length == "0" else 1)
        old = [line[1:] for line in body if line.startswith("-")]
        if lines[first : first + len(old)] != old:
            return None
        lines[first : first + len(old)] = [line[1:] for line in body if line.startswith("+")]
    return "\n".join(lines)


def test_a_diff_has_the_layout_of_the_original() -> None:
    sql = "select\n  id, -- the key\n  Status::varchar as state\nfrom orders\nwhere amount > 0\n  and not is_test\n"
    found = {mutant.operator: readable(mutant, sql) for mutant in mutants_of(sql, "duckdb")}
    assert found["comparison-boundary"] == "@@ -5 +5 @@\n-where amount > 0\n+where amount >= 0"
    assert found["not-dropped"] == "@@ -6 +6 @@\n-  and not is_test\n+  and is_test"
    assert found["distinct-added"] == "@@ -1 +1 @@\n-select\n+select distinct"
    assert found["connective-swapped"] == "@@ -6 +6 @@\n-  and not is_test\n+  or not is_test"


def test_the_order_is_that_of_the_text_and_the_same_each_time() -> None:
    sql = "select a + 1 as b from t where a > 1 and b < 2"
    chosen = ["number-moved", "comparison-boundary"]
    found = mutants_of(sql, "duckdb", operators=chosen)
    assert found == mutants_of(sql, "duckdb", operators=chosen)
    assert [mutant.after for mutant in found] == ["2", "a >= 1", "2", "0", "b <= 2", "3", "1"]


@pytest.mark.parametrize("call", ["current_date", "now()", "random()", "uuid()", "current_timestamp"])
def test_what_chance_or_the_clock_gives_is_left_alone(call: str) -> None:
    sql = f"select coalesce(a, {call}) as a, nullif(b, 0) as b from t where a > {call} and b > 0"
    assert {mutant.operator for mutant in mutants_of(sql, "duckdb")} >= {"nullif-dropped", "comparison-boundary"}
    for mutant in mutants_of(sql, "duckdb"):
        assert mutant.sql.lower().count(call.rstrip("()").lower()) == 2, mutant


@pytest.mark.parametrize("dialect", ["", "snowflake", "bigquery", "postgres", "databricks", "redshift", "tsql"])
def test_the_mutants_of_other_dialects_parse_there(dialect: str) -> None:
    sql = (
        "with paid as (select id, customer_id, sum(amount) as total, count(distinct day) as days from orders "
        "where status = 'paid' and amount > 10 group by id, customer_id having count(*) > 1) "
        "select p.id, coalesce(c.name, 'none') as name, case when p.total > 5 then 'a' else 'b' end as band, "
        "row_number() over (partition by c.id order by p.total desc) as n "
        "from paid as p left join customers as c on p.customer_id = c.id where c.name like 'A%' or not p.days in (1, 2)"
    )
    original = Original(sql, dialect)
    found = mutants_of(sql, dialect)
    assert len(found) > 50
    for mutant in found:
        tree = parsed(mutant.sql, dialect)
        assert tree.named_selects == original.tree.named_selects
        assert original.sql(tree) not in ("", original.text)
        assert mutant.dialect == dialect


@pytest.mark.parametrize(
    "sql", ["", "select from where", "select 1; select 2", "insert into t select 1", "drop table t"]
)
def test_anything_but_a_query_is_refused(sql: str) -> None:
    with pytest.raises(QueryError):
        mutants_of(sql, "duckdb")


def test_an_operator_that_there_is_not() -> None:
    with pytest.raises(UsageError, match="no mutation operator called comparison"):
        mutants_of("select 1 as a", "duckdb", operators=["comparison"])
