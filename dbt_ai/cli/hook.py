"""`dbtai hook`: what a commit touches, from its files alone."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import click

from dbt_ai.cli.output import format_option, output_option
from dbt_ai.tasks.hooks.run import HOOKS


@click.command("hook")
@click.argument("hook", type=click.Choice(HOOKS), metavar="docs|tests|refs")
@click.argument("files", nargs=-1, metavar="[FILES]...")
@click.option("--fix", is_flag=True, help="Write what is derived without data; exit 1 where something was written.")
@format_option()
@output_option
def command(hook: str, files: tuple[str, ...], fix: bool, form: str, output: Path | None) -> None:
    """Look at what a commit touches: from the files alone, with no dbt, no warehouse, no key and no model.

    docs: descriptions that are missing, or that the change makes stale. tests: data tests that the SQL implies and that
    are missing, that cannot fail, or that are there twice. refs: models, sources and columns that do not exist, and
    Jinja that would run in a generated text.

    FILES are the changed ones, as pre-commit passes them; without, all that differ from the last commit. One that does
    not differ is looked at as a whole. Ends with 1 where something is found.
    """
    from dbt_ai.cli.output import check_output, opened, write_text
    from dbt_ai.report.hook_report import hook_json, hook_text
    from dbt_ai.tasks.hooks.run import run_hook

    check_output(output)
    gc.disable()  # in a run of a moment, looking for what could be freed costs a fifth of it
    try:
        report = run_hook(hook, files, fix=fix)
    finally:
        gc.enable()
    form_of = hook_text(report.findings, report.notices)
    told = hook_json(hook, report.findings, report.notices) if form == "json" else form_of
    with opened(output) as file:
        write_text(told, file)
    sys.exit(1 if report.findings else 0)
