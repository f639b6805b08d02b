"""`dbtai demo`: see what happens on a small project."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click


@click.command("demo")
@click.option("--folder", type=click.Path(path_type=Path), help="Where to put the demo project (must not exist yet).")
def command(folder: Path | None) -> None:
    """Build a small dbt project on DuckDB, run `dbt run-operation ai_document` in it, and show the diff.

    Needs dbt-duckdb (`pip install "dbtai[duckdb]"`), no key and no network.
    """
    from dbt_ai.demo import run_demo

    run_demo(folder or Path(tempfile.mkdtemp(prefix="dbtai-demo-")) / "bakery", click.echo)
