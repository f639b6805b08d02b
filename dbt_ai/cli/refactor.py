"""`dbtai refactor`: shorter and cheaper SQL that is shown to give the same rows."""

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
from dbt_ai.cli.tolerance import tolerance_option
from dbt_ai.errors import UsageError
from dbt_ai.project.values import ProjectReader, Selection

_GIVE = "give --goal readable, cheaper, split, macro, or your own words"


@dataclass(frozen=True)
class RefactorCall:
    """The options of `refactor`, from either door."""

    selection: Selection = field(default_factory=Selection)
    goal: str | None = None
    asking: AskOptions = field(default_factory=AskOptions)
    writing: WriteOptions = field(default_factory=WriteOptions)
    tolerance: float | None = None


@click.command("refactor")
@project_options
@selection_options
@click.option(
    "--goal",
    metavar="GOAL",
    help="What the models are to become: readable, cheaper, split, macro, or any words for a reasoning engine.",
)
@tolerance_option
@ask_options
@write_options(
    "Print the unified diff, for git apply, and an estimate; write and send nothing.",
    "Write nothing; exit 1 if a change would be written.",
)
def command(
    place: Place,
    selection: Selection,
    goal: str | None,
    tolerance: float | None,
    asking: AskOptions,
    writing: WriteOptions,
) -> None:
    """Make the SQL of models shorter or cheaper, one small change at a time, each shown to keep the rows.

    Rules propose (docs/refactoring.md); both versions are compiled by dbt, as a first and as a later run, and compared:
    by a normal form, or on thousands of small databases. What cannot be shown to be the same is told, not written.
    Comments, Jinja and the layout of everything else stay as they are. With a goal an engine is asked for more, where
    one is at hand; what differs from the model goes back to it with the smallest database that shows it.
    """
    from dbt_ai.cli.jobs import read_project

    sys.exit(run_refactor(read_project(*place), RefactorCall(selection, goal, asking, writing, tolerance)))


def run_refactor(reader: ProjectReader, call: RefactorCall) -> int:
    """Refactors the project of `reader`, prints the report, and returns the exit code."""
    from dbt_ai.cli.jobs import Job, finish, progress_of, run_asking
    from dbt_ai.cli.output import check_output
    from dbt_ai.tasks.refactor import RefactorOptions, refactor
    from dbt_ai.values import Report

    if call.goal is None:  # rules are enough, and cost nothing
        if call.asking != AskOptions(engine=call.asking.engine) or call.asking.engine not in (None, "derived"):
            raise UsageError(f"An engine is asked for a goal only: {_GIVE}.")
        check_output(call.writing.output)
        with progress_of() as progress:
            report = refactor(
                reader, RefactorOptions(call.selection, call.writing.writes, tolerance=call.tolerance), progress
            )
        return finish(report, call.writing)
    goal = " ".join(call.goal.split())
    if not goal:
        raise UsageError(f"The goal is empty: {_GIVE}.")

    def job(given: Job) -> Report:
        rounds = given.settings.refactor_rounds
        options = RefactorOptions(call.selection, given.writes, goal, given.only_asks, rounds, call.tolerance)
        engines = given.engines
        return refactor(reader, options, given.progress, asking=engines.asking, notices=engines.told)

    return run_asking(reader, call.asking, call.writing, job)
