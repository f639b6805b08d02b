"""What tests notice of faults that are tried on a model. Cases: trials.yml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from dbt_ai.checks.data_tests import DataCheck
from dbt_ai.checks.data_tests.staging import MAX_ROWS
from dbt_ai.checks.data_tests.trials import Read, try_model, try_relation
from dbt_ai.checks.sandbox import open_memory
from dbt_ai.sql.values import Relation

CASES = yaml.safe_load(Path(__file__).with_name("trials.yml").read_text(encoding="utf-8"))
RAW = Relation("source.raw", ("scratch", "main", "raw"))
QUALIFIED = 'scratch.main."raw"'


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_what_a_test_notices(case: dict[str, Any]) -> None:
    checks = [DataCheck(test["kind"], test.get("column"), test.get("arguments", {})) for test in case["tests"]]
    with open_memory(["scratch"]) as sandbox:
        sandbox.connection.execute(f"CREATE TABLE raw AS {case['raw']}")
        sql = case["sql"].replace("from raw", f"from {QUALIFIED}")
        tried = try_model(sandbox.connection, sql, [Read(RAW)], checks)
        assert sandbox.run("select count(*) from duckdb_tables() where temporary") == [(0,)]
    assert tried.notice is None
    for place, test in enumerate(case["tests"]):
        by = {trial.fault for trial in tried.trials if place in trial.caught}
        if test.get("never"):
            assert not by
        else:
            assert set(test.get("by", [])) <= by
            assert by


def test_what_a_parents_test_notices_is_told_apart() -> None:
    with open_memory(["scratch"]) as sandbox:
        sandbox.connection.execute("CREATE TABLE raw AS SELECT i AS id FROM range(20) t(i)")
        checks = [DataCheck("not_null", "id")]
        above = Read(RAW, checks=(DataCheck("not_null", "id"),))
        tried = try_model(sandbox.connection, f"SELECT id FROM {QUALIFIED}", [above], checks)
    nulls = next(trial for trial in tried.trials if trial.fault == "nulls")
    assert nulls.above
    assert nulls.caught == {0}


def test_rows_that_are_missing_where_a_test_refers_to() -> None:
    with open_memory(["scratch"]) as sandbox:
        sandbox.connection.execute("CREATE TABLE raw AS SELECT i AS id, i AS other_id FROM range(20) t(i)")
        sandbox.connection.execute("CREATE TABLE other AS SELECT i AS id FROM range(20) t(i)")
        check = DataCheck("relationships", "other_id", {"field": "id"}, references="other")
        tried = try_relation(sandbox.connection, Read(RAW, frozenset({"other_id"})), [check])
    assert {trial.fault for trial in tried.trials if trial.caught} >= {"missing rows", "orphans"}


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        (f"SELECT id, random() AS x FROM {QUALIFIED}", "others each time"),
        (f"SELECT nothing FROM {QUALIFIED}", "could not run"),
    ],
)
def test_a_model_that_cannot_be_tried_is_told(sql: str, says: str) -> None:
    with open_memory(["scratch"]) as sandbox:
        sandbox.connection.execute("CREATE TABLE raw AS SELECT i AS id FROM range(20) t(i)")
        tried = try_model(sandbox.connection, sql, [Read(RAW)], [DataCheck("not_null", "id")])
    assert not tried.trials
    assert says in (tried.notice or "")


def test_a_relation_of_very_many_rows_is_not_copied() -> None:
    with open_memory(["scratch"]) as sandbox:
        sandbox.connection.execute(f"CREATE VIEW raw AS SELECT i AS id FROM range({MAX_ROWS + 1}) t(i)")
        tried = try_relation(sandbox.connection, Read(RAW), [DataCheck("not_null", "id")])
    assert "more than 200,000 rows" in (tried.notice or "")
