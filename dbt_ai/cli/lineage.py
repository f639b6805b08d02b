"""`dbtai lineage`: where a column comes from and what depends on it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from dbt_ai.cli.options import Place, project_options
from dbt_ai.cli.output import format_option, output_option
from dbt_ai.errors import UsageError
from dbt_ai.project.values import ProjectReader


@click.command("lineage")
@click.argument("column")
@project_options
@format_option("svg", "html")
@output_option
def command(
    column: str,
    place: Place,
    form: str,
    output: Path | None,
) -> None:
    """Show the path of COLUMN (`orders.amount`) up to the sources and down to everything made from it.

    Each step says how the value takes part: passed through, renamed, cast, aggregated, computed.
    """
    from dbt_ai.cli.jobs import read_project

    sys.exit(run_lineage(read_project(*place), column, form, output))


def run_lineage(reader: ProjectReader, column: str, form: str, output: Path | None) -> int:
    """Tells the path of one column and returns the exit code."""
    from dbt_ai.cli.jobs import progress_of
    from dbt_ai.cli.output import check_output, write_text
    from dbt_ai.report.lineage_picture import picture_html, picture_json, picture_svg
    from dbt_ai.report.lineage_text import lineage_text
    from dbt_ai.tasks.lineage import column_path

    check_output(output)
    with progress_of() as progress:
        path, names = column_path(reader, column, progress)
    if form == "json":
        text = picture_json(path)
    else:
        text = {"text": lineage_text, "svg": picture_svg, "html": picture_html}[form](path, names)
    if output is None:
        write_text(text.rstrip("\n") + "\n", sys.stdout)
        return 0
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"The lineage cannot be written to {output}: {error.strerror}.") from error
    return 0
