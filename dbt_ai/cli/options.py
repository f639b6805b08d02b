"""Options that several commands have in common."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from dbt_ai.project.values import Selection

Function = TypeVar("Function", bound=Callable[..., Any])

ENGINES = ("auto", "derived", "reasoning")
EFFORTS = ("auto", "none", "minimal", "low", "medium", "high", "xhigh", "max")


def _chain(*options: Callable[[Function], Function]) -> Callable[[Function], Function]:
    def decorate(function: Function) -> Function:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


_FOLDER = click.Path(path_type=Path, file_okay=False)

project_options = _chain(
    click.option("--project-dir", type=_FOLDER, help="Folder with dbt_project.yml (default: here, or a parent)."),
    click.option("--profiles-dir", type=_FOLDER, help="Folder with profiles.yml, as for dbt."),
    click.option("--target", "-t", help="Target of the profile, as for dbt."),
)

selection_options = _chain(
    click.option("--select", "-s", multiple=True, help="Nodes to look at, in dbt's selection grammar."),
    click.option("--exclude", multiple=True, help="Nodes to leave out, in dbt's selection grammar."),
    click.option("--selector", help="A selector of selectors.yml."),
    click.option("--state", type=_FOLDER, help="Folder with the manifest to compare with, for state: methods."),
)


def selection_of(
    select: tuple[str, ...], exclude: tuple[str, ...], selector: str | None, state: Path | None
) -> Selection:
    """The selection that the options name."""
    return Selection(tuple(select), tuple(exclude), selector, str(state) if state else None)
