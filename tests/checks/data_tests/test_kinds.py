"""Every kind of data test on rows, and what becomes of those that cannot be run. Cases: kinds.yml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from dbt_ai.checks.data_tests import KINDS, DataCheck, run_check
from dbt_ai.checks.sandbox import Sandbox, open_memory
from dbt_ai.values import VerdictKind

CASES = yaml.safe_load(Path(__file__).with_name("kinds.yml").read_text(encoding="utf-8"))


def make(connection: duckdb.DuckDBPyConnection, name: str, rows: list[dict[str, Any]]) -> None:
    """A table with these rows."""
    columns = list(rows[0])
    literals = [
        "("
        + ", ".join(
            "NULL" if row[c] is None else repr(row[c]) if not isinstance(row[c], str) else _text(row[c])
            for c in columns
        )
        + ")"
        for row in rows
    ]
    connection.execute(
        f"CREATE TABLE {name} AS SELECT * FROM (VALUES {', '.join(literals)}) AS v({', '.join(columns)})"
    )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["kind"])
def test_a_kind_finds_the_rows_that_fail(case: dict[str, Any]) -> None:
    with open_memory(["scratch"]) as sandbox:
        make(sandbox.connection, "tested", case["rows"])
        make(sandbox.connection, "other", case.get("other", [{"k": 1}]))
        check = DataCheck(case["kind"], case.get("column"), case.get("arguments", {}), case.get("where"), "other")
        verdict = run_check(check, "tested", sandbox)
        assert sandbox.run("select count(*) from tested") == [(len(case["rows"]),)]
    if case["fails"] == "unknown":
        assert verdict.kind is VerdictKind.UNPROVEN
        assert verdict.reason in ("unknown-test", "query-failed")
    elif case["fails"]:
        assert verdict.kind is VerdictKind.REFUTED
        assert verdict.detail.startswith(f"{case['fails']} row")
        assert 0 < len(verdict.rows) <= 5
    else:
        assert verdict.kind is VerdictKind.HOLDS, verdict.detail


def test_every_kind_has_a_case() -> None:
    assert {case["kind"] for case in CASES} - {"somebodys.own_test"} >= set(KINDS) - {
        "dbt_expectations.expression_is_true"
    }


def test_a_test_that_takes_too_long_is_stopped_and_told() -> None:
    with open_memory(["scratch"]) as sandbox:
        slow = Sandbox(sandbox.connection, timeout=0.2)
        sandbox.connection.execute(
            "CREATE VIEW tested AS SELECT a.range + b.range AS x FROM range(200000) a, range(200000) b"
        )
        verdict = run_check(DataCheck("unique", "x"), "tested", slow)
    assert (verdict.kind, verdict.reason) == (VerdictKind.UNPROVEN, "time-limit")
