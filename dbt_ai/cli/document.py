"""`dbtai document`: write the descriptions a project lacks."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from dbt_ai.cli.options import (
    SeveralValues,
    format_option,
    output_option,
    project_options,
    selection_of,
    selection_options,
)
from dbt_ai.project.settings import CHOICES


@click.command("document")
@project_options
@selection_options
@click.option(
    "--engine", type=click.Choice(CHOICES["engine"]), help="Who may answer: derived needs no model [default: auto]."
)
@click.option(
    "--effort",
    type=click.Choice(CHOICES["effort"]),
    help="How hard the reasoning model thinks; auto: by how hard a node is; research: it may look into the data.",
)
@click.option(
    "--max-effort", type=click.Choice(CHOICES["max_effort"]), help="The most that auto chooses [default: high]."
)
@click.option("--max-cost", type=float, metavar="USD", help="The most that this run may cost, in US dollars.")
@click.option(
    "--dry-run", is_flag=True, help="Print the unified diff, for git apply, and an estimate; write and send nothing."
)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if something would be written or is stale.")
@click.option("--strict", is_flag=True, help="With --check, a gap that no engine at hand can fill fails, too.")
@click.option("--show-prompts", is_flag=True, help="Print exactly what would be sent; write and send nothing.")
@click.option(
    "--export-requests",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write what would be sent as a file in OpenAI's Batch format; write and send nothing else.",
)
@click.option(
    "--import-answers",
    cls=SeveralValues,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE...",
    help="Read answers from output files of a Batch, and send nothing.",
)
@format_option()
@output_option
def command(
    project_dir: Path | None,
    profiles_dir: Path | None,
    target: str | None,
    select: tuple[str, ...],
    exclude: tuple[str, ...],
    selector: str | None,
    state: Path | None,
    engine: str | None,
    effort: str | None,
    max_effort: str | None,
    max_cost: float | None,
    dry_run: bool,
    check: bool,
    strict: bool,
    show_prompts: bool,
    export_requests: Path | None,
    import_answers: tuple[Path, ...],
    form: str,
    output: Path | None,
) -> None:
    """Write the descriptions that nodes and columns lack, each checked before it is written.

    What people wrote is never touched. Every line that lands says something that follows from the SQL or holds on the
    data; what cannot be said truly is left open and told.
    """
    from dbt_ai.cli.jobs import DocumentCall, read_project, run_document

    reader = read_project(project_dir, profiles_dir, target)
    call = DocumentCall(
        selection=selection_of(select, exclude, selector, state),
        engine=engine,
        effort=effort,
        max_effort=max_effort,
        max_cost=max_cost,
        dry_run=dry_run,
        check=check,
        strict=strict,
        show_prompts=show_prompts,
        export_requests=export_requests,
        import_answers=import_answers,
        form=form,
        output=output,
    )
    sys.exit(run_document(reader, call))
