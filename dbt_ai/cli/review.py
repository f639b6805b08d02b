"""`dbtai review`: what a branch does to the models of a project."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import click

from dbt_ai.cli.options import Place, project_options
from dbt_ai.cli.output import output_option
from dbt_ai.errors import ProjectError, UsageError
from dbt_ai.project.values import ProjectReader

FORMATS = ("text", "json", "markdown", "sarif")
BASE = "origin/main"


@dataclass(frozen=True)
class ReviewCall:
    """The options of `review`, from either door."""

    base: str = BASE
    fail_on: tuple[str, ...] = ()
    suggestions: bool = True
    form: str = "text"
    output: Path | None = None


@click.command("review")
@project_options
@click.option("--base", default=BASE, show_default=True, metavar="COMMIT", help="What the branch is compared with.")
@click.option(
    "--fail-on",
    multiple=True,
    metavar="CODE",
    help="A finding that ends the review with 1; give it again for more, or `nothing` [default: as the settings say].",
)
@click.option(
    "--suggestions/--no-suggestions", default=True, help="Look for texts and tests that are missing, or compare only."
)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="Form of the report."
)
@output_option
def command(
    place: Place, base: str, fail_on: tuple[str, ...], suggestions: bool, form: str, output: Path | None
) -> None:
    """Say what the branch does to models, with the smallest example where a result changes.

    Every model that differs from the commit at which the branch left --base is compiled as it was and as it is, and
    compared: on generated databases, and on the data that is there. Columns are followed down the DAG to what they
    break or change. What tests and texts are missing is suggested as a diff. Nothing is written, no engine is asked,
    no row of data is in the report. Ends with 1 where a finding of the policy is there (docs/review.md).
    """
    from dbt_ai.cli.jobs import read_project

    sys.exit(run_review(read_project(*place), ReviewCall(base, fail_on, suggestions, form, output)))


def run_review(reader: ProjectReader, call: ReviewCall) -> int:
    """Reviews the project of `reader`, prints the report, and returns the exit code."""
    from dbt_ai.cli.jobs import progress_of
    from dbt_ai.cli.output import check_output, opened, write_text
    from dbt_ai.project.changes import changes_since
    from dbt_ai.report.review_json import review_json
    from dbt_ai.report.review_markdown import review_markdown
    from dbt_ai.report.review_text import review_text
    from dbt_ai.report.sarif import review_sarif
    from dbt_ai.tasks.review import ReviewOptions, review
    from dbt_ai.tasks.reviewing.reasons import REASONS

    check_output(call.output)
    root = reader.project.root
    fail_on = _policy(root, call.fail_on)
    if reader.project.read_from != "dbt":
        raise UsageError("A review compiles the models of two commits, for which it takes dbt 1.")
    changes = changes_since(root, call.base)
    with progress_of() as progress:
        progress("Reading the base", 0, 0)
        try:
            before = reader.with_files({file.path: file.before for file in changes.files})
        except ProjectError as error:
            raise ProjectError(f"The project as it was at {call.base} cannot be read: {error}.") from error
        found = review(reader, before, changes, ReviewOptions(fail_on, call.suggestions), progress)
    if call.form == "sarif":
        text = review_sarif(found, REASONS)
    else:
        text = {"text": review_text, "json": review_json, "markdown": review_markdown}[call.form](found)
    with opened(call.output) as file:
        write_text(text.rstrip("\n") + "\n", file)
    return 1 if found.failing else 0


def _policy(root: Path, flags: tuple[str, ...]) -> tuple[str, ...]:
    """The codes that fail a review: those of the flags, else of the settings. Raises UsageError for unknown ones."""
    from dbt_ai.project.settings import read_settings
    from dbt_ai.tasks.reviewing.reasons import DEFAULT, REASONS

    settings = read_settings(root).review_fail_on or ""
    said = flags or tuple(part.strip() for part in settings.split(",") if part.strip())
    if not said:
        return DEFAULT
    if said == ("nothing",):
        return ()
    unknown = [code for code in said if code not in REASONS]
    if unknown:
        raise UsageError(f"A review does not find {unknown[0]!r}; it finds {', '.join(REASONS)}, or `nothing`.")
    return said
