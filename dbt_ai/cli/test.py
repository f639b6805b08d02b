"""`dbtai test`: write the data tests a project lacks."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

import click

from dbt_ai.cli.options import (
    AskOptions,
    Place,
    WriteOptions,
    ask_options,
    project_options,
    selection_options,
    write_options,
)
from dbt_ai.project.values import ProjectReader, Selection

SEVERITIES = ("error", "warn")
PLACES = ("duckdb", "warehouse")


@dataclass(frozen=True)
class TestCall:
    """The options of `test`, from either door."""

    __test__ = False  # pytest must not collect it

    selection: Selection = field(default_factory=Selection)
    asking: AskOptions = field(default_factory=AskOptions)
    severity: str | None = None
    writing: WriteOptions = field(default_factory=WriteOptions)
    where: str = PLACES[0]


@click.command("test")
@project_options
@selection_options
@ask_options
@click.option(
    "--severity",
    type=click.Choice(SEVERITIES),
    help="Write it into each test. With warn, tests that fail today for a good reason are written, too.",
)
@click.option(
    "--where",
    type=click.Choice(PLACES),
    default=PLACES[0],
    show_default=True,
    help="With warehouse, what holds on the copy of another warehouse's data is run once more there, on all rows.",
)
@write_options(
    "Print the unified diff, for git apply, and an estimate; write and send nothing.",
    "Write nothing; exit 1 if a test would be written.",
)
def command(
    place: Place, selection: Selection, asking: AskOptions, severity: str | None, where: str, writing: WriteOptions
) -> None:
    """Write the data tests that nodes lack, each run on the data before it is written.

    Few and strong: left out is what cannot fail, what holds only by the luck of a small sample, and what notices
    nothing that another test does not. Tests of people are never touched or doubled, and one that was deleted does not
    come back. Where an engine is at hand, it is asked for rules of the business that the SQL and the docs imply; what
    it proposes is tried as all others are.
    """
    from dbt_ai.cli.jobs import read_project

    sys.exit(run_test(read_project(*place), TestCall(selection, asking, severity, writing, where)))


def run_test(reader: ProjectReader, call: TestCall) -> int:
    """Tests the project of `reader`, prints the report, and returns the exit code."""
    from dbt_ai.cli.jobs import Job, run_asking
    from dbt_ai.tasks.test import TestOptions, write_data_tests
    from dbt_ai.values import Report

    def job(given: Job) -> Report:
        classifies = given.settings.engine == "student"
        options = TestOptions(call.selection, given.writes, call.severity, given.only_asks, call.where, classifies)
        engines = given.engines
        return write_data_tests(reader, options, given.progress, asking=engines.asking, notices=engines.told)

    return run_asking(reader, call.asking, call.writing, job, tells_no_key=False, classifies=True)
