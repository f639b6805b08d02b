"""`dbtai distill`: teaches a student what people and reasoning models wrote in this project."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dbt_ai.cli.options import Place, project_options, selection_options
from dbt_ai.errors import UsageError
from dbt_ai.project.values import Selection

if TYPE_CHECKING:
    from dbt_ai.distill.pairs import Pair

RUNS = Path(".dbt_ai") / "distill"


@click.command("distill")
@project_options
@selection_options
@click.option("--student", "name", metavar="NAME", help="The installed student to teach; the one in use by default.")
@click.option(
    "--cases",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Teach these cases (JSONL) as well.",
)
@click.option(
    "--run", "run", default="latest", metavar="NAME", help="The folder of this run; one that is there goes on."
)
@click.option(
    "--epochs", type=click.FloatRange(0.1, 20), default=2.0, show_default=True, help="How often each is seen."
)
@click.option(
    "--accept-terms", is_flag=True, help="You have read that the terms of the models that wrote texts let you do this."
)
def command(
    place: Place,
    selection: Selection,
    name: str | None,
    cases: tuple[Path, ...],
    run: str,
    epochs: float,
    accept_terms: bool,
) -> None:
    """Teach the student in use what people and reasoning models wrote in this project, and use it if it got better.

    Texts that pass today's checks become pairs of evidence and answer; what people corrected is among them. A LoRA
    adapter is trained on this machine, compared with the one in use on models that were held out, and used where it is
    better. The run's folder, in .dbt_ai/distill/, has its data, losses, figures and the adapter. Nothing is sent
    anywhere. Needs pip install 'dbtai[local,distill]'.
    """
    from dbt_ai.cli.jobs import progress_of, read_project
    from dbt_ai.distill.cases import read_cases
    from dbt_ai.distill.pairs import pairs_of
    from dbt_ai.project.settings import read_settings
    from dbt_ai.tasks.distill import teachings_of

    if not run.replace("-", "").replace("_", "").isalnum():
        raise UsageError(f"{run!r} cannot be the name of a run: use letters, digits, - and _ only.")
    _check_installed()
    reader = read_project(*place)
    root = reader.project.root
    share = read_settings(root).share
    with progress_of() as progress:
        most = share if os.environ.get("DBTAI_SHARE") else "samples"
        found = teachings_of(reader, selection, share, most, progress)
    if found.refuted:
        click.echo(f"{found.refuted} texts are left out: a check says that they are false today.", err=True)
    pairs = [*found.pairs, *pairs_of(read_cases(cases))]
    _check_terms(pairs, accept_terms)
    sys.exit(_teach(pairs, name, root / RUNS / run, epochs))


def _teach(pairs: Sequence[Pair], name: str | None, folder: Path, epochs: float) -> int:
    from dbt_ai.distill.dataset import LEAST, data_set
    from dbt_ai.distill.running import distil
    from dbt_ai.distill.training import Recipe
    from dbt_ai.engines.local.catalog import DEFAULT
    from dbt_ai.engines.local.engine import adapter_of
    from dbt_ai.engines.local.errors import StudentError
    from dbt_ai.engines.local.store import InUse, in_use, installed_as, use
    from dbt_ai.engines.local.values import Weights

    data = data_set(pairs)
    if len(data.train) < LEAST:
        raise UsageError(
            f"There are {len(data.train)} texts to teach, and fewer than {LEAST} teach nothing: document more of the "
            "project with a reasoning model, or add cases with --cases."
        )
    chosen = in_use()
    student = installed_as(name or (chosen.name if chosen else DEFAULT))
    used = chosen if chosen is not None and chosen.name == student.name else InUse(student.name)
    try:
        now = Weights(student.file, adapter_of(student, used), student.memory_mb)
    except StudentError:
        now = None
    click.echo(f"Teaching {student.name} {len(data.train)} pairs, {len(data.held_out)} are held out.", err=True)
    with _bar() as told:
        done = distil(data, student.file, now, folder, Recipe(epochs=epochs), told)
    before = "there was none before" if done.before is None else f"{done.before:.3f} before"
    click.echo(f"Agreement with the teachers on what was held out: {done.after:.3f}, {before}.")
    if not done.better:
        click.echo(f"The adapter in use stays: the new one is not better. It lies in {folder}.")
        return 0
    use(InUse(student.name, str(done.adapter.resolve())))
    click.echo(f"{student.name} answers with {done.adapter} from now on.")
    return 0


def _check_installed() -> None:
    from importlib.util import find_spec

    missing = [name for name in ("torch", "transformers", "peft", "gguf", "xllamacpp") if find_spec(name) is None]
    if missing:
        raise UsageError(f"{', '.join(missing)} is not installed: pip install 'dbtai[local,distill]'.")


def _check_terms(pairs: Sequence[Pair], accepted: bool) -> None:
    """Raises UsageError where texts of a model are among the pairs and nobody said that they may be taught."""
    models = sorted({pair.teacher for pair in pairs} - {"case", "person"})
    if models and not accepted:
        raise UsageError(
            f"Texts of {', '.join(models)} would be taught, and a provider's terms may forbid that: read them, then "
            "give --accept-terms."
        )


@contextmanager
def _bar() -> Iterator[Callable[[str, int, int], None]]:
    from dbt_ai.report.console import progress_bar

    with progress_bar() as bar:
        task = bar.add_task("Loading", total=None) if bar is not None else None

        def told(what: str, done: int, of: int) -> None:
            if bar is not None and task is not None:
                bar.update(task, description=what, completed=done, total=of)

        yield told
