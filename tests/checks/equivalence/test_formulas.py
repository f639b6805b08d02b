"""Formulas by themselves: what z3 finds the same, DuckDB finds the same for every row of a grid of values."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import duckdb
import pytest

from dbt_ai.checks.equivalence import equivalent
from dbt_ai.checks.equivalence.formulas import Formulas, NotModelled
from dbt_ai.checks.equivalence.solving import same_but_for_formulas
from dbt_ai.sql.normal_form.known import Known
from dbt_ai.sql.normal_form.resolving import resolved
from dbt_ai.sql.schema_file import relations_of_schema
from dbt_ai.values import VerdictKind

pytest.importorskip("z3")

_SCHEMA = """CREATE TABLE g (a INTEGER, b INTEGER NOT NULL, s SMALLINT, c VARCHAR, f BOOLEAN, p DECIMAL(4, 1), d DATE,
    m TIMESTAMP, x DOUBLE)"""
_RELATIONS = relations_of_schema(_SCHEMA)
_GRID = f"""{_SCHEMA};
INSERT INTO g SELECT a, b, s, c, f, p, d, m, a FROM
    (SELECT unnest([NULL, -2147483648, 0, 1, 2, 2147483647])::INTEGER AS a), (SELECT unnest([0, 1, 2]) AS b),
    (SELECT unnest([NULL, 1, 2])::SMALLINT AS s), (SELECT unnest([NULL, '', 'a', 'b', 'z']) AS c),
    (SELECT unnest([NULL, true, false]) AS f), (SELECT unnest([NULL, 0.9, 1.0, 1.5, 2.0])::DECIMAL(4, 1) AS p),
    (SELECT unnest([NULL, DATE '2020-01-31', DATE '2020-02-01']) AS d),
    (SELECT unnest([NULL, TIMESTAMP '2020-02-01 00:00:00']) AS m)"""


class _Maker:
    """Random conditions and values; a few that mean the same come of `again`."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def condition(self, depth: int) -> str:
        one = self._random.choice
        if depth == 0 or self._random.random() < 0.15:
            return one((self._plain, self._plain, self._listed, self._null))()
        left, right = self.condition(depth - 1), self.condition(depth - 1)
        return one((
            f"({left} AND {right})", f"({left} OR {right})", f"(NOT {left})", f"({left} IS TRUE)", f"({left} IS NULL)",
            f"(CASE WHEN {left} THEN {right} ELSE f END)", f"coalesce({left}, {right})", f"({left} = {right})",
            f"({left} IS DISTINCT FROM {right})",
        ))  # fmt: skip

    def value(self, depth: int) -> str:
        one, number = self._random.choice, self._number
        return one((
            number(), f"CASE WHEN {self.condition(depth)} THEN {number()} ELSE {number()} END",
            f"CASE WHEN {self.condition(depth)} THEN {number()} END", f"coalesce(a, {number()})",
            f"nullif(a, {number()})", f"{number()} + {number()}", f"(a - {number()}) * 2",
        ))  # fmt: skip

    def again(self, text: str) -> str:
        return self._random.choice((
            f"(NOT (NOT {text}))", f"({text} AND {text})", f"({text} OR ({text} AND f))", f"coalesce({text}, NULL)",
            f"({text} AND 1 = 1)", f"(CASE WHEN {text} THEN TRUE WHEN NOT {text} THEN FALSE END)",
        ))  # fmt: skip

    def _number(self) -> str:
        return self._random.choice(("a", "b", "0", "1", "2"))

    def _plain(self) -> str:
        comparison = self._random.choice(("=", "<>", "<", "<=", ">", ">="))
        left, right = self._random.choice((
            ("a", "b"), ("a", "1"), ("a", "2"), ("1", "b"), ("a", "s"), ("s", "1.5"), ("p", "1"), ("p", "1.5"),
            ("p", "a"), ("d", "DATE '2020-02-01'"), ("m", "TIMESTAMP '2020-02-01 00:00:00'"), ("a + 1", "2"),
            ("b * 2", "3"), ("a - b", "0"),
        ))  # fmt: skip
        return f"({left} {comparison} {right})"

    def _listed(self) -> str:
        return self._random.choice(("(c IN ('a', 'b'))", "(c = 'a')", "(c <> 'b')", "(a IN (1, 2))", "f", "(NOT f)",
                                    "(b BETWEEN 1 AND 2)", "(s NOT IN (1, 2))"))  # fmt: skip

    def _null(self) -> str:
        column = self._random.choice("abscpdm")
        return f"({column} IS {self._random.choice(('', 'NOT '))}NULL)"


@pytest.fixture(scope="module")
def grid() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(_GRID)
        connection.execute("SET threads = 1")
        yield connection


def _found_same(one: str, other: str, truth: bool) -> bool:
    trees = [resolved(f"SELECT {text} AS x FROM g", _RELATIONS) for text in (one, other)]
    values = [tree.selects[0].unalias() for tree in trees]  # type: ignore[attr-defined]
    try:
        return Formulas(Known(trees[1], _RELATIONS)).same(values[0], values[1], truth)
    except NotModelled:
        return False


def test_what_z3_finds_the_same_is_the_same_for_duckdb(grid: duckdb.DuckDBPyConnection) -> None:
    found: Counter[bool] = Counter()
    for seed in range(400):
        maker = _Maker(seed)
        condition = seed % 4 > 0
        one = maker.condition(seed % 3) if condition else maker.value(seed % 2)
        for _ in range(3):
            other = maker.condition(seed % 3) if condition else maker.value(seed % 2)
            other = maker.again(one) if condition and seed % 2 else other
            truth = condition and seed % 3 == 0
            same = _found_same(one, other, truth)
            found[same] += 1
            if same:
                sides = [f"(({text}) IS TRUE)" if truth else f"({text})" for text in (one, other)]
                assert not _apart(grid, *sides), f"{one}\n{other}"
    assert found[True] > 150, found


def _apart(grid: duckdb.DuckDBPyConnection, one: str, other: str) -> bool:
    """Whether some row of the grid tells two expressions apart, on which neither has no room for a sum."""
    row = grid.execute(f"SELECT count(*) FROM g WHERE try({one}) IS DISTINCT FROM try({other})").fetchone()
    return row is None or row[0] > 0


@pytest.mark.parametrize(
    ("one", "other", "truth"),
    [
        ("a > 1", "a > 1 or a is null", True),
        ("a + 1 > a", "a is not null", True),  # may overflow
        ("a + 1 > 1", "a > 0", True),
        ("a / 2 = 1", "a = 2", True),  # no whole numbers
        ("a % 2 = 0", "a = 0", True),
        ("x = x", "x is not null", True),  # NaN is a number of its own, and -0.0 is not 0.0
        ("c < 'b'", "c <= 'a'", True),  # texts have an order that is not modelled
        ("c = 'a' or c = 'b'", "c <> 'z'", True),
        ("a <= 1 or a > 1", "true", True),
        ("not (a > 1)", "a <= 1 or a is null", True),
        ("case when a > 1 then 1 else 0 end", "case when a <= 1 then 0 else 1 end", False),
        ("case when a > 1 then 1.0 else 0 end", "case when a > 1 then 1 else 0 end", False),  # types
        ("case when a < 5 then a + 1 > 0 else false end", "a + 1 > 0 and a < 5", True),  # who guards the sum
        ("p > 1.4", "p >= 1.5", True),
        ("d > date '2020-01-31'", "d > '2020-01-31'", True),
    ],
)
def test_what_is_not_the_same_or_not_modelled_is_not_called_the_same(one: str, other: str, truth: bool) -> None:
    assert not _found_same(one, other, truth)


def test_queries_that_differ_in_conditions_only_are_proved() -> None:
    left = "select a, case when a is null then 0 else a end as x from g where not (a > 1 and b > 1) and s is not null"
    right = "select a, coalesce(a, 0) as x from g where (a < 2 or a is null and b <= 1 or b < 2) and not s is null"
    found = equivalent(left, right, _RELATIONS)
    assert (found.verdict, found.reason, found.relies_on) == (VerdictKind.PROVED, "same-by-z3", ())
    assert not same_but_for_formulas(left, right.replace("a < 2", "a < 1"), _RELATIONS)
    assert not same_but_for_formulas(left, right.replace("select a", "select b"), _RELATIONS)
    found = equivalent("select a from g where b <= 1 or b > 1", "select a from g", _RELATIONS)
    assert (found.reason, found.relies_on) == ("same-by-z3", ("g: b is never NULL",))
