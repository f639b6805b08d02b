"""`dbtai mutate`: what today's tests notice of faults in the SQL."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from dbt_ai.cli.options import Place, project_options, selection_options
from dbt_ai.cli.output import format_option, output_option
from dbt_ai.project.values import ProjectReader, Selection


@click.command("mutate")
@project_options
@selection_options
@format_option()
@output_option
def command(
    place: Place,
    selection: Selection,
    form: str,
    output: Path | None,
) -> None:
    """Show how many faults in the SQL of the selected models their tests would notice.

    Each model is run on the data with one fault at a time (docs/mutation-operators.md). Told are the faults that no
    test notices, as diffs, what each test notices, and the tests that notice nothing or cannot fail. Nothing is
    written.
    """
    from dbt_ai.cli.jobs import read_project

    reader = read_project(*place)
    sys.exit(run_mutate(reader, selection, form, output))


def run_mutate(reader: ProjectReader, selection: Selection, form: str, output: Path | None) -> int:
    """Judges the tests of the project of `reader`, prints the report, and returns the exit code."""
    from dbt_ai.cli.jobs import progress_of
    from dbt_ai.cli.output import check_output, opened, write_text
    from dbt_ai.report.mutation_table import print_mutation, report_to_json
    from dbt_ai.tasks.mutate import mutate
    from dbt_ai.tasks.mutating.reasons import REASONS

    check_output(output)
    with progress_of() as progress:
        report = mutate(reader, selection, progress)
    with opened(output) as file:
        if form == "json":
            write_text(report_to_json(report) + "\n", file)
        else:
            print_mutation(report, dict(REASONS), file=file)
    return 0
