"""SQL of other warehouses in DuckDB's words: `queries.yml` says what becomes of each query."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
import yaml

from dbt_ai.sql.transpiling import DIALECTS, Untranslatable, duckdb_type, to_duckdb

CASES = yaml.safe_load((Path(__file__).parent / "queries.yml").read_text(encoding="utf-8"))
Parts = tuple["str | None", "str | None", str]


def named(parts: Parts) -> Parts | None:
    return None if parts[1] == "nowhere" else ("shop", parts[1], parts[2])


def cases(kind: str) -> list[object]:
    return [
        pytest.param(dialect, query["sql"], query[kind], id=f"{dialect}: {query['sql'][:60]}")
        for dialect, queries in CASES.items()
        for query in queries
        if kind in query
    ]


@pytest.mark.parametrize(("dialect", "sql", "expected"), cases("duckdb"))
def test_a_query_as_duckdb_has_it(dialect: str, sql: str, expected: str) -> None:
    written = to_duckdb(sql, dialect, named)
    assert written == expected
    assert len(duckdb.extract_statements(written)) == 1


@pytest.mark.parametrize(("dialect", "sql", "reason"), cases("refused"))
def test_a_query_that_means_something_else_in_duckdb_is_refused(dialect: str, sql: str, reason: str) -> None:
    with pytest.raises(Untranslatable, match=reason):
        to_duckdb(sql, dialect, named)


def test_every_dialect_has_cases() -> None:
    assert {*CASES, "spark", "athena"} == DIALECTS  # these two are read as Databricks and Trino are


@pytest.mark.parametrize(
    ("data_type", "dialect", "expected"),
    [
        ("numeric", "postgres", "DECIMAL(38, 10)"),
        ("numeric(1000,2)", "postgres", "DECIMAL(38, 2)"),
        ("NUMBER(12,0)", "snowflake", "DECIMAL(12, 0)"),
        ("timestamp with time zone", "postgres", "TIMESTAMPTZ"),
        ("jsonb", "postgres", "JSON"),
        ("integer[]", "postgres", "INT[]"),
        ("INT64", "bigquery", "BIGINT"),
        ("ARRAY", "postgres", None),
        ("USER-DEFINED", "postgres", None),
        ("no such type", "snowflake", None),
    ],
)
def test_a_type_as_duckdb_has_it(data_type: str, dialect: str, expected: str | None) -> None:
    assert duckdb_type(data_type, dialect) == expected
