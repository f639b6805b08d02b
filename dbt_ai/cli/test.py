"""`dbtai test`: write the data tests a project lacks."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

import click

from dbt_ai.cli.options import Place, WriteOptions, project_options, selection_options, write_options
from dbt_ai.project.values import ProjectReader, Selection

SEVERITIES = ("error", "warn")


@dataclass(frozen=True)
class TestCall:
    """The options of `test`, from either door."""

    __test__ = False  # pytest must not collect it

    selection: Selection = field(default_factory=Selection)
    severity: str | None = None
    writing: WriteOptions = field(default_factory=WriteOptions)


@click.command("test")
@project_options
@selection_options
@click.option(
    "--severity",
    type=click.Choice(SEVERITIES),
    help="Write it into each test. With warn, tests that fail today for a good reason are written, too.",
)
@write_options(
    "Print the unified diff, for git apply; write nothing.", "Write nothing; exit 1 if a test would be written."
)
def command(place: Place, selection: Selection, severity: str | None, writing: WriteOptions) -> None:
    """Write the data tests that nodes lack, each run on the data before it is written.

    Few and strong: left out is what cannot fail, what holds only by the luck of a small sample, and what notices
    nothing that another test does not. Tests of people are never touched or doubled, and one that was deleted does not
    come back.
    """
    from dbt_ai.cli.jobs import read_project

    sys.exit(run_test(read_project(*place), TestCall(selection, severity, writing)))


def run_test(reader: ProjectReader, call: TestCall) -> int:
    """Tests the project of `reader`, prints the report, and returns the exit code."""
    from dbt_ai.cli.jobs import check_output, finish, progress_of
    from dbt_ai.tasks.test import TestOptions, write_data_tests

    check_output(call.writing.output)
    options = TestOptions(call.selection, call.writing.writes, call.severity)
    with progress_of() as progress:
        report = write_data_tests(reader, options, progress)
    return finish(report, call.writing)
