"""Queries as big as real ones get."""

from __future__ import annotations

from dbt_ai.sql.lineage import trace
from dbt_ai.sql.query import parse_query
from dbt_ai.sql.values import ColumnRef, Relation

TABLE = Relation("t", ("db", "main", "t"), (("a", "int"), ("b", "int")))


def test_a_very_long_expression() -> None:
    lineage = trace(parse_query(f"select {' || '.join(['a', 'b'] * 700)} as n from db.main.t", "duckdb", [TABLE]))
    assert [edge.source for edge in lineage.edges] == [ColumnRef("t", "a"), ColumnRef("t", "b")]


def test_a_very_long_chain_of_ctes() -> None:
    ctes = ["c0 as (select a, b from db.main.t)"]
    ctes += [f"c{number} as (select a, b + 1 as b from c{number - 1})" for number in range(1, 150)]
    lineage = trace(parse_query(f"with {', '.join(ctes)} select * from c149", "duckdb", [TABLE]))
    assert [(edge.column, edge.source.column, edge.kind.value) for edge in lineage.edges] == [
        ("a", "a", "pass-through"),
        ("b", "b", "computed"),
    ]


def test_many_branches_of_a_union() -> None:
    sql = " union all ".join(f"select a + {number} as n from db.main.t" for number in range(300))
    lineage = trace(parse_query(sql, "duckdb", [TABLE]))
    assert [(edge.column, edge.source.column) for edge in lineage.edges] == [("n", "a")]


def test_a_diamond_of_ctes_is_walked_once() -> None:
    ctes = ["c0 as (select a, b from db.main.t)"]
    ctes += [
        f"c{n} as (select x.a, y.b from c{n - 1} x join c{n - 1} y on x.a = y.a)" for n in range(1, 30)
    ]  # two to the power of 29 ways
    lineage = trace(parse_query(f"with {', '.join(ctes)} select a, b from c29", "duckdb", [TABLE]))
    assert [(edge.column, edge.source.column) for edge in lineage.edges if edge.column != "*"] == [
        ("a", "a"),
        ("b", "b"),
    ]
