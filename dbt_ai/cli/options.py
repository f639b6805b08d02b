"""Options that several commands have in common. Those that belong together are handed to the command as one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

import click

from dbt_ai.cli.output import format_option, output_option
from dbt_ai.project.settings import CHOICES
from dbt_ai.project.values import Selection

Function = TypeVar("Function", bound=Callable[..., Any])


class Place(NamedTuple):
    """Where the project is and which of its targets is meant: what `read_project` takes."""

    project_dir: Path | None = None
    profiles_dir: Path | None = None
    target: str | None = None


@dataclass(frozen=True)
class AskOptions:
    """Who is asked, how, and what becomes of the questions. None means: as the settings say."""

    engine: str | None = None
    effort: str | None = None
    max_effort: str | None = None
    max_cost: float | None = None
    show_prompts: bool = False
    export_requests: Path | None = None
    import_answers: tuple[Path, ...] = ()

    @property
    def flags(self) -> Mapping[str, Any]:
        """What takes the place of a setting."""
        return {name: getattr(self, name) for name in ("engine", "effort", "max_effort", "max_cost")}


@dataclass(frozen=True)
class WriteOptions:
    """Whether files are written, and where the report goes in which form."""

    dry_run: bool = False
    check: bool = False
    form: str = "text"
    output: Path | None = None

    @property
    def writes(self) -> bool:
        """Whether files of the project may be written."""
        return not (self.dry_run or self.check)


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


def _as_one(
    name: str, make: Callable[..., Any], *options: Callable[[Function], Function]
) -> Callable[[Function], Function]:
    """Options whose values, the parameters of `make`, are handed over as one, called `name`."""

    def decorate(function: Function) -> Function:
        @wraps(function)
        def command(**given: Any) -> Any:
            taken = {each: given.pop(each) for each in signature(make).parameters}
            return function(**given, **{name: make(**taken)})

        return _chain(*options)(cast(Function, command))

    return decorate


_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)

project_dir_option = click.option(
    "--project-dir", type=_FOLDER, help="Folder with dbt_project.yml (default: here, or a parent)."
)

project_options = _as_one(
    "place",
    Place,
    project_dir_option,
    click.option("--profiles-dir", type=_FOLDER, help="Folder with profiles.yml, as for dbt."),
    click.option("--target", "-t", help="Target of the profile, as for dbt."),
)


def _selection(
    select: tuple[str, ...], exclude: tuple[str, ...], selector: str | None, state: Path | None
) -> Selection:
    return Selection(tuple(select), tuple(exclude), selector, str(state) if state else None)


selection_options = _as_one(
    "selection",
    _selection,
    click.option("--select", "-s", cls=SeveralValues, help="Nodes to look at, in dbt's selection grammar."),
    click.option("--exclude", cls=SeveralValues, help="Nodes to leave out, in dbt's selection grammar."),
    click.option("--selector", help="A selector of selectors.yml."),
    click.option("--state", type=_FOLDER, help="Folder with the manifest to compare with, for state: methods."),
)

ask_options = _as_one(
    "asking",
    AskOptions,
    click.option(
        "--engine", type=click.Choice(CHOICES["engine"]), help="Who may answer: derived needs no model [default: auto]."
    ),
    click.option(
        "--effort",
        type=click.Choice(CHOICES["effort"]),
        help="How hard the reasoning model thinks; auto: by how hard a node is; research: it may look into the data.",
    ),
    click.option(
        "--max-effort", type=click.Choice(CHOICES["max_effort"]), help="The most that auto chooses [default: high]."
    ),
    click.option("--max-cost", type=float, metavar="USD", help="The most that this run may cost, in US dollars."),
    click.option("--show-prompts", is_flag=True, help="Print exactly what would be sent; write and send nothing."),
    click.option(
        "--export-requests",
        type=_FILE,
        metavar="FILE",
        help="Write what would be sent as a file in OpenAI's Batch format; write and send nothing else.",
    ),
    click.option(
        "--import-answers",
        cls=SeveralValues,
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        metavar="FILE...",
        help="Read answers from output files of a Batch, and send nothing.",
    ),
)


def write_options(dry_run: str, check: str) -> Callable[[Function], Function]:
    """`--dry-run`, `--check`, `--format` and `--output`, handed over as `writing`. `dry_run` and `check` say what is
    not done: the help texts."""
    return _as_one(
        "writing",
        WriteOptions,
        click.option("--dry-run", is_flag=True, help=dry_run),
        click.option("--check", is_flag=True, help=check),
        format_option(),
        output_option,
    )
