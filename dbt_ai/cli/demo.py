"""`dbtai demo`: see what happens on a small project."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import click


@click.command("demo")
@click.option("--folder", type=click.Path(path_type=Path), help="Where to put the demo project (must not exist yet).")
def command(folder: Path | None) -> None:
    """Build a small dbt project on DuckDB, run `dbt run-operation ai_document` in it, and show the diff.

    Needs dbt-duckdb (`pip install "dbtai[duckdb]"`), and no key. With `dbtai[local]` a small model on this machine is
    asked, too; its weights are fetched once, where they can be had.
    """
    from dbt_ai.demo import check_folder, run_demo

    place = folder or Path(tempfile.mkdtemp(prefix="dbtai-demo-")) / "bakery"
    check_folder(place)
    run_demo(place, click.echo, student_environment())


def student_environment() -> Mapping[str, str]:
    """The environment that lets a small model answer, fetched where it is not there; nothing where one is chosen
    already, none is wanted, or none can be had, which is told."""
    from importlib.util import find_spec

    from dbt_ai.cli.student import bar
    from dbt_ai.demo import PROJECT
    from dbt_ai.engines.local.catalog import DEFAULT, student_named
    from dbt_ai.engines.local.errors import StudentError
    from dbt_ai.engines.local.fetching import install
    from dbt_ai.engines.local.serving import check
    from dbt_ai.engines.local.starter import starter_for
    from dbt_ai.engines.local.store import in_use, installed
    from dbt_ai.engines.local.values import Weights
    from dbt_ai.project.settings import read_settings

    settings = read_settings(PROJECT)
    if settings.student or settings.student_base_url or settings.engine not in ("auto", "student") or in_use():
        return {}
    if find_spec("xllamacpp") is None:
        click.echo("A small model on this machine can say more: pip install 'dbtai[local]', and run this again.\n")
        return {}
    student, adapter = student_named(DEFAULT), starter_for(DEFAULT)
    if student is None or adapter is None:
        click.echo("All texts are derived: the small model has no adapter in this version, and says little without.\n")
        return {}
    try:
        found = next((one for one in installed() if one.name == DEFAULT), None)
        if found is None:
            click.echo(f"Fetching {DEFAULT} once: {student.bytes / 1e6:,.0f} MB, licence {student.licence}.\n")
            with bar(DEFAULT) as told:
                found = install(student, told, offline=settings.offline)
        check(Weights(found.file, adapter, found.memory_mb))
    except StudentError as error:
        click.echo(f"All texts are derived, as the small model cannot be had: {error}\n")
        return {}
    return {"DBTAI_STUDENT": DEFAULT}
