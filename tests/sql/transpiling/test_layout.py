"""Translated SQL in the layout of its original: the same query, on the same lines."""

from __future__ import annotations

import pytest
import sqlglot

from dbt_ai.sql.transpiling import in_layout_of, to_duckdb
from tests.sql.transpiling.test_transpiling import cases, named

MODEL = """\
-- money
with lines as (
  select id, amount::numeric(8, 2) as amount,   -- in cents
    note || 'X' as shown
  from raw.lines
  where created::date >= '2020-01-01'::date
    and kind in ('a', 'B')
)

select id, sum(amount) / count(*) as mean, to_char(max(created), 'YYYY')
from lines
left join raw.others using (id)
group by 1
"""


def form(sql: str) -> str:
    return sqlglot.parse_one(sql, dialect="duckdb").sql("duckdb", comments=False)


@pytest.mark.parametrize(("dialect", "sql", "expected"), cases("duckdb"))
def test_it_is_the_same_query(dialect: str, sql: str, expected: str) -> None:
    assert form(in_layout_of(expected, sql, dialect)) == form(expected)


def test_every_line_stays_where_it_is() -> None:
    laid_out = in_layout_of(to_duckdb(MODEL, "postgres", named), MODEL, "postgres").splitlines()
    assert len(laid_out) == len(MODEL.splitlines())
    same = [
        number for number, (one, other) in enumerate(zip(laid_out, MODEL.splitlines(), strict=True)) if one == other
    ]
    assert same == [0, 1, 3, 6, 7, 8, 10, 12]
    assert laid_out[2] == "  select id, CAST(amount AS DECIMAL(8, 2)) as amount,   -- in cents"


def test_comments_that_duckdb_does_not_know_are_left_out() -> None:
    sql = "select a # told\nfrom x.raw.t"
    assert in_layout_of('SELECT a FROM "x"."raw"."t"', sql, "bigquery") == 'SELECT a FROM "x"."raw"."t"'
