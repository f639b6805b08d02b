"""`dbtai unit-test`: write the unit tests that models lack."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

import click

from dbt_ai.cli.options import format_option, output_option, project_options, selection_of, selection_options
from dbt_ai.errors import UsageError
from dbt_ai.project.values import ProjectReader, Selection

MOST = 5


@dataclass(frozen=True)
class UnitTestCall:
    """The options of `unit-test`, from either door."""

    selection: Selection = field(default_factory=Selection)
    most: int | None = None
    dry_run: bool = False
    check: bool = False
    form: str = "text"
    output: Path | None = None


@click.command("unit-test")
@project_options
@selection_options
@click.option(
    "--most",
    type=click.IntRange(1),
    metavar="N",
    help=f"Write no more than N unit tests for a model (default: {MOST}).",
)
@click.option("--dry-run", is_flag=True, help="Print the unified diff, for git apply; write nothing.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a unit test would be written.")
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
    most: int | None,
    dry_run: bool,
    check: bool,
    form: str,
    output: Path | None,
) -> None:
    """Write the unit tests that models lack: a few rows each, on which a fault in the SQL would show.

    What is expected is what the model gives today, found by running it, never by a model's guess. Faults are put into
    the SQL one at a time; the fewest and smallest fixtures are looked for on which most of them show. Unit tests that
    are there count; one that was deleted does not come back. No data is needed.
    """
    from dbt_ai.cli.jobs import read_project

    reader = read_project(project_dir, profiles_dir, target)
    call = UnitTestCall(selection_of(select, exclude, selector, state), most, dry_run, check, form, output)
    sys.exit(run_unit_test(reader, call))


def run_unit_test(reader: ProjectReader, call: UnitTestCall) -> int:
    """Writes unit tests for the project of `reader`, prints the report, and returns the exit code."""
    from dbt_ai.cli.jobs import check_output, exit_code, progress_of, tell
    from dbt_ai.tasks.unit_test import UnitTestOptions, write_unit_tests

    if call.most is not None and call.most < 1:
        raise UsageError(f"most is a number of unit tests from 1 on, not {call.most}.")
    check_output(call.output)
    options = UnitTestOptions(call.selection, not (call.dry_run or call.check), call.most or MOST)
    with progress_of() as progress:
        report = write_unit_tests(reader, options, progress)
    tell(report, call.form, call.output, diff_only=call.dry_run)
    return exit_code(report, check=call.check)
