"""`dbtai student`: small models that answer on this machine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from dbt_ai.engines.local.catalog import DEFAULT, STUDENTS, student_named
from dbt_ai.errors import UsageError


@click.group("student")
def command() -> None:
    """Install and choose the small model that answers first, on this machine, for nothing.

    Weights lie in your cache folder (DBTAI_STUDENTS_DIR names another one), and serve all projects. A student runs
    inside dbtai by the package xllamacpp: pip install 'dbtai[local]'.
    """


@command.command("install")
@click.argument("name", required=False)
@click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Take the weights from a GGUF file instead of fetching them.",
)
def install_command(name: str | None, path: Path | None) -> None:
    """Fetch the weights of a student, check them, and let it answer. NAME is one of `dbtai student list`; with --file
    it may be any name for a model of your own."""
    from dbt_ai.engines.local.engine import weights_of
    from dbt_ai.engines.local.errors import StudentError
    from dbt_ai.engines.local.fetching import install, install_file
    from dbt_ai.engines.local.store import InUse, use

    wanted = name or DEFAULT
    student = student_named(wanted)
    if student is None and path is None:
        names = ", ".join(one.name for one in STUDENTS)
        raise UsageError(f"There is no student {wanted}: there are {names}, or any GGUF file with --file.")
    if student is None and not wanted.replace("-", "").replace(".", "").replace("_", "").isalnum():
        raise UsageError(f"{wanted!r} cannot be the name of a student: use letters, digits and - . _ only.")
    if student is not None:
        click.echo(f"{student.name}: {student.bytes / 1e6:,.0f} MB, licence {student.licence}.", err=True)
    with bar(wanted) as told:
        done = install(student, told) if student and path is None else install_file(_given(path), student, wanted, told)
    click.echo(f"{done.name} is installed in {done.file.parent}. Licence: {done.licence}.")
    chosen = InUse(done.name, "starter" if student else None)
    try:
        called, _ = weights_of(done, chosen)
    except StudentError as error:
        click.echo(f"It does not answer yet. {error}")
        return
    use(chosen)
    click.echo(f"{called} answers from now on.")


@command.command("list")
def list_command() -> None:
    """Show which students there are, which are installed, and which is in use."""
    from rich.console import Console
    from rich.table import Table

    from dbt_ai.engines.local.store import in_use, installed

    there = {one.name: one for one in installed()}
    chosen = in_use()
    used = chosen.name if chosen else None
    table = Table(box=None, pad_edge=False)
    for title in ("student", "MB", "licence", "from", ""):
        table.add_column(title, justify="right" if title == "MB" else "left")
    for student in STUDENTS:
        table.add_row(
            student.name,
            f"{student.bytes / 1e6:,.0f}",
            student.licence,
            student.source,
            _state(student.name, there, used),
        )
    for name, own in there.items():
        if student_named(name) is None:
            size = own.file.stat().st_size / 1e6
            table.add_row(name, f"{size:,.0f}", own.licence, own.source, _state(name, there, used))
    Console(soft_wrap=True).print(table)


@command.command("remove")
@click.argument("name")
def remove_command(name: str) -> None:
    """Delete the weights of a student from this machine."""
    from dbt_ai.engines.local.store import remove

    click.echo(f"{name} is removed: {remove(name) / 1e6:,.0f} MB are free.")


@command.command("use")
@click.argument("name")
@click.option(
    "--adapter",
    default="starter",
    metavar="PATH",
    help="The adapter that it answers with: the GGUF file of one, `starter` for the one in the package (the default), "
    "`none` for the bare model.",
)
def use_command(name: str, adapter: str) -> None:
    """Let an installed student answer, with an adapter."""
    from dbt_ai.engines.local.engine import weights_of
    from dbt_ai.engines.local.serving import check
    from dbt_ai.engines.local.store import InUse, installed_as, use

    path = adapter if adapter == "starter" else None if adapter == "none" else str(Path(adapter).resolve())
    chosen = InUse(name, path)
    called, weights = weights_of(installed_as(name), chosen)
    check(weights)
    use(chosen)
    click.echo(f"{called} answers from now on.")


def _given(path: Path | None) -> Path:
    assert path is not None
    return path


def _state(name: str, there: Collection[str], used: str | None) -> str:
    if name == used:
        return "in use"
    return "installed" if name in there else ""


@contextmanager
def bar(name: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error where that is a terminal."""
    from dbt_ai.report.console import progress_bar

    with progress_bar() as progress:
        task = progress.add_task(f"Fetching {name}", total=None) if progress is not None else None

        def told(done: int, of: int) -> None:
            if progress is not None and task is not None:
                progress.update(task, completed=done, total=of)

        yield told
