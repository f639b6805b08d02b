"""`dbtai refactor`: shorter and cheaper SQL that is shown to give the same rows."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

import click

from dbt_ai.cli.options import format_option, output_option, project_options, selection_of, selection_options
from dbt_ai.project.values import ProjectReader, Selection


@dataclass(frozen=True)
class RefactorCall:
    """The options of `refactor`, from either door."""

    selection: Selection = field(default_factory=Selection)
    dry_run: bool = False
    check: bool = False
    form: str = "text"
    output: Path | None = None


@click.command("refactor")
@project_options
@selection_options
@click.option("--dry-run", is_flag=True, help="Print the unified diff, for git apply; write nothing.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a change would be written.")
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
    dry_run: bool,
    check: bool,
    form: str,
    output: Path | None,
) -> None:
    """Make the SQL of models shorter or cheaper, one small change at a time, each shown to keep the rows.

    Rules propose (docs/refactoring.md); both versions are compiled by dbt, as a first and as a later run, and compared:
    by a normal form, or on thousands of small databases. What cannot be shown to be the same is told, not written.
    Comments, Jinja and the layout of everything else stay as they are.
    """
    from dbt_ai.cli.jobs import read_project

    reader = read_project(project_dir, profiles_dir, target)
    call = RefactorCall(selection_of(select, exclude, selector, state), dry_run, check, form, output)
    sys.exit(run_refactor(reader, call))


def run_refactor(reader: ProjectReader, call: RefactorCall) -> int:
    """Refactors the project of `reader`, prints the report, and returns the exit code."""
    from dbt_ai.cli.jobs import check_output, exit_code, progress_of, tell
    from dbt_ai.tasks.refactor import RefactorOptions, refactor

    check_output(call.output)
    options = RefactorOptions(call.selection, not (call.dry_run or call.check))
    with progress_of() as progress:
        report = refactor(reader, options, progress)
    tell(report, call.form, call.output, diff_only=call.dry_run)
    return exit_code(report, check=call.check)
