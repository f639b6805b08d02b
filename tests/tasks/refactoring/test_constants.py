"""Queries that read no table, which have one answer."""

from __future__ import annotations

import pytest

from dbt_ai.sql.values import Relation
from dbt_ai.tasks.refactoring.constants import rows_of, without_constants
from dbt_ai.tasks.refactoring.proving import compared
from dbt_ai.values import VerdictKind

DAYS = "select cast(unnest(range(date '2024-01-01', date '2024-01-04', interval 1 day)) as date) as day"
RECURSIVE = "select date '2024-01-01' as day union all select cast(day + interval 1 day as date) from days where day < "
CRATES = Relation("crates", ("db", "main", "crates"), (("day", "DATE"), ("kg", "INTEGER")))
READ = "select d.day, sum(c.kg) as kg from days as d left join crates as c on c.day = d.day group by d.day"


def recursive(last: str) -> str:
    return f"with recursive days as ({RECURSIVE} date '{last}') {READ}"


def test_one_answer() -> None:
    found = rows_of(DAYS)
    assert found is not None
    assert (found.columns, len(found.rows)) == ((("day", "DATE"),), 3)


@pytest.mark.parametrize(
    "sql",
    [
        "select * from crates",
        "select * from db.main.crates",
        "with a as (select * from b) select * from a",
        "select current_date as day",
        "select random() as a",
        "select 1 as a where false",
        "select * from range(1000000)",
        "with recursive a as (select 1 as n union all select n + 1 from a) select * from a",
        "select 1; select 2",
        "create table a (b int)",
        "select nothing",
        "select from where",
    ],
)
def test_none_where_there_are_others_or_very_many(sql: str) -> None:
    assert rows_of(sql) is None


def test_what_is_the_same_in_both_need_not_be_understood() -> None:
    before = f"with days as ({DAYS}) {READ}"
    assert compared(before, recursive("2024-01-03"), [CRATES], 300).same
    other = compared(before, recursive("2024-01-05"), [CRATES], 300)
    assert not other.same


def test_whole_queries_are_run() -> None:
    found = compared(DAYS, f"select day from ({DAYS}) as days", [], 300)
    assert (found.verdict, found.reason) == (VerdictKind.PROVED, "same-rows")
    assert not compared(DAYS, DAYS.replace("as date)", "as timestamp)"), [], 300).same


def test_a_table_of_the_same_name_is_not_the_cte() -> None:
    before = f"with days as ({DAYS}) select * from days"
    after = f"with days as ({DAYS}) select * from db.main.days"
    assert without_constants(before, after) is None
    assert not compared(before, after, [], 300).same
