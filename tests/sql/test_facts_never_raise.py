"""facts_of gives what facts there are for any query that parses, and never an error."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from dbt_ai.sql.facts import facts_from_bytes, facts_of, facts_to_bytes
from dbt_ai.sql.query import QueryError, parse_query
from dbt_ai.sql.values import Relation
from tests.sql.facts.random_queries import RELATIONS, Generator
from tests.sql.test_facts_cases import relations

UNUSUAL = Path(__file__).parent / "facts" / "unusual.yml"


def _unusual() -> list[Any]:
    by_dialect = yaml.safe_load(UNUSUAL.read_text(encoding="utf-8"))
    return [pytest.param(d, sql, id=f"{d}: {sql[:60]}") for d, queries in by_dialect.items() for sql in queries]


@pytest.mark.parametrize(("dialect", "sql"), _unusual())
def test_unusual_queries(dialect: str, sql: str) -> None:
    query = parse_query(sql, dialect, relations())
    facts = facts_of(query)
    assert [column.name for column in facts.columns] == [name for name in query.columns if name != "*"]
    assert not [note for note in facts.notes if "was not understood" in note]
    assert facts_from_bytes(facts_to_bytes(facts)) == facts


def test_queries_with_a_part_cut_out() -> None:
    parsed = 0
    for seed in range(150):
        words = Generator(seed).query().sql.split()
        random = Random(seed)
        start = random.randrange(len(words))
        del words[start : start + random.randint(1, 4)]
        try:
            query = parse_query(" ".join(words), "duckdb", RELATIONS)
        except QueryError:
            continue
        parsed += 1
        facts_of(query)
    assert parsed > 20


def test_a_chain_that_doubles_stays_short() -> None:
    ctes = ["c0 as (select amount as x from orders)"]
    ctes += [f"c{number} as (select x + x as x from c{number - 1})" for number in range(1, 40)]
    facts = facts_of(parse_query(f"with {', '.join(ctes)} select * from c39", "duckdb", relations()))
    assert len(facts.columns[0].sql) < 10_000
    assert facts.columns[0].nullability.never


def test_thousands_of_columns() -> None:
    columns = tuple((f"c{number}", "INTEGER") for number in range(3000))
    wide = Relation("wide", (None, None, "wide"), columns, unique_keys=(("c0",),), not_null=frozenset({"c0"}))
    facts = facts_of(parse_query("with w as (select * from wide) select * from w where c1 = 1", "duckdb", [wide]))
    assert len(facts.columns) == 3000
    assert [key.columns for key in facts.keys] == [("c0",)]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{}", b"[1]", b"[0, {}]", b'[1, {"columns": [{"name": 3}]}]', b'[1, {"columns": 5}]',
        b'[1, {"other": 1}]',
        b"[1, []]", b"\xff",
    ],
)  # fmt: skip
def test_bytes_that_are_no_facts(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        facts_from_bytes(data)


@pytest.mark.parametrize("name", ["os.getcwd", "antigravity.x", "parse_one", "Expr.parse", "copy", "DataType.Kind"])
def test_bytes_name_no_code(name: str) -> None:
    facts = facts_of(parse_query("select amount + 1 as x from orders", "duckdb", relations()))
    encoded = json.loads(facts_to_bytes(facts))
    encoded[1]["columns"][0]["expression"][0]["c"] = name
    with pytest.raises(ValueError, match="no expression"):
        facts_from_bytes(json.dumps(encoded).encode())
