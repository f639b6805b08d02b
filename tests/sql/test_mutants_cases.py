"""Every file of tests/sql/mutants is an operator: originals over tables.sql, each followed by the mutants that it has.

-- original: a note, where one helps
select ...

-- mutant: the sentence that is told of it
select ...

An original without mutants is one that the operator leaves alone. The files are written in DuckDB's SQL.
"""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from functools import cache, partial
from pathlib import Path

import duckdb
import pytest
import sqlglot

from dbt_ai.sql import mutants
from dbt_ai.sql.mutants import OPERATORS, mutants_of, operators
from dbt_ai.sql.mutants.examples import show

FOLDER = Path(__file__).parent / "mutants"
CASES = sorted(path for path in FOLDER.glob("*.sql") if path.stem != "tables")
OF_NAME = {operator.name: operator for operator in OPERATORS}
ENTRY = re.compile(r"^-- (original|mutant)(?:: (.*))?\n", re.MULTILINE)

Pairs = list[tuple[str, list[tuple[str, str]]]]


@cache
def database() -> duckdb.DuckDBPyConnection:
    """A database with the (empty) tables of tables.sql."""
    connection = duckdb.connect()
    connection.execute((FOLDER / "tables.sql").read_text(encoding="utf-8"))
    return connection


@cache
def schema() -> dict[str, dict[str, str]]:
    names = [name for (name,) in database().execute("show tables").fetchall()]
    return {name: described(f"from {name}") for name in names}


def described(sql: str) -> dict[str, str]:
    """The output columns of a query with their types. Raises duckdb.Error for what DuckDB cannot run."""
    return {name: kind for name, kind, *_ in database().execute(f"describe {sql}").fetchall()}


def pairs(path: Path) -> Pairs:
    """The originals of a file, each with the sentences and the SQL of its mutants."""
    found: Pairs = []
    _, *parts = ENTRY.split(path.read_text(encoding="utf-8"))
    for kind, note, sql in zip(parts[0::3], parts[1::3], parts[2::3], strict=True):
        if kind == "original":
            found.append((sql.strip(), []))
        else:
            found[-1][1].append((note, sql.strip()))
    return found


def in_one_form(sql: str) -> str:
    return sqlglot.parse_one(sql, dialect="duckdb").sql("duckdb")


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_an_operator_makes_these_mutants_and_no_others(path: Path) -> None:
    for original, expected in pairs(path):
        found = mutants_of(original, "duckdb", schema(), [path.stem])
        assert [(mutant.sentence, mutant.sql) for mutant in found] == [
            (sentence, in_one_form(sql)) for sentence, sql in expected
        ], original


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_all_of_them_are_queries_with_the_same_columns(path: Path) -> None:
    for original, _ in pairs(path):
        columns = described(original)
        for mutant in mutants_of(original, "duckdb", schema()):
            its = described(mutant.sql)
            assert list(its) == list(columns), mutant
            assert mutant.types_may_change or its == columns, mutant


def test_every_operator_has_a_file_with_mutants_and_with_a_reason_to_be_known() -> None:
    assert {path.stem for path in CASES} == set(OF_NAME)
    assert len(OPERATORS) >= 30
    for path in CASES:
        assert any(expected for _, expected in pairs(path)), path.stem
        assert OF_NAME[path.stem].says.endswith((".", ")")), path.stem


def test_every_file_of_the_operators_is_in_the_list() -> None:
    files = {module.name.replace("_", "-") for module in pkgutil.iter_modules(operators.__path__)}
    assert files == set(OF_NAME)


@pytest.mark.parametrize("name", sorted(OF_NAME))
def test_the_examples_in_the_docstrings_of_the_operators(name: str) -> None:
    module = importlib.import_module(OF_NAME[name].changes.__module__)
    result = doctest.testmod(module, extraglobs={"show": partial(show, OF_NAME[name])})
    assert (result.failed, result.attempted > 0) == (0, True)


@pytest.mark.parametrize("name", [module.name for module in pkgutil.iter_modules(mutants.__path__)])
def test_the_examples_in_the_other_docstrings(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"dbt_ai.sql.mutants.{name}")).failed == 0
