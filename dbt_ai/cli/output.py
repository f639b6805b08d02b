"""Where reports go: the options that say it, and writing them there."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click

from dbt_ai.errors import UsageError

Function = TypeVar("Function", bound=Callable[..., Any])

output_option = click.option(
    "--output", type=click.Path(path_type=Path), help="Write there what would go to standard output."
)


def format_option(*formats: str) -> Callable[[Function], Function]:
    """`--format`, handed over as `form`: text, JSON, and what else there is."""
    choice = click.Choice(("text", "json", *formats))
    return click.option("--format", "form", type=choice, default="text", show_default=True, help="Form of the report.")


def check_output(output: Path | None) -> None:
    """Raises UsageError where `output` cannot be written: better before anything is done than after."""
    if output is None:
        return
    if not output.parent.is_dir():
        raise UsageError(f"The report cannot be written to {output}: there is no folder {output.parent}.")
    if output.is_dir():
        raise UsageError(f"The report cannot be written to {output}: that is a folder.")
    writable = output if output.exists() else output.parent
    if not os.access(writable, os.W_OK):
        raise UsageError(f"The report cannot be written to {output}: {writable} is read-only.")


@contextlib.contextmanager
def opened(output: Path | None) -> Iterator[Any]:
    """The file to write a report to, standard output where `output` is None. Raises UsageError."""
    if output is None:
        yield sys.stdout
        return
    try:
        file = output.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise UsageError(f"The report cannot be written to {output}: {error.strerror}.") from error
    with file:
        yield file


def write_text(text: str, file: Any) -> None:
    """Writes `text` as UTF-8, whatever the system's own encoding is: other programs read it."""
    buffer = getattr(file, "buffer", None)
    if buffer is None:
        file.write(text)
        return
    file.flush()
    buffer.write(text.encode("utf-8", "surrogateescape"))
    buffer.flush()
