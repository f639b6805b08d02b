"""Where DuckDB's verdict on two queries of another warehouse is not enough."""

from __future__ import annotations

import pytest

from dbt_ai.sql.transpiling import differently_made

SAME = [
    ("select a / 2 as b, c from t", "select a / 2 as b from t"),  # nobody reads c, as the verdict says
    ("select t.a / 2 as b from t", "with t as (select a from u) select A / 2 as b from t"),
    ("with u as (select 1 from v where x > 'a') select a from t", "select a from t"),
    ("with c as (select * from t order by a) select * from c", "select * from t"),
    ("select distinct a from t", "select a from t"),
    ("select a from t where x > 'a' and b", "with c as (select a, x, b from t) select a from c where b and x > 'a'"),
    ("select max(a) over (partition by b) as m, c::int as d from t", "select max(a) over (partition by b) as m from t"),
]
DIFFERENT = [
    ("select a / 2 as b from t", "select a * 0.5 as b from t", "a * 0.5"),
    ("select a from t where x > 'a' and x > 'B'", "select a from t where x > 'a'", "x > 'B'"),
    ("select sum(a) as s from t", "select avg(a) * count(a) as s from t", "AVG(a) * COUNT(a)"),
    ("select distinct on (a) a, b from t", "select a, b from t", "DISTINCT ON (a)"),
    ("select a from t limit 3", "select a from t limit 2", "LIMIT 2"),
    ("select a from t join u on t.a = u.b and t.x > u.y", "select a from t join u on t.a = u.b", "x > y"),
    ("select a from t group by a, date_trunc('month', d)", "select a from t group by a", "DATE_TRUNC('MONTH', d)"),
    ("select a::date as a from t", "select a from t", "a"),
]
CASTS = [
    ("select b, a::text as a from t", "select b, a from t", "a"),
    ("select a from t", "select a::text as a from t", "CAST(a AS TEXT)"),
    ("select b from t where a::int = 1", "select b from t where a = 1", "CAST(a AS INT)"),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_a_verdict_stands(left: str, right: str) -> None:
    assert differently_made(left, right, "postgres", False) is None
    assert differently_made(left, right, "postgres", True) is None


@pytest.mark.parametrize(("left", "right", "piece"), DIFFERENT)
def test_a_verdict_of_many_databases_does_not_stand(left: str, right: str, piece: str) -> None:
    assert differently_made(left, right, "postgres", False) == piece


@pytest.mark.parametrize(("left", "right", "piece"), CASTS)
def test_nor_does_a_proof_where_casts_are_others(left: str, right: str, piece: str) -> None:
    assert differently_made(left, right, "postgres", True) == piece
