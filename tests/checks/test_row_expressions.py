"""Conditions that a model wrote: what may be run and written, and how, and all that is refused."""

from __future__ import annotations

import pytest

from dbt_ai.checks.row_expressions import NotARowExpression, row_expression

COLUMNS = ["State", "shipped_on", "amount", "qty"]
ALLOWED = {
    "amount >= 0": "amount >= 0",
    "not (STATE = 'shipped') or shipped_on is not null": "NOT (State = 'shipped') OR shipped_on IS NOT NULL",
    "(shipped_on is not null) = (state in ('shipped', 'returned'))": (
        "(shipped_on IS NOT NULL) = (State IN ('shipped', 'returned'))"
    ),
    "abs(amount - qty * 3) <= 0.01": "ABS(amount - qty * 3) <= 0.01",
    "amount / nullif(qty, 0) < 1": "amount / NULLIF(qty, 0) < 1",
    "case when state = 'x' then amount else qty end > 0": "CASE WHEN State = 'x' THEN amount ELSE qty END > 0",
    "amount\nbetween 0 and 100": "amount BETWEEN 0 AND 100",
}
REFUSED = [
    "amount", "amount + 1", "true", "1 = 1", "nothing > 0", "t.amount > 0", '"amount" > 0', "`amount` > 0",
    "amount > (select 1)", "amount in (select 1)", "exists (select 1)", "amount in unnest([1])",
    "amount > 0; drop table x", "amount > 0 -- x", "amount > 0 /* x */", "amount > 0) or (1 = 1", "amount > 0 or",
    "{{ env_var('X') }} = amount", "state = '{{ x }}'", "state = '{% x %}'", "state = 'a''b'", "state = e'a'",
    "random() < amount", "current_date >= shipped_on", "now() > shipped_on", "getenv('X') = state",
    "current_setting('x') = state", "read_csv('x') = state", "sum(amount) > 0", "sum(amount) over () > 0",
    "count(*) > 0", "* = 1", "columns(*) > 1", "amount > :x", "amount > ?", "amount > $1", "amount > @v",
    "cast(amount as varchar) = 'x'", "amount / qty > 1", "amount > 1e300", "repeat(state, 9) = 'x'",
    "state = 'x\u202e'", "state = 'x\u200b'", "state like 'a%'", "regexp_matches(state, 'x')",
    "(" * 150 + "amount > 0" + ")" * 150, " and ".join(["amount > 0"] * 100), "not " * 120 + "amount > 0", "",
]  # fmt: skip


@pytest.mark.parametrize(("text", "sql"), ALLOWED.items())
def test_a_condition_on_a_row_is_written_anew(text: str, sql: str) -> None:
    assert row_expression(text, COLUMNS).sql == sql
    assert row_expression(sql, COLUMNS).sql == sql


@pytest.mark.parametrize("text", REFUSED)
def test_all_else_is_refused(text: str) -> None:
    with pytest.raises(NotARowExpression):
        row_expression(text, COLUMNS)


def test_what_another_warehouse_says_in_other_words_is_refused() -> None:
    assert row_expression("amount >= 0", COLUMNS, "bigquery").sql == "amount >= 0"
    with pytest.raises(NotARowExpression, match="other words"):
        row_expression("cast(amount as bigint) >= 0", COLUMNS, "bigquery")


def test_values_and_parts_are_told() -> None:
    found = row_expression("not (state = 'shipped') or round(amount, 2) > 5", COLUMNS)
    assert set(found.values) == {"shipped", "5"}
    assert set(found.parts) == {"State <> 'shipped'", "ROUND(amount, 2) > 5"}
    assert set(found.columns) == {"State", "amount"}
