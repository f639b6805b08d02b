"""What the project's own rows add to a verdict on a changed model."""

from __future__ import annotations

from pathlib import Path

import duckdb

from dbt_ai.project.opening import open_project
from dbt_ai.sql.values import Relation
from dbt_ai.tasks.in_duckdb import InDuckDB
from dbt_ai.tasks.refactoring.proving import Prover
from dbt_ai.values import VerdictKind

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
