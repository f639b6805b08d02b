"""Questions that are answered before they are asked: what is told, and what is not since it would tell too much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import duckdb
import pytest

from dbt_ai.errors import WarehouseError
from dbt_ai.evidence.common_questions import with_common_answers
from dbt_ai.evidence.profile import profile_relation
from dbt_ai.evidence.prompting import document_request
from dbt_ai.evidence.sharing import Share, Sharing
from dbt_ai.evidence.values import Evidence
from dbt_ai.sql.values import Relation
from dbt_ai.values import Finding, Target

KEY = "model.shop.t"
Answers = Callable[..., tuple[str, ...]]


def evidence_of(connection: duckdb.DuckDBPyConnection, sql: str) -> Evidence:
    connection.execute(f"CREATE OR REPLACE TABLE t AS {sql}")
    relation = Relation(KEY, (None, None, "t"))
    return Evidence(KEY, "t", "model", relation, profile=profile_relation(connection, relation))


def answers(sql: str, sharing: Sharing | None = None, findings: tuple[Finding, ...] = ()) -> tuple[str, ...]:
    with duckdb.connect(":memory:") as connection:
        one = replace(evidence_of(connection, sql), findings=findings)
        levels = {KEY: sharing or Sharing()}
        return with_common_answers({KEY: one}, [KEY], levels, lambda asked: connection.execute(asked).fetchall())[
            KEY
        ].answers


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (
            "DATE '2024-01-01' + i::INTEGER AS ordered_on, TIMESTAMP '2024-01-02' + INTERVAL (i) DAY AS shipped_at",
            ("`shipped_at` is never before `ordered_on`, of 100 rows that have both.",),
        ),
        (
            "DATE '2024-01-01' + i::INTEGER AS a, DATE '2024-01-02' + (i + CASE WHEN i % 20 = 3 THEN -5 ELSE 0 END)"
            "::INTEGER AS b",
            ("`b` is before `a` in 5 of 100 rows that have both.",),
        ),
        (
            # two rows that break the rule might point at somebody
            "DATE '2024-01-01' + i::INTEGER AS a, DATE '2024-01-02' + (i + CASE WHEN i < 2 THEN -5 ELSE 0 END)"
            "::INTEGER AS b",
            (),
        ),
        (
            "2 + i AS net, 3 + i % 7 AS tax, 5 + i + i % 7 AS gross",
            ("`gross` is `net` plus `tax` in every row that has all three.",),
        ),
        (
            "2 + i AS quantity, 1.5 + i % 7 AS price, ((2 + i) * (1.5 + i % 7))::DECIMAL(9, 1) AS total",
            ("`total` is `price` times `quantity` in every row that has all three.",),
        ),
        ("2 + i AS net, 3 + i % 7 AS tax, 5 + i + i % 7 + CASE WHEN i = 50 THEN 1 ELSE 0 END AS gross", ()),
        ("2 + i AS net, 0 AS tax, 2 + i AS gross", ()),
        (
            "['open', 'done'][1 + i % 2] AS state, CASE WHEN i % 2 = 1 OR i % 10 = 0 THEN i / 3 END AS score",
            ("Rows in which `score` is filled, by `state`: 'done' 50 of 50, 'open' 10 of 50.",),
        ),
        ("['open', 'done'][1 + i % 2] AS state, CASE WHEN i % 2 = 1 OR i = 10 THEN i / 3 END AS score", ()),
        ("'x' || i AS email, CASE WHEN i % 2 = 1 THEN i / 3 END AS score", ()),
    ],
)
def test_what_is_answered(columns: str, expected: tuple[str, ...]) -> None:
    assert answers(f"SELECT {columns} FROM range(100) AS r(i)") == expected


def test_what_a_finding_tells_is_not_told_again() -> None:
    sql = "SELECT i % 2 = 0 AS is_done, CASE WHEN i % 2 = 0 THEN i / 3 END AS score FROM range(100) AS r(i)"
    assert len(answers(sql)) == 1
    told = Finding("filled-when", Target(KEY, "score"), "...", columns=("score", "is_done"))
    assert answers(sql, findings=(told,)) == ()


def test_nothing_is_told_of_what_may_not_be() -> None:
    sql = "SELECT 2 + i AS net, 3 + i % 7 AS tax, 5 + i + i % 7 AS gross FROM range(100) AS r(i)"
    assert len(answers(sql)) == 1
    assert answers(sql, Sharing(Share.NOTHING)) == ()
    assert answers(sql, Sharing(columns={"tax": Share.NOTHING})) == ()
    assert answers(sql, Sharing(personal={"tax": "declared as personal"})) == ()


def test_few_rows_and_failing_queries_have_no_answers() -> None:
    assert answers("SELECT 2 + i AS a, 3 + i AS b, 5 + 2 * i AS c FROM range(10) AS r(i)") == ()

    def failing(sql: str) -> Any:
        raise WarehouseError("stopped")

    with duckdb.connect(":memory:") as connection:
        one = evidence_of(connection, "SELECT 2 + i AS a, 3 + i AS b, 5 + 2 * i AS c FROM range(100) AS r(i)")
    assert with_common_answers({KEY: one}, [KEY], {}, failing)[KEY].answers == ()


def test_answers_stand_in_the_prompt() -> None:
    with duckdb.connect(":memory:") as connection:
        one = evidence_of(connection, "SELECT i AS a FROM range(100) AS r(i)")
    (plain,) = document_request(one, ["a"])
    (with_answers,) = document_request(replace(one, answers=("`b` is never before `a`.",)), ["a"])
    assert "common questions" not in plain.prompt
    assert "- `b` is never before `a`.\n" in with_answers.prompt
