"""What a text has to gain for a goal, where its rows are the same."""

from __future__ import annotations

import pytest

from dbt_ai.sql.outline import outline
from dbt_ai.tasks.refactoring.worth import NotWorth, worth

NESTED = """select
    team,
    kg
from (
    select team, sum(kg) as kg
    from (
        select team, kg
        from crates
        where kg > 0
    ) as c
    group by 1
) as b
"""
STEPS = """with weighed as (
    select team, kg
    from crates
    where kg > 0
)

select
    team,
    sum(kg) as kg
from weighed
group by team
"""


def gain(goal: str, before: str, after: str) -> str:
    return worth(goal, outline(before, "duckdb"), outline(after, "duckdb"), before, after, "duckdb")


def test_steps_are_clearer_than_nesting() -> None:
    told = gain("readable", NESTED, STEPS)
    assert told == "2 levels of subqueries, 1 column called by its number, 7 lines in the longest step, 1 line less"


@pytest.mark.parametrize(
    ("goal", "before", "after", "why"),
    [
        ("readable", STEPS, NESTED, "more levels of subqueries"),
        ("readable", STEPS, STEPS.replace("group by team", "group by 1"), "columns called by their numbers"),
        ("readable", STEPS, STEPS.replace("weighed", "t1"), "says nothing"),
        ("split", STEPS, STEPS.replace("weighed", "cte_2"), "says nothing"),
        ("readable", STEPS, STEPS.replace("team, kg", "team,\n    kg"), "neither shorter"),
        ("readable", STEPS, STEPS, "neither shorter"),
        ("readable", NESTED, STEPS.replace("select", "SELECT"), "in capitals"),
        ("readable", NESTED.upper(), STEPS, "in small letters"),
        ("readable", NESTED, STEPS.replace("    ", "\t"), "tabs"),
        ("readable", NESTED, STEPS.replace("where kg > 0", "where " + " or ".join(["kg > 0"] * 20)), "a line of"),
        ("cheaper", STEPS, STEPS.replace("from weighed", "from weighed inner join weighed as w using (team)"), "join"),
    ],
)
def test_what_gains_nothing(goal: str, before: str, after: str, why: str) -> None:
    with pytest.raises(NotWorth, match=why):
        gain(goal, before, after)


def test_what_is_cheaper() -> None:
    twice = "select a.team, a.kg from crates as a inner join crates as b on a.id = b.id order by 1"
    assert gain("cheaper", twice, "select team, kg from crates") == "1 join, 1 sort, 1 scan less"
    assert gain("cheaper", NESTED, STEPS) == "", "which the data may tell"


def test_of_a_goal_in_words_nobody_counts_anything() -> None:
    assert gain("names in French", STEPS, STEPS.replace("weighed", "pesees")) == ""
