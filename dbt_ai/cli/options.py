"""Options that several commands have in common."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from dbt_ai.project.values import Selection

Function = TypeVar("Function", bound=Callable[..., Any])


class SeveralValues(click.Option):
    """An option that takes values up to the next option, as dbt's own do: `--select orders +customers`."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **{**keywords, "multiple": True})

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        super().add_to_parser(parser, ctx)
        found = parser._long_opt.get(self.opts[0]) or parser._short_opt.get(self.opts[0])
        process = found.process

        def several(value: Any, state: Any) -> None:
            process(value, state)
            while state.rargs and not state.rargs[0].startswith("-"):
                process(state.rargs.pop(0), state)

        found.process = several


def _chain(*options: Callable[[Function], Function]) -> Callable[[Function], Function]:
    def decorate(function: Function) -> Function:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


_FOLDER = click.Path(path_type=Path, file_okay=False)

project_dir_option = click.option(
    "--project-dir", type=_FOLDER, help="Folder with dbt_project.yml (default: here, or a parent)."
)

project_options = _chain(
    project_dir_option,
    click.option("--profiles-dir", type=_FOLDER, help="Folder with profiles.yml, as for dbt."),
    click.option("--target", "-t", help="Target of the profile, as for dbt."),
)

selection_options = _chain(
    click.option("--select", "-s", cls=SeveralValues, help="Nodes to look at, in dbt's selection grammar."),
    click.option("--exclude", cls=SeveralValues, help="Nodes to leave out, in dbt's selection grammar."),
    click.option("--selector", help="A selector of selectors.yml."),
    click.option("--state", type=_FOLDER, help="Folder with the manifest to compare with, for state: methods."),
)


output_option = click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write there what would go to standard output."
)


def format_option(*formats: str) -> Callable[[Function], Function]:
    """`--format`, handed over as `form`: text, JSON, and what else there is."""
    choice = click.Choice(("text", "json", *formats))
    return click.option("--format", "form", type=choice, default="text", show_default=True, help="Form of the report.")


def selection_of(
    select: tuple[str, ...], exclude: tuple[str, ...], selector: str | None, state: Path | None
) -> Selection:
    """The selection that the options name."""
    return Selection(tuple(select), tuple(exclude), selector, str(state) if state else None)
