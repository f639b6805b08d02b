"""Lifted queries against each database alone, as told in tests/sql/lifting/*.sql: add a case there, no Python needed.

A case is a comment and a query that ends with `;` at the end of a line, over the tables t(id, x, s, d, b), u(id, y, s,
m) and v(k, l, w, d). In the comment, `open: CODES` says what the query leaves to chance, `refused: CODE` that it is not
lifted, and `fails` that it fails on some databases.
"""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import dbt_ai.sql.lifting
from benchmarks._lifted_one_by_one import Agreement, hold_against
from benchmarks._lifted_queries import RELATIONS, QueryMaker
from dbt_ai.checks.lifted import Databases
from dbt_ai.sql.lifting import LEFT_OPEN, REFUSED, Lifted, NotLifted, lift

CASES = Path(__file__).parent / "lifting"


@dataclass(frozen=True)
class Case:
    comment: str
    sql: str

    def said(self, word: str) -> tuple[str, ...]:
        found = re.search(rf"\b{word}: ([a-z -]+)", self.comment)
        return tuple(sorted(found[1].split(","))[0].split()) if found else ()


def cases() -> Iterator[tuple[str, Case]]:
    for path in sorted(CASES.glob("*.sql")):
        for part in re.split(r";$", path.read_text(encoding="utf-8"), flags=re.MULTILINE):
            if part.strip():
                comment, _, sql = part.strip().partition("\n")
                assert comment.startswith("-- "), part
                yield path.stem, Case(comment[3:], sql.strip())


ALL = [pytest.param(case, id=f"{name}: {case.comment} {number}") for number, (name, case) in enumerate(cases())]


@pytest.fixture(scope="module")
def databases() -> Iterator[Databases]:
    with Databases(RELATIONS, seed=1, count=60, spot_checks=0) as opened:
        yield opened


@pytest.fixture(scope="module")
def numbers(databases: Databases) -> list[int]:
    """Some databases from the smallest to the largest."""
    ordered = sorted(databases.ids, key=lambda number: databases.sizes[number])
    return [ordered[place] for place in (0, 15, 35, 50, -1)]


def test_there_are_databases_with_and_without_rows(databases: Databases, numbers: list[int]) -> None:
    sizes = [len(rows) for number in numbers for rows in databases.rows(number).values()]
    assert 0 in sizes
    assert max(sizes) >= 3


@pytest.mark.parametrize("case", ALL)
def test_case(case: Case, databases: Databases, numbers: list[int]) -> None:
    lifted = lift(case.sql, RELATIONS)
    refused = case.said("refused")
    if refused:
        assert isinstance(lifted, NotLifted)
        assert lifted.reason == refused[0]
        return
    assert isinstance(lifted, Lifted), lifted
    assert lifted.left_open == case.said("open")
    if "fails" in case.comment:  # the fingerprints of `Databases` are what tells then: tests/checks/lifted
        return
    agreement = Agreement()
    hold_against(databases, case.sql, numbers, agreement)
    assert not agreement.refused
    assert agreement.pairs >= 5
    assert not agreement.differences


def test_every_code_has_a_case() -> None:
    told = [case for _, case in cases()]
    assert {code for case in told for code in case.said("refused")} == set(REFUSED)
    assert {code for case in told for code in case.said("open")} == set(LEFT_OPEN)


def test_random_queries(databases: Databases, numbers: list[int]) -> None:
    agreement = Agreement()
    for seed in range(30):
        sql = QueryMaker(seed).query()
        if runs(databases, sql):
            hold_against(databases, sql, numbers[1:], agreement)
    assert agreement.pairs > 80
    assert not agreement.differences


@pytest.mark.parametrize("module", sorted(module.name for module in pkgutil.iter_modules(dbt_ai.sql.lifting.__path__)))
def test_docstrings(module: str) -> None:
    tested = doctest.testmod(importlib.import_module(f"dbt_ai.sql.lifting.{module}"))
    assert tested.failed == 0


def runs(databases: Databases, sql: str) -> bool:
    """Whether DuckDB takes the query at all: a random one may have a constant where it wants none."""
    import duckdb

    try:
        databases.connection.execute(f"EXPLAIN {sql}")
    except duckdb.Error:
        return False
    return True
