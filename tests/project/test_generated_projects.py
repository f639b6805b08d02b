"""The projects that benchmarks run on: valid, the same for the same seed, and what they say of themselves is true."""

from __future__ import annotations

from pathlib import Path

import duckdb

from benchmarks.__main__ import main
from benchmarks.lineage import from_generated
from benchmarks.projects import DATABASE, generate, plan


def test_every_model_runs_and_has_the_columns_it_says(tmp_path: Path) -> None:
    project = plan(tmp_path, models=80, columns=9, seed=3)
    compiled = project.compiled()
    with duckdb.connect(":memory:") as database:
        database.execute(f"attach ':memory:' as {DATABASE}; use {DATABASE}; {project.source_ddl()}")
        for model in project.models:
            database.execute(f"create view {DATABASE}.main.{model.name} as {compiled[model.unique_id]}")
            described = database.execute(f"describe {DATABASE}.main.{model.name}").fetchall()
            assert [row[0] for row in described] == [name for name, _ in model.columns]
    assert len(project.models) == 80


def test_the_same_seed_writes_the_same_files(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        generate(tmp_path / folder, models=20, columns=6, seed=5)
    one, two = (
        {path.relative_to(tmp_path / f): path.read_bytes() for path in (tmp_path / f).rglob("*.*")}
        for f in ("one", "two")
    )
    assert one == two
    assert len([path for path in one if path.suffix == ".sql" and path.parts[0] == "models"]) == 20


def test_a_workload_names_only_parents_that_it_has(tmp_path: Path) -> None:
    workload = from_generated(plan(tmp_path, models=20, columns=6, seed=5))
    assert {parent for model in workload["models"] for parent in model["parents"]} <= set(workload["relations"])


def test_an_unknown_benchmark_lists_the_names(capsys: object) -> None:
    assert main(["no-such-thing"]) == 2
    assert main([]) == 2
    told = capsys.readouterr().err  # type: ignore[attr-defined]
    assert "no benchmark 'no-such-thing'" in told
    assert "lineage" in told
