"""Claims read from texts and checked against SQL and data: each file of tests/checks/claims is one small world.

A file has `setup` (SQL that makes the parents), `model` (a name and its SELECT), what is known of the parents
(`relations`), and `cases`. `expect` lists "kind verdict [reason]" for every claim, "-" for none; names that exist are
left out. `arguments` gives the arguments of the first claim. `alone: true` checks without data.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from dbt_ai.checks.claims import CheckedSentence, ClaimContext, check_claims, contradictions, read_claims
from dbt_ai.checks.reasons import REASONS
from dbt_ai.sql.facts import facts_of
from dbt_ai.sql.lineage import trace
from dbt_ai.sql.query import parse_query
from dbt_ai.sql.values import ColumnRef, ForeignKey, Relation
from dbt_ai.values import ClaimKind, Target, VerdictKind

FOLDER = Path(__file__).parent / "claims"
FILES = sorted(FOLDER.glob("*.yml"))


def _relation(connection: duckdb.DuckDBPyConnection, name: str, known: dict[str, Any], prefix: str) -> Relation:
    columns = connection.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = ? ORDER BY ordinal_position",
        [name],
    ).fetchall()
    references = [
        ForeignKey((column,), (ColumnRef(f"model.p.{other.split('.')[0]}", other.split(".")[1]),))
        for column, other in known.get("references", {}).items()
    ]
    return Relation(
        key=f"{prefix}.p.{name}",
        parts=(None, None, name),
        columns=tuple(columns),
        columns_from="catalog",
        unique_keys=tuple(tuple(key) for key in known.get("unique", [])),
        not_null=frozenset(known.get("not_null", [])),
        foreign_keys=tuple(references),
        domains=tuple((column, tuple(map(str, values))) for column, values in known.get("values", {}).items()),
    )


@cache
def world(path: Path) -> tuple[dict[str, Any], duckdb.DuckDBPyConnection]:
    """A context without a column, as keyword arguments, and the database of one file."""
    given = yaml.safe_load(path.read_text("utf-8"))
    connection = duckdb.connect()
    connection.execute(given["setup"])
    prefix = given.get("parents", "model")
    tables = [row[0] for row in connection.execute("SHOW TABLES").fetchall()]
    known = given.get("relations", {})
    relations = {f"{prefix}.p.{name}": _relation(connection, name, known.get(name, {}), prefix) for name in tables}
    model, sql = given["model"]["name"], given["model"].get("sql")
    facts = lineage = None
    unique_id = f"model.p.{model}"
    if sql:
        query = parse_query(sql, "duckdb", list(relations.values()))
        facts, lineage = facts_of(query), trace(query)
        connection.execute(f'CREATE TABLE "{model}" AS {sql}')
    else:
        unique_id = f"{prefix}.p.{model}"
    relations[unique_id] = _relation(connection, model, given["model"], unique_id.split(".")[0])
    context = {
        "relation": f'"{model}"',
        "facts": facts,
        "lineage": lineage,
        "relations": relations,
        "quoted": {key: f'"{relation.parts[2]}"' for key, relation in relations.items()},
        "names": {relation.parts[2]: key for key, relation in relations.items()},
        "columns": {relation.parts[2]: tuple(n for n, _ in relation.columns) for relation in relations.values()},
        "entities": {noun: tuple(columns) for noun, columns in given.get("entities", {}).items()},
        "sql": sql,
        "dialect": "duckdb",
        "unique_id": unique_id,
    }
    return context, connection


def context_for(path: Path, column: str | None) -> ClaimContext:
    given = dict(world(path)[0])
    return ClaimContext(Target(given.pop("unique_id"), column), **given)


def told(sentences: tuple[CheckedSentence, ...]) -> list[str]:
    """Claims and verdicts as the case files write them."""
    return [
        " ".join(filter(None, (claim.kind.value, verdict.kind.value, verdict.reason)))
        for sentence in sentences
        for claim, verdict in zip(sentence.claims, sentence.verdicts, strict=True)
        if not (claim.kind is ClaimKind.NAMES and verdict.writable)
    ]


def _cases() -> list[Any]:
    found = []
    for path in FILES:
        for case in yaml.safe_load(path.read_text("utf-8"))["cases"]:
            found.append(pytest.param(path, case, id=f"{path.stem}: {case.get('column', '')} {case['text'][:60]}"))
    return found


@pytest.mark.parametrize(("path", "case"), _cases())
def test_case(path: Path, case: dict[str, Any]) -> None:
    context = context_for(path, case.get("column"))
    connection = None if case.get("alone") else world(path)[1]
    sentences = check_claims(read_claims(case["text"], context), context, connection)
    expected = case["expect"] if isinstance(case["expect"], list) else [case["expect"]]
    details = [
        (c.kind.value, c.arguments, v.detail) for s in sentences for c, v in zip(s.claims, s.verdicts, strict=True)
    ]
    assert told(sentences) == [line for line in expected if line != "-"], details
    if "arguments" in case:
        first = dict(sentences[0].claims[0].arguments)
        got = {name: list(first[name]) if isinstance(first[name], tuple) else first[name] for name in case["arguments"]}
        assert got == case["arguments"]


def test_there_are_many_cases_over_many_worlds() -> None:
    assert len(_cases()) >= 150
    assert len(FILES) >= 8


def test_every_kind_of_claim_is_met_with_a_true_and_a_false_text() -> None:
    expected = [parameters.values[1]["expect"] for parameters in _cases()]
    lines = {line for lines in expected for line in (lines if isinstance(lines, list) else [lines])}
    for kind in ClaimKind:
        assert (
            any(line.startswith((f"{kind.value} proved", f"{kind.value} holds")) for line in lines)
            or kind is ClaimKind.NAMES
        ), kind
        assert any(line.startswith(f"{kind.value} refuted") for line in lines), kind


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_sentences_stand_where_they_say(path: Path) -> None:
    for case in yaml.safe_load(path.read_text("utf-8"))["cases"]:
        for sentence in read_claims(case["text"], context_for(path, case.get("column"))):
            assert case["text"][sentence.start : sentence.end] == sentence.text


def test_contradictions_are_the_refuted_claims_only() -> None:
    context = context_for(FOLDER / "shop_orders.yml", "status")
    text = "One of 'new' or 'lost'. Set by the till. Never NULL."
    found = contradictions(text, context, world(FOLDER / "shop_orders.yml")[1])
    assert {claim.kind for claim, _ in found} == {ClaimKind.ONE_OF}
    assert all(verdict.kind is VerdictKind.REFUTED for _, verdict in found)


def test_what_may_be_outside_the_project_is_no_contradiction() -> None:
    connection = world(FOLDER / "shop_orders.yml")[1]
    context = context_for(FOLDER / "shop_orders.yml", "status")
    assert contradictions("Comes from `auth_user.id` of the shop's own database.", context, connection) == ()
    assert contradictions("Set by `till_status`.", context, connection) == ()
    to_come = "One of " + ", ".join(f"'{value}'" for value in ("new", "paid", "returned", "sent", "lost")) + "."
    assert all(verdict.reason != "unknown-value" for _, verdict in contradictions(to_come, context, connection))


def test_a_query_that_takes_too_long_leaves_the_claim_unproven() -> None:
    connection = duckdb.connect()
    connection.execute(
        "CREATE VIEW slow AS SELECT (a.i * b.i * c.i) % 7919 AS id "
        "FROM range(9000) a(i), range(9000) b(i), range(90) c(i)"
    )
    context = ClaimContext(Target("model.p.slow", "id"), relation="slow")
    (sentence,) = check_claims(read_claims("Unique.", context), context, connection, seconds=0.3)
    assert [verdict.reason for verdict in sentence.verdicts] == ["time-limit"]
    assert connection.execute("SELECT 1").fetchone() == (1,)


def test_names_are_quoted_and_counterexamples_are_few() -> None:
    connection = duckdb.connect()
    connection.execute('CREATE TABLE "odd ""table" AS SELECT NULL AS "select ""x", i FROM range(20) r(i)')
    context = ClaimContext(Target("model.p.odd", 'select "x'), relation='"odd ""table"')
    (sentence,) = check_claims(read_claims("Never NULL.", context), context, connection)
    (verdict,) = sentence.verdicts
    assert verdict.kind is VerdictKind.REFUTED
    assert len(verdict.rows) == 5
    assert "20 of 20 rows" in verdict.detail


def test_a_relation_that_is_gone_leaves_the_claim_unproven() -> None:
    context = ClaimContext(Target("model.p.gone", "id"), relation='"gone"')
    (sentence,) = check_claims(read_claims("Never NULL.", context), context, duckdb.connect())
    assert sentence.verdicts[0].reason == "query-failed"
    assert not sentence.writable


_SCRAPS = """
One row per order and customer , . ; : ( ) ' ` never NULL when if for unless is not one of between 0 and 100 'paid'
`status` `order_id` orders without payments sum of amount in cents divided by unique identifier true where either or
possible values are always defaults to from `stg_orders.order_id` foreign key to customers at least 3 sorted excludes
only rows with has no matching row in `stg_payments` {x} \\ % '' `` … é payments. minutes UTC percent (new, paid) per
"""
_WORDS = sorted(set(_SCRAPS.split()))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(_WORDS), max_size=14), st.sampled_from([None, "status", "amount", "is_paid", "settled_on"])
)
def test_no_text_makes_reading_or_checking_fail(words: list[str], column: str | None) -> None:
    path = FOLDER / "shop_orders.yml"
    context = context_for(path, column)
    text = " ".join(words)
    for sentence in check_claims(read_claims(text, context), context, world(path)[1]):
        assert len(sentence.claims) == len(sentence.verdicts)
        for verdict in sentence.verdicts:
            assert verdict.reason is None or verdict.reason in REASONS
            assert len(verdict.rows) <= 5
            assert verdict.writable == (verdict.reason is None)


@pytest.mark.parametrize(
    "hostile", ["'" * 400, "`" * 399, "(" * 400, "one of " + "a, " * 300, "NULL when " + "' a" * 300, "per x " * 200]
)
def test_hostile_texts_are_read_in_no_time(hostile: str) -> None:
    context = context_for(FOLDER / "shop_orders.yml", "status")
    assert "".join(sentence.text for sentence in read_claims(hostile, context))
