"""`dbtai refactor`: shorter and cheaper SQL that is shown to give the same rows."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

import click

from dbt_ai.cli.options import Place, WriteOptions, project_options, selection_options, write_options
from dbt_ai.project.values import ProjectReader, Selection


@dataclass(frozen=True)
class RefactorCall:
    """The options of `refactor`, from either door."""

    selection: Selection = field(default_factory=Selection)
    goal: str | None = None
    writing: WriteOptions = field(default_factory=WriteOptions)


@click.command("refactor")
@project_options
@selection_options
@click.option(
    "--goal",
    metavar="GOAL",
    help="What the models are to become: readable, cheaper, split, macro, or any words for a reasoning engine.",
)
@write_options(
    "Print the unified diff, for git apply; write nothing.", "Write nothing; exit 1 if a change would be written."
)
def command(place: Place, selection: Selection, goal: str | None, writing: WriteOptions) -> None:
    """Make the SQL of models shorter or cheaper, one small change at a time, each shown to keep the rows.

    Rules propose (docs/refactoring.md); both versions are compiled by dbt, as a first and as a later run, and compared:
    by a normal form, or on thousands of small databases. What cannot be shown to be the same is told, not written.
    Comments, Jinja and the layout of everything else stay as they are.
    """
    from dbt_ai.cli.jobs import read_project

    sys.exit(run_refactor(read_project(*place), RefactorCall(selection, goal, writing)))


def run_refactor(reader: ProjectReader, call: RefactorCall) -> int:
    """Refactors the project of `reader`, prints the report, and returns the exit code."""
    from dbt_ai.cli.jobs import check_output, finish, progress_of
    from dbt_ai.tasks.refactor import RefactorOptions, refactor

    check_output(call.writing.output)
    options = RefactorOptions(call.selection, call.writing.writes, call.goal)
    with progress_of() as progress:
        report = refactor(reader, options, progress)
    return finish(report, call.writing)
