"""Refactoring a project on Postgres: what DuckDB can speak for is written, and the server's tables stay the same."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dbt_ai.tasks.refactoring.elsewhere import other_columns
from tests.integration_project.build import run_dbt
from tests.tasks.replica.test_postgres import of_server, opened

Dbtai = Callable[..., "subprocess.CompletedProcess[str]"]

# Models with a smell, and the rules that are written.
SMELLS = {
    "call_hours": (
        """with ships as (select ship_id, launched from {{ source('raw', 'ships') }}),
calls as (
    select call_id, ship, minutes / 60 as hours, paid_cents::numeric / 100 as paid, arrived
    from {{ source('raw', 'calls') }}
)
select calls.call_id, calls.hours, calls.paid, date_trunc('month', calls.arrived) as month
from calls
left join ships on calls.ship = ships.ship_id
""",
        ["unused-column", "unused-cte", "unused-join"],
    ),
    "longest_calls": (
        """select call_id, minutes
from (
    select call_id, minutes, quay
    from {{ source('raw', 'calls') }}
    where minutes > 100 and quay > 'Q0'
) as long_calls
order by minutes desc nulls last, call_id
limit 5
""",
        ["nested-subquery", "unused-column"],
    ),
    "later_calls": (
        """{{ config(materialized='incremental', unique_key='call_id') }}
with ships as (select ship_id from {{ source('raw', 'ships') }}),
calls as (select call_id, arrived::date as day from {{ source('raw', 'calls') }})
select call_id, day from calls
{% if is_incremental() %}where call_id > (select max(call_id) from {{ this }}){% endif %}
""",
        ["unused-cte"],
    ),
}
STAY = {
    "searched": ("select to_tsvector('english', note)::text as a from t", "query-failed"),
    "encoded": ("select encode(note::bytea, 'hex') as a from t", "not-translated"),
    "shuffled": ("select note from t order by random()", "non-deterministic"),
}
MONTH = "date_trunc('month', launched)"
UNREAD = "with unread as (select 1 as a), t as (select note from {{ source('raw', 'ships') }})\n"


def plant(folder: Path, models: dict[str, str]) -> None:
    for name, text in models.items():
        (folder / "models" / f"{name}.sql").write_text(text, encoding="utf-8")


def outcomes(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["outcomes"]
    return found


def rows(folder: Path, names: list[str]) -> dict[str, Any]:
    reader = opened(folder)
    return {name: of_server(reader, f"model.harbour.{name}") for name in names}


def test_the_server_has_the_same_tables_after_it(harbour: Path, dbtai: Dbtai) -> None:
    plant(harbour, {name: text for name, (text, _) in SMELLS.items()})
    run_dbt(harbour, "run", "--select", *SMELLS)
    before = rows(harbour, [*SMELLS])
    found = outcomes(dbtai(harbour, "refactor", "-s", *SMELLS, "--format", "json"))
    written: dict[str, list[str]] = {}
    for one in found:
        assert one["outcome"] == "written", one
        assert [verdict["where"] for verdict in one["verdicts"]] == ["transpiled"]
        assert "translated from postgres" in one["verdicts"][0]["detail"]
        written.setdefault(one["node"].rpartition(".")[2], []).append(one["text"])
    assert {name: sorted(rules) for name, rules in written.items()} == {n: rules for n, (_, rules) in SMELLS.items()}
    run_dbt(harbour, "run", "--select", *SMELLS)
    assert rows(harbour, [*SMELLS]) == before
    run_dbt(harbour, "run", "--full-refresh", "--select", *SMELLS)
    assert rows(harbour, [*SMELLS]) == before


def test_what_duckdb_cannot_speak_for_stays(harbour: Path, dbtai: Dbtai) -> None:
    plant(harbour, {name: UNREAD + text for name, (text, _) in STAY.items()})
    found = outcomes(dbtai(harbour, "refactor", "-s", *STAY, "--format", "json"))
    assert {one["node"].rpartition(".")[2]: one["reason"] for one in found} == {
        n: code for n, (_, code) in STAY.items()
    }
    for name, (text, _) in STAY.items():
        assert (harbour / "models" / f"{name}.sql").read_text(encoding="utf-8") == UNREAD + text


def test_the_server_has_the_last_word_on_columns(built_harbour: Path) -> None:
    """DuckDB keeps a date that is truncated, and has a function that Postgres has not."""
    pairs = {
        "same": [("select 1 as a", "select 2 as a")],
        "type": [(f"select {MONTH} as m from raw.ships", f"select {MONTH}::date as m from raw.ships")],
        "function": [("select 1 as a", "select list_sum([1]) as a")],
        "first fails": [("select nothing from raw.ships", "select 1 as a")],
    }
    told = other_columns(opened(built_harbour), pairs)
    assert set(told) == {"type", "function"}
    assert told["type"].startswith("In the warehouse its columns are m DATE rather than m DATETIME")
    assert told["function"].startswith("The warehouse cannot run it: ")


def test_without_a_connection_the_report_says_so(harbour: Path, dbtai: Dbtai, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARBOUR_HOST", "/nowhere")
    done = dbtai(harbour, "refactor", "-s", "stg_calls", "--format", "json")
    assert outcomes(done) == []
    assert any("nothing that is written was run there" in notice for notice in json.loads(done.stdout)["notices"])
