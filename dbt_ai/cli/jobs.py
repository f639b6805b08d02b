"""Runs a job for either door, the command line's or dbt's, and tells what it found."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from dbt_ai.cli.engines import Asked, Purpose, engines_of
from dbt_ai.cli.options import AskOptions, WriteOptions
from dbt_ai.cli.output import check_output, opened, write_text
from dbt_ai.errors import UsageError
from dbt_ai.project.settings import Settings, read_settings
from dbt_ai.project.values import ProjectReader, Selection
from dbt_ai.tasks.progress import Progress, nothing
from dbt_ai.values import OutcomeKind, Report


@dataclass(frozen=True)
class Job:
    """What a job that may ask engines is given. `writes` says whether it may write; `only_asks` that nobody looks at
    its report, and no more is wanted of it than its questions."""

    settings: Settings
    engines: Asked
    writes: bool
    only_asks: bool
    progress: Progress


def read_project(project_dir: Path | None, profiles_dir: Path | None, target: str | None) -> ProjectReader:
    """The project that the command line's options name, with a sign of life while dbt parses it."""
    from dbt_ai.edits import recover
    from dbt_ai.project.opening import find_root, open_project

    recover(find_root(project_dir))  # before dbt reads what a killed run left half written
    with progress_of() as progress:
        progress("Reading the project", 0, 0)
        return open_project(project_dir, profiles_dir, target)


def run_asking(
    reader: ProjectReader,
    asking: AskOptions,
    writing: WriteOptions,
    job: Callable[[Job], Report],
    *,
    strict: bool = False,
    tells_no_key: bool = True,
    describes: bool = False,
    classifies: bool = False,
) -> int:
    """Runs a job with the engines of the call, prints its report or what it would ask, and returns the exit code.

    `tells_no_key` says whether the report tells that there is no key for a reasoning model, `describes` whether the job
    describes columns, which an installed student may be asked for, `classifies` whether the small classifier answers
    where there is no student.
    """
    from dbt_ai.engines.offline import only_loopback

    check_output(writing.output)
    purpose = _purpose(asking, writing)
    settings = read_settings(reader.project.root, asking.flags)
    with (
        only_loopback(settings.offline),
        engines_of(
            settings,
            reader.project,
            purpose,
            asking.import_answers,
            tells_no_key=tells_no_key,
            describes=describes,
            classifies=classifies,
        ) as engines,
        progress_of() as progress,
    ):
        only_asks = purpose in (Purpose.SHOW, Purpose.EXPORT)
        report = job(Job(settings, engines, writing.writes and not only_asks, only_asks, progress))
        if purpose is Purpose.SHOW:
            return _show(engines, writing.form, writing.output)
        if purpose is Purpose.EXPORT and asking.export_requests is not None:
            return _export(engines, reader.project.root, asking.export_requests)
    return finish(report, writing, strict=strict)


def _purpose(call: AskOptions, writing: WriteOptions) -> Purpose:
    """What is to become of the questions. Raises UsageError for options that cannot be meant together."""
    chosen = {
        "show-prompts": (call.show_prompts, Purpose.SHOW),
        "export-requests": (call.export_requests is not None, Purpose.EXPORT),
        "import-answers": (bool(call.import_answers), Purpose.IMPORT),
    }
    given = [name for name, (is_given, _) in chosen.items() if is_given]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} cannot be done at once: give one of them.")
    if given and given != ["import-answers"] and not writing.writes:
        raise UsageError(f"{given[0]} writes nothing into the project as it is: give it without dry-run and check.")
    if given:
        return chosen[given[0]][1]
    return Purpose.ESTIMATE if writing.dry_run else Purpose.SEND


def _show(engines: Asked, form: str, output: Path | None) -> int:
    """Prints what would be sent."""
    from dbt_ai.tasks.showing import show_requests

    assert engines.engines is not None
    settings = engines.settings[0]
    requests = [request for each in engines.withheld for request in each.requests]
    shown = show_requests(requests, settings.model, form=form, dialect=engines.engines.dialect(settings))
    with opened(output) as file:
        write_text(shown, file)
    return 0


def _export(engines: Asked, root: Path, path: Path) -> int:
    from dbt_ai.cli.by_hand import export

    assert engines.engines is not None
    told = export(engines.withheld, engines.engines, engines.settings[0], root, path)
    click.echo(f"{told} Answers come back with --import-answers.")
    return 0


def finish(report: Report, writing: WriteOptions, *, strict: bool = False) -> int:
    """Prints the report as the call wants it, and returns the exit code."""
    tell(report, writing.form, writing.output, diff_only=writing.dry_run)
    return exit_code(report, check=writing.check, strict=strict)


def exit_code(report: Report, *, check: bool = False, strict: bool = False) -> int:
    """0 done; 1 findings under --check; 3 unfinished."""
    if report.unfinished:
        return 3
    kinds = {outcome.kind for outcome in report.outcomes}
    if check and kinds & {OutcomeKind.WRITTEN, OutcomeKind.STALE}:
        return 1
    return 1 if check and strict and kinds & {OutcomeKind.GAP, OutcomeKind.REFUTED} else 0


def tell(report: Report, form: str, output: Path | None, *, diff_only: bool) -> None:
    """Prints the report on standard output, or writes it to `output`.

    `diff_only` prints the diff alone there, so that it can be applied as it is, and the report on standard error.
    """
    with opened(output) as file:
        if form == "json":
            from dbt_ai.report.json_report import report_to_json

            write_text(report_to_json(report) + "\n", file)
            return
        from dbt_ai.report.console import print_diff, print_report

        if diff_only:
            print_diff(report, file=file)
        else:
            print_report(report, file=file)
    if diff_only:
        print_report(report, texts=False, file=sys.stderr)


@contextlib.contextmanager
def progress_of() -> Iterator[Progress]:
    """A progress callback that draws a bar on standard error where that is a terminal."""
    from dbt_ai.report.console import progress_bar

    with progress_bar() as bar:
        if bar is None:
            yield nothing
            return
        steps: dict[str, Any] = {}

        def show(what: str, done: int, of: int) -> None:
            if what not in steps:
                for step in steps.values():
                    bar.update(step, visible=False)
                steps[what] = bar.add_task(what, total=None)
            # A step that tells nothing in between shows that it moves, and not how far it is.
            bar.update(steps[what], completed=done, total=of if done else None)

        yield show


def selection_from(arguments: Mapping[str, Any]) -> Selection:
    """The selection of an operation's arguments (dbt's door has checked their types)."""
    return Selection(
        select=tuple(arguments.get("select") or ()),
        exclude=tuple(arguments.get("exclude") or ()),
        selector=arguments.get("selector"),
        state=arguments.get("state"),
    )
