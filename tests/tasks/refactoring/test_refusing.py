"""Models that are left alone whatever a rule says, and the worlds in which a model is compiled."""

from __future__ import annotations

from typing import Any

import pytest

from dbt_ai.project.values import Node
from dbt_ai.sql.islands import read_islands
from dbt_ai.tasks.refactoring.refusing import reason_for_branches, reason_for_hooks, reason_for_sql
from dbt_ai.tasks.refactoring.worlds import in_world, worlds_of


def node(**config: Any) -> Node:
    return Node("model.m.m", "model", "m", "m", "models/m.sql", ("db", "main", "m"), config=config)


@pytest.mark.parametrize(
    "hook",
    [
        "grant select on {{ this }} to reporter",
        "analyze {{ this }}",
        {"sql": "ALTER TABLE {{ this }} OWNER TO analyst", "transaction": True},
        "create index if not exists i on {{ this }} (a)",
        "set search_path = raw; comment on table {{ this }} is 'x'",
        "",
    ],
)
def test_hooks_that_write_no_rows(hook: Any) -> None:
    assert reason_for_hooks(node(**{"post-hook": [hook]})) is None


@pytest.mark.parametrize(
    "hook",
    [
        "insert into audit select count(*) from {{ this }}",
        {"sql": "delete from raw.orders"},
        "analyze {{ this }}; drop table other",
        "{{ log_run_end() }}",
        "alter table {{ this }} add column a int",
        "call refresh()",
        "select refresh_figures()",
    ],
)
@pytest.mark.parametrize("key", ["pre-hook", "post-hook"])
def test_hooks_that_may_write(hook: Any, key: str) -> None:
    found = reason_for_hooks(node(**{key: [hook]}))
    assert found is not None
    assert found[0] == "hook-side-effects"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{% if is_incremental() %}select 1{% else %}select 2{% endif %}", "branches-differ"),
        ("{% if not is_incremental() %}select 1{% else %}select 2{% endif %}", "branches-differ"),
        ("select 1 {% if is_incremental() %}where true{% endif %}", None),
        ("select 1 {% if is_incremental() %}where true{% else %}\n{% endif %}", None),
        ("{% if target.name == 'prod' %}select 1{% else %}select 2{% endif %}", None),
    ],
)
def test_branches_that_differ_by_design(text: str, reason: str | None) -> None:
    found = reason_for_branches(read_islands(text))
    assert (found[0] if found else None) == reason


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("select random() as a", "non-deterministic"),
        ("select uuid() as a from t", "non-deterministic"),
        ("select * from t using sample 10%", "sampling"),
        ("select a from t", None),
    ],
)
def test_sql_that_gives_other_rows_each_time(sql: str, reason: str | None) -> None:
    found = reason_for_sql(sql, "duckdb")
    assert (found[0] if found else None) == reason


def worlds(text: str) -> list[str]:
    islands = read_islands(text)
    return [in_world(islands, world) for world in worlds_of(islands)]


def test_each_condition_alone_is_true_and_none() -> None:
    text = "{% if target.name == 'prod' %}a{% elif var('b') %}b{% else %}c{% endif %}{%- if var('b') -%}d{%- endif -%}"
    assert worlds(text) == [
        text,
        "{% if true %}a{% elif false %}b{% else %}c{% endif %}{%- if false -%}d{%- endif -%}",
        "{% if false %}a{% elif true %}b{% else %}c{% endif %}{%- if true -%}d{%- endif -%}",
        "{% if false %}a{% elif false %}b{% else %}c{% endif %}{%- if false -%}d{%- endif -%}",
    ]


def test_a_condition_within_an_expression_is_one_too() -> None:
    text = (
        "{% set a = 'if x' if var('b') else 1 %}{{ f('c' if not var('d')[0] else 'd') }}{% if var('b') %}e{% endif %}"
    )
    assert worlds(text)[1:] == [
        "{% set a = 'if x' if true else 1 %}{{ f('c' if false else 'd') }}{% if true %}e{% endif %}",
        "{% set a = 'if x' if false else 1 %}{{ f('c' if true else 'd') }}{% if false %}e{% endif %}",
        "{% set a = 'if x' if false else 1 %}{{ f('c' if false else 'd') }}{% if false %}e{% endif %}",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "select 1",
        "{{ 'if a else b' }}{{ f(1) }}{{ ('a' if b) ~ c }}{{ 'a' if b else 'c' if d else e }}",
        "{{ 'a' if is_incremental() else 'b' }}",
        "{% if is_incremental() %}a{% endif %}",
        "{% if not is_incremental() %}a{% endif %}",
        "{% for a in b %}{{ a }}{% if not loop.last %},{% endif %}{% endfor %}",
    ],
)
def test_conditions_that_need_no_world_of_their_own(text: str) -> None:
    assert worlds(text) == [text]


def test_conditions_that_are_taken_together() -> None:
    islands = read_islands("{% if a %}1{% endif %}{% if b %}2{% endif %}{% if a %}3{% endif %}")
    found = [in_world(islands, world) for world in worlds_of(islands, together=True)]
    true = [tuple(part.startswith("true") for part in text.split("if ")[1::2]) for text in found[1:]]
    assert true == [(False, False, False), (True, False, True), (False, True, False), (True, True, True)]
