"""`dbtai document`: write the descriptions a project lacks."""

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
from dbt_ai.errors import UsageError
from dbt_ai.project.values import ProjectReader, Selection


@dataclass(frozen=True)
class DocumentCall:
    """The options of `document`, from either door."""

    selection: Selection = field(default_factory=Selection)
    asking: AskOptions = field(default_factory=AskOptions)
    writing: WriteOptions = field(default_factory=WriteOptions)
    strict: bool = False


@click.command("document")
@project_options
@selection_options
@ask_options
@write_options(
    "Print the unified diff, for git apply, and an estimate; write and send nothing.",
    "Write nothing; exit 1 if something would be written or is stale.",
)
@click.option("--strict", is_flag=True, help="With --check, a gap that no engine at hand can fill fails, too.")
def command(place: Place, selection: Selection, asking: AskOptions, writing: WriteOptions, strict: bool) -> None:
    """Write the descriptions that nodes and columns lack, each checked before it is written.

    What people wrote is never touched. Every line that lands says something that follows from the SQL or holds on the
    data; what cannot be said truly is left open and told.
    """
    from dbt_ai.cli.jobs import read_project

    sys.exit(run_document(read_project(*place), DocumentCall(selection, asking, writing, strict)))


def run_document(reader: ProjectReader, call: DocumentCall) -> int:
    """Documents the project of `reader`, prints the report, and returns the exit code."""
    from dbt_ai.cli.jobs import Job, run_asking
    from dbt_ai.tasks.document import DocumentOptions, document
    from dbt_ai.values import Report

    if call.strict and not call.writing.check:
        raise UsageError("strict says what fails under check: give both, or none.")

    def job(given: Job) -> Report:
        everything = given.settings.engine in ("student", "reasoning")
        options = DocumentOptions(call.selection, given.writes, everything)
        engines = given.engines
        return document(reader, options, asking=engines.asking, notices=engines.told, progress=given.progress)

    return run_asking(reader, call.asking, call.writing, job, strict=call.strict, describes=True)
