"""`dbtai test`: write the data tests a project lacks."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

import click

from dbt_ai.cli.options import format_option, output_option, project_options, selection_of, selection_options
from dbt_ai.project.values import ProjectReader, Selection

SEVERITIES = ("error", "warn")


@dataclass(frozen=True)
class TestCall:
    """The options of `test`, from either door."""

    __test__ = False  # pytest must not collect it

    selection: Selection = field(default_factory=Selection)
    severity: str | None = None
    dry_run: bool = False
    check: bool = False
    form: str = "text"
    output: Path | None = None


@click.command("test")
@project_options
@selection_options
@click.option(
    "--severity",
    type=click.Choice(SEVERITIES),
    help="Write it into each test. With warn, tests that fail today for a good reason are written, too.",
)
@click.option("--dry-run", is_flag=True, help="Print the unified diff, for git apply; write nothing.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a test would be written.")
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
    severity: str | None,
    dry_run: bool,
    check: bool,
    form: str,
    output: Path | None,
) -> None:
    """Write the data tests that nodes lack, each run on the data before it is written.

    Few and strong: left out is what cannot fail, what holds only by the luck of a small sample, and what notices
    nothing that another test does not. Tests of people are never touched or doubled, and one that was deleted does not
    come back.
    """
    from dbt_ai.cli.jobs import read_project

    reader = read_project(project_dir, profiles_dir, target)
    call = TestCall(selection_of(select, exclude, selector, state), severity, dry_run, check, form, output)
    sys.exit(run_test(reader, call))


def run_test(reader: ProjectReader, call: TestCall) -> int:
    """Tests the project of `reader`, prints the report, and returns the exit code."""
    from dbt_ai.cli.jobs import check_output, exit_code, progress_of, tell
    from dbt_ai.tasks.test import TestOptions, write_data_tests

    check_output(call.output)
    options = TestOptions(call.selection, not (call.dry_run or call.check), call.severity)
    with progress_of() as progress:
        report = write_data_tests(reader, options, progress)
    tell(report, call.form, call.output, diff_only=call.dry_run)
    return exit_code(report, check=call.check)
