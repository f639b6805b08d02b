"""`dbtai eval`: engines side by side on the same columns."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dbt_ai.cli.options import Place, project_options, selection_options
from dbt_ai.cli.output import format_option, output_option
from dbt_ai.errors import ProjectError, UsageError
from dbt_ai.project.values import Selection

if TYPE_CHECKING:
    from dbt_ai.project.settings import Settings
    from dbt_ai.tasks.evaluating.values import EvaluationReport

MOST = 200  # columns of a project


@click.command("eval")
@project_options
@selection_options
@click.option(
    "--engine",
    "engines",
    multiple=True,
    metavar="NAME",
    help="An engine to compare, as often as you like: derived, student, reasoning, or an installed student as NAME or "
    "NAME:ADAPTER, where ADAPTER is starter, none or a file [default: derived, and the student in use].",
)
@click.option(
    "--cases",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Columns whose key facts are known (JSONL) instead of a project's.",
)
@click.option(
    "--most",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"Ask about so many columns at most, drawn the same way each time [default: {MOST} of a project].",
)
@click.option("--max-cost", type=float, metavar="USD", help="The most that this run may cost, in US dollars.")
@format_option("html")
@output_option
def command(
    place: Place,
    selection: Selection,
    engines: tuple[str, ...],
    cases: Path | None,
    most: int | None,
    max_cost: float | None,
    form: str,
    output: Path | None,
) -> None:
    """Compare engines: what each answers, what of it passes the checks, how good it is, how long it takes, and what it
    costs.

    All are asked about the same columns, what people wrote of these is hidden from them, and is what their texts are
    compared with. With --cases it is known what is right. Nothing is written. A reasoning model is asked only where it
    is named.
    """
    from dbt_ai.cli.output import check_output, opened, write_text
    from dbt_ai.report.evaluation import evaluation_to_html, evaluation_to_json, print_evaluation

    check_output(output)
    if cases is not None and selection != Selection():
        raise UsageError("Cases are no project: give --cases, or a selection of a project.")
    if cases is not None:
        report = _of_cases(cases, place, engines, most, max_cost)
    else:
        report = _of_project(place, selection, engines, most or MOST, max_cost)
    with opened(output) as file:
        if form == "json":
            write_text(evaluation_to_json(report) + "\n", file)
        elif form == "html":
            write_text(evaluation_to_html(report), file)
        else:
            print_evaluation(report, file=file)
    sys.exit(3 if report.unfinished else 0)


def _of_project(
    place: Place, selection: Selection, engines: tuple[str, ...], most: int, max_cost: float | None
) -> EvaluationReport:
    from dbt_ai.cli.contestants import contestants_of
    from dbt_ai.cli.engines import prompts_of
    from dbt_ai.cli.jobs import progress_of, read_project
    from dbt_ai.engines.offline import only_loopback
    from dbt_ai.tasks.evaluate import evaluate_project

    reader = read_project(*place)
    root = reader.project.root
    settings = _settings(root, max_cost)
    prompts = prompts_of(settings, reader.project)
    with only_loopback(settings.offline), contestants_of(engines, settings, root, prompts) as found:
        with progress_of() as progress:
            report = evaluate_project(reader, selection, found.contestants, most, prompts=prompts, progress=progress)
        return found.completed(report)


def _of_cases(
    path: Path, place: Place, engines: tuple[str, ...], most: int | None, max_cost: float | None
) -> EvaluationReport:
    """On cases, with the settings, the answers and the ledger of the project around, or of this folder."""
    from dbt_ai.cli.contestants import contestants_of
    from dbt_ai.cli.jobs import progress_of
    from dbt_ai.distill.cases import read_cases
    from dbt_ai.engines.offline import only_loopback
    from dbt_ai.project.opening import find_root
    from dbt_ai.tasks.evaluate import evaluate_cases

    asked = read_cases([path])
    try:
        root = find_root(place.project_dir)
    except ProjectError:
        root = Path.cwd()
    settings = _settings(root, max_cost)
    with only_loopback(settings.offline), contestants_of(engines, settings, root) as found:
        with progress_of() as progress:
            report = evaluate_cases(path.name, asked, found.contestants, most, progress=progress)
        return found.completed(report)


def _settings(root: Path, max_cost: float | None) -> Settings:
    from dbt_ai.project.settings import read_settings

    return read_settings(root, {"max_cost": max_cost})
