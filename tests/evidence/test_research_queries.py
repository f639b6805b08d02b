"""Queries that an engine might write, hostile and useful ones, against a real database with values that must not leave
it. A case is an entry of a file in tests/evidence/research: the SQL; what must become of it (`refused` before it runs,
`failed` while it runs, `answered`); texts that the answer must have (`contains`) and must lack (`lacks`). Whatever
becomes of it, none of the canaries may be in the answer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dbt_ai.checks.worker import QueryWorker
from dbt_ai.evidence.aggregates import SafeTable, query_data, safe_tables
from dbt_ai.evidence.privacy import visible_profile
from dbt_ai.evidence.profile import profile_relation
from dbt_ai.evidence.values import Evidence
from dbt_ai.sql.values import Relation

FOLDER = Path(__file__).parent / "research"
CASES = [
    pytest.param(case, id=f"{path.stem}-{number}")
    for path in sorted(FOLDER.glob("*.yml"))
    for number, case in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")), 1)
]
CANARIES = ("canary", "98765", "987,65", "9.876", "988000", "77777", "49151", "03:17", "2019-03-17")
MAY_BE_ASKED = ("customers", "orders", "plans", "big_orders")
Ask = Callable[[str], str]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("research") / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute((FOLDER / "data.sql").read_text(encoding="utf-8"))
    return path


@pytest.fixture(scope="module")
def tables(database: Path) -> tuple[SafeTable, ...]:
    with duckdb.connect(str(database), read_only=True) as connection:
        evidence = []
        for name in MAY_BE_ASKED:
            relation = Relation(f"model.shop.{name}", ("shop", "main", name))
            profile = profile_relation(connection, relation)
            evidence.append(Evidence(relation.key, name, "model", relation, profile=profile))
    return safe_tables(
        evidence,
        lambda one: (one.name, f"main.{one.name}", f"shop.main.{one.name}"),
        lambda one: visible_profile(one.profile),
    )


@pytest.fixture(scope="module")
def ask(database: Path, tables: tuple[SafeTable, ...]) -> Iterator[Ask]:
    worker = QueryWorker(database, "shop", timeout=5.0)
    yield lambda sql: query_data(sql, tables, worker.run)
    worker.close()


def leaked(sql: str, answer: str) -> list[str]:
    """The canaries in an answer that the query itself did not hold."""
    lowered = answer.casefold()
    return [canary for canary in CANARIES if canary in lowered and canary not in sql.casefold()]


@pytest.mark.parametrize("case", CASES)
def test_a_query_is_answered_or_refused_and_no_canary_leaves(case: dict[str, Any], ask: Ask) -> None:
    answer = ask(case["sql"])
    became = "refused" if answer.startswith("Refused:") else "failed" if "could not be run" in answer else "answered"
    assert case.get("expect", became) == became, answer
    assert not leaked(case["sql"], answer), answer
    for text in case.get("contains", ()):
        assert text in answer, answer
    for text in case.get("lacks", ()):
        assert text not in answer, answer


def test_useful_questions_are_not_refused(ask: Ask) -> None:
    useful = yaml.safe_load((FOLDER / "useful.yml").read_text(encoding="utf-8"))
    answered = [case for case in useful if case.get("expect") is None]
    assert len(answered) > 30
    assert [case["sql"] for case in answered if ask(case["sql"]).startswith(("Refused", "It could"))] == []


def test_several_threads_may_ask_at_once(ask: Ask) -> None:
    answers: list[str] = []
    threads = [threading.Thread(target=lambda: answers.append(ask("SELECT count(*) FROM orders"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["count(*)\n1000"] * 8


_COLUMNS = st.sampled_from(
    ["email", "phone", "city", "credit_limit", "joined_on", "customer_id", "extra", "tier", "x.m"]
)
_AGGREGATES = st.sampled_from(["count", "count_if", "sum", "avg", "min", "max", "median", "count(distinct", "bool_or"])
_WRAPS = st.sampled_from(
    ["{}", "lower({})", "coalesce({}, {})", "abs({})", "({} + 1)", "CASE WHEN is_active THEN {} END"]
)
_FILTERS = st.sampled_from(
    ["is_active", "city = 'Bern'", "credit_limit > 900", "joined_on < DATE '2020-02-01'", "email IS NULL", "true"]
)


@given(_AGGREGATES, _WRAPS, _COLUMNS, _FILTERS, _COLUMNS, st.booleans())
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_canary_leaves_whatever_is_put_together(
    ask: Ask, aggregate: str, wrap: str, column: str, where: str, key: str, grouped: bool
) -> None:
    argument = wrap.replace("{}", column)
    call = f"{aggregate} {argument})" if aggregate.endswith("distinct") else f"{aggregate}({argument})"
    sql = (
        f"SELECT {f'{key}, ' if grouped else ''}{call} AS f FROM customers "
        "CROSS JOIN (SELECT max(credit_limit) AS m FROM customers) AS x "
        f"WHERE {where}{' GROUP BY 1' if grouped else ''}"
    )
    assert not leaked(sql, ask(sql)), sql
