"""`dbtai unit-test`: write the unit tests that models lack."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

import click

from dbt_ai.cli.options import Place, WriteOptions, project_options, selection_options, write_options
from dbt_ai.errors import UsageError
from dbt_ai.project.values import ProjectReader, Selection

MOST = 5


@dataclass(frozen=True)
class UnitTestCall:
    """The options of `unit-test`, from either door."""

    selection: Selection = field(default_factory=Selection)
    most: int | None = None
    writing: WriteOptions = field(default_factory=WriteOptions)


@click.command("unit-test")
@project_options
@selection_options
@click.option(
    "--most",
    type=click.IntRange(1),
    metavar="N",
    help=f"Write no more than N unit tests for a model (default: {MOST}).",
)
@write_options(
    "Print the unified diff, for git apply; write nothing.", "Write nothing; exit 1 if a unit test would be written."
)
def command(place: Place, selection: Selection, most: int | None, writing: WriteOptions) -> None:
    """Write the unit tests that models lack: a few rows each, on which a fault in the SQL would show.

    What is expected is what the model gives today, found by running it, never by a model's guess. Faults are put into
    the SQL one at a time; the fewest and smallest fixtures are looked for on which most of them show. Unit tests that
    are there count; one that was deleted does not come back. No data is needed.
    """
    from dbt_ai.cli.jobs import read_project

    sys.exit(run_unit_test(read_project(*place), UnitTestCall(selection, most, writing)))


def run_unit_test(reader: ProjectReader, call: UnitTestCall) -> int:
    """Writes unit tests for the project of `reader`, prints the report, and returns the exit code."""
    from dbt_ai.cli.jobs import finish, progress_of
    from dbt_ai.cli.output import check_output
    from dbt_ai.tasks.unit_test import UnitTestOptions, write_unit_tests

    if call.most is not None and call.most < 1:
        raise UsageError(f"most is a number of unit tests from 1 on, not {call.most}.")
    check_output(call.writing.output)
    options = UnitTestOptions(call.selection, call.writing.writes, call.most or MOST)
    with progress_of() as progress:
        report = write_unit_tests(reader, options, progress)
    return finish(report, call.writing)
