"""Each kind of finding on data of its own: one SQL file a case, in a folder named after the code.

A case starts with comment lines: `looks at` (the relation), `finds` (comma-separated: a code and the column it is
about, or "nothing"), and where wanted `says` (the sentence), `unique [relation]` (a declared key) and `foreign key`
(column -> relation.column). Facts come from the SQL of the views. A new case needs no Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import pytest

from dbt_ai.evidence.findings import FINDERS, FindingContext, examine
from dbt_ai.evidence.profile import profile_relation, warehouse_columns
from dbt_ai.sql.facts import facts_of
from dbt_ai.sql.query import parse_query
from dbt_ai.sql.values import ColumnRef, ForeignKey, QueryFacts, Relation
from dbt_ai.values import Finding

FOLDER = Path(__file__).parent / "findings"
CASES = sorted(FOLDER.glob("*/*.sql"))
TOGETHER = {"nulls-since": {"nulls-since", "nulls-until"}, "text-numbers": {"text-numbers", "text-dates"}}


@dataclass(frozen=True)
class Case:
    """The head of a case file."""

    looks_at: str
    finds: tuple[str, ...]
    says: str | None = None
    unique: tuple[tuple[str, tuple[str, ...]], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    sql: str = field(default="", repr=False)


def read_case(path: Path) -> Case:
    text = path.read_text(encoding="utf-8")
    heads = re.findall(r"^-- (looks at|finds|says|unique|foreign key)( \w+)?: (.+)$", text, re.MULTILINE)
    one = {key: value for key, _, value in heads}
    finds = () if one["finds"] == "nothing" else tuple(part.strip() for part in one["finds"].split(","))
    unique = tuple(
        (relation.strip() or one["looks at"], tuple(part.strip() for part in value.split(",")))
        for key, relation, value in heads
        if key == "unique"
    )
    keys = []
    for key, _, value in heads:
        if key == "foreign key":
            child, parent, column = re.split(r" -> |\.", value)
            keys.append(ForeignKey((child,), (ColumnRef(parent, column),)))
    return Case(one["looks at"], finds, one.get("says"), unique, tuple(keys), text)


def examine_case(case: Case, connection: duckdb.DuckDBPyConnection) -> tuple[Finding, ...]:
    connection.execute(case.sql)
    names = [row[0] for row in connection.execute("SELECT table_name FROM information_schema.tables").fetchall()]
    bare = {name: Relation(name, (None, None, name)) for name in names}
    columns = warehouse_columns(connection, bare.values())
    relations = {
        name: replace(
            relation,
            columns=columns[name],
            columns_from="warehouse",
            unique_keys=tuple(key for owner, key in case.unique if owner == name),
            foreign_keys=case.foreign_keys if name == case.looks_at else (),
        )
        for name, relation in bare.items()
    }
    facts: dict[str, QueryFacts] = {}
    for name, sql in re.findall(r"create view (\w+) as\s+(.+?);", case.sql, re.DOTALL):
        facts[name] = facts_of(parse_query(sql, "duckdb", relations.values()))
    profiles = {name: profile_relation(connection, relation) for name, relation in relations.items()}
    context = FindingContext(relations=relations, profiles=profiles, facts=facts)
    examination = examine(connection, relations[case.looks_at], profiles[case.looks_at], context)
    assert examination.notices == ()
    return examination.findings


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        yield connection


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_case(path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    case = read_case(path)
    codes = TOGETHER.get(path.parent.name, {path.parent.name})
    found = [finding for finding in examine_case(case, connection) if finding.code in codes]
    told = sorted(" ".join((finding.code, *finding.columns[:1])) for finding in found)
    assert told == sorted(case.finds), [finding.sentence for finding in found]
    if case.says is not None:
        assert case.says in [finding.sentence for finding in found]
    for finding in found:
        # The SQL that a finding shows is SQL that anybody can run.
        if finding.sql:
            connection.execute(finding.sql)


def test_every_finder_has_cases_that_find_and_cases_that_do_not() -> None:
    kinds = {finder.__name__.replace("_", "-") for finder in FINDERS}
    assert {path.name for path in FOLDER.iterdir()} == kinds
    for kind in kinds:
        cases = [read_case(path) for path in (FOLDER / kind).glob("*.sql")]
        assert any(case.finds for case in cases), kind
        assert any(not case.finds for case in cases), kind


def test_relation_that_changed_under_the_examination_is_told_not_raised(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "create table orders as select i as order_id, 5 as amount from range(50) t(i) union all select 1, 5"
    )
    relation = Relation("orders", (None, None, "orders"))
    profile = profile_relation(connection, relation)
    connection.execute("drop table orders")
    examination = examine(connection, relation, profile, FindingContext())
    assert examination.notices
    assert all("orders could not be examined for" in notice for notice in examination.notices)


def test_nothing_is_asked_when_the_time_is_over(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create table orders as select 1 as order_id from range(50)")
    relation = Relation("orders", (None, None, "orders"))
    examination = examine(connection, relation, profile_relation(connection, relation), FindingContext(), budget=-1)
    assert examination.findings == ()
    assert len(examination.notices) == len(FINDERS)
