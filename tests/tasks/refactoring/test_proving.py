"""What the project's own rows add to a verdict on a changed model."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import duckdb

from dbt_ai.engines.openai_engine import OpenAIEngine
from dbt_ai.engines.settings import EngineSettings
from dbt_ai.project.opening import open_project
from dbt_ai.sql.values import Relation
from dbt_ai.tasks.distinguishing import asked_about
from dbt_ai.tasks.in_duckdb import InDuckDB
from dbt_ai.tasks.refactoring.proving import Prover
from dbt_ai.tasks.sending import send
from dbt_ai.tasks.tiers import Asking, PromptOptions, Tier
from dbt_ai.values import VerdictKind
from tests.servers.loopback_api import LoopbackAPI

_CRATES = Relation(
    "crates",
    ("orchard", "main", "crates"),
    (("crate_id", "INTEGER"), ("picker_id", "INTEGER"), ("note", "VARCHAR")),
)
_MANY = "select note from {{ ref('crates') }} group by note having count(*) > "


def test_the_rows_of_the_project_decide_what_no_generated_database_reaches(orchard: Path) -> None:
    with duckdb.connect(str(orchard / "orchard.duckdb")) as connection:
        connection.execute(
            "insert into crates select 100 + i, 1, 10, date '2024-09-06', 1, 'dry' from range(40) as t(i)"
        )
    reader = open_project(orchard, orchard)
    node = reader.project.nodes["model.orchard.by_variety"]
    prover = Prover(reader, node, {"crates": _CRATES}, InDuckDB(reader.project))
    same = prover.compare(f"{_MANY} 30", f"{_MANY} 35", ())
    assert (same.kind, same.reason) == (VerdictKind.HOLDS, "same-on-data")
    other = prover.compare(f"{_MANY} 30", f"{_MANY} 50", ())
    assert (other.kind, other.reason) == (VerdictKind.REFUTED, "other-rows-on-data")
    assert "one gives 1 row and the other 0" in other.detail
    assert "dry" not in f"{other.detail} {other.basis} {other.rows}", "rows of the project are told to nobody"


def test_a_database_that_a_model_suggests_tells_apart_what_nothing_else_does(orchard: Path, tmp_path: Path) -> None:
    before = "select note from {{ ref('crates') }} where ascii(note) is distinct from 8364"
    after = "select note from {{ ref('crates') }}"
    reader = open_project(orchard, orchard)
    node = reader.project.nodes["model.orchard.by_variety"]
    suggested = {"table": "crates", "columns": ["crate_id", "note"], "rows": [{"cells": ["1", "€"]}]}
    with LoopbackAPI(lambda received: {"databases": [{"why": "A sign", "tables": [suggested]}]}) as api:
        engine = OpenAIEngine(EngineSettings(model="played", base_url=api.base_url, retries=0), {})
        asking = Asking((Tier("reasoning", engine, "low"),), PromptOptions(), send(1))
        relations, in_duckdb = {"crates": _CRATES}, InDuckDB(reader.project)
        alone = Prover(reader, node, relations, in_duckdb)
        assert alone.compare(before, after, ()).kind is VerdictKind.BOUNDED
        assert not api.received
        prover = Prover(
            reader, node, relations, in_duckdb, distinguish=partial(asked_about, asking, node.unique_id, None)
        )
        found = prover.compare(before, after, ())
    assert (found.kind, found.reason) == (VerdictKind.REFUTED, "other-rows")
    assert "€" in found.detail


def test_a_condition_within_an_expression_is_compiled_both_ways(orchard: Path) -> None:
    reader = open_project(orchard, orchard)
    node = reader.project.nodes["model.orchard.by_variety"]
    prover = Prover(reader, node, {"crates": _CRATES}, InDuckDB(reader.project))
    read = "select {{ 'crate_id' if not var('with_weight') else 'no' ~ 'te' }} as a from c"
    before = f"with c as (select crate_id, note from {{{{ ref('crates') }}}}) {read}"
    left = prover.compare(before, before.replace(", note", ""), ())
    assert (left.kind, left.reason) == (VerdictKind.UNPROVEN, "query-failed")
    assert prover.compare(before, before.replace("crate_id, note", "note, crate_id"), ()).kind is VerdictKind.PROVED
