"""`dbtai distill`: teaches a student what people and reasoning models wrote in this project."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dbt_ai.cli.options import Place, project_options, selection_options
from dbt_ai.cli.output import format_option
from dbt_ai.errors import UsageError
from dbt_ai.project.values import Selection

if TYPE_CHECKING:
    from dbt_ai.distill.dataset import DataSet
    from dbt_ai.distill.outlook import Outlook
    from dbt_ai.distill.pairs import Pair
    from dbt_ai.distill.running import Distilled
    from dbt_ai.engines.local.store import Installed
    from dbt_ai.engines.local.values import Weights

RUNS = Path(".dbt_ai") / "distill"
UNFIT = "they are longer than a student writes, or share no word with what is known of their column"


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
@format_option()
def command(
    place: Place,
    selection: Selection,
    name: str | None,
    cases: tuple[Path, ...],
    run: str,
    epochs: float,
    accept_terms: bool,
    form: str,
) -> None:
    """Teach the student in use what people and reasoning models wrote in this project, and use it if it got better.

    Texts that pass today's checks become pairs of evidence and answer; what people made of texts of ours weighs most. A
    LoRA adapter is trained on this machine, from the one in use on, compared with it on models that were held out, and
    used where it is better. Before it starts it says how long that takes. The run's folder, in .dbt_ai/distill/, has
    its data, card, losses, figures and the adapter. Nothing is sent anywhere. Needs pip install 'dbtai[local,distill]'.
    """
    from dbt_ai.cli.jobs import progress_of, read_project
    from dbt_ai.distill.cases import read_cases
    from dbt_ai.distill.dataset import LEAST, data_set
    from dbt_ai.distill.pairs import pairs_of
    from dbt_ai.project.settings import read_settings
    from dbt_ai.tasks.distill import teachings_of

    if not run.replace("-", "").replace("_", "").isalnum():
        raise UsageError(f"{run!r} cannot be the name of a run: use letters, digits, - and _ only.")
    _check_installed()
    more = pairs_of(read_cases(cases))
    reader = read_project(*place)
    root = reader.project.root
    settings = read_settings(root)
    student, now = _student(name or (settings.student if settings.student != "none" else None))
    with progress_of() as progress:
        most = settings.share if os.environ.get("DBTAI_SHARE") else "samples"
        found = teachings_of(reader, selection, settings.share, most, progress)
    for count, why in ((found.refuted, "a check says that they are false today"), (found.unfit, UNFIT)):
        if count:
            click.echo(f"{count} texts are left out: {why}.", err=True)
    data = data_set([*found.pairs, *more])
    if data.taught < LEAST:
        raise UsageError(
            f"There is too little to teach here ({data.taught} texts), as fewer than {LEAST} teach nothing: document "
            "more of the project with a reasoning model, or add cases with --cases."
        )
    if not data.held_out:
        raise UsageError("All texts are of one model, so none can be held out to compare by: select more models.")
    check_terms([*data.train, *data.held_out], accept_terms)
    sys.exit(_teach(data, student, now, root / RUNS / run, epochs, reader.project.name, form))


def _student(name: str | None) -> tuple[Installed, Weights]:
    """The student to teach, and what it answers with today: its adapter, or the bare model where it has none."""
    from dbt_ai.engines.local.catalog import DEFAULT
    from dbt_ai.engines.local.engine import weights_of
    from dbt_ai.engines.local.serving import check
    from dbt_ai.engines.local.starter import starter_for
    from dbt_ai.engines.local.store import InUse, in_use, installed_as

    chosen = in_use()
    student = installed_as(name or (chosen.name if chosen else DEFAULT))
    if chosen is None or chosen.name != student.name:
        chosen = InUse(student.name)
    if chosen.adapter == "starter" and starter_for(student.name) is None:
        chosen = InUse(student.name, None)
    _, weights = weights_of(student, chosen)
    check(weights)
    return student, weights


def _teach(
    data: DataSet, student: Installed, now: Weights, folder: Path, epochs: float, project: str, form: str
) -> int:
    from dbt_ai.distill.running import distil, is_taught
    from dbt_ai.distill.training import Recipe
    from dbt_ai.engines.local.store import InUse, keep_adapter, use

    if is_taught(data, now, folder):
        click.echo("Nothing new to teach: the adapter in use was taught these very texts.", err=form == "json")
        if form == "json":
            click.echo(json.dumps({"student": student.name, "pairs": data.taught, "used": False}))
        return 0
    begins = "the bare model" if now.adapter is None else f"the adapter {now.adapter.stem}"
    click.echo(
        f"Teaching {student.name} {data.taught} texts, from {begins} on; {len(data.held_out)} are held out.", err=True
    )
    with _bar() as told:
        done = distil(data, now, folder, Recipe(epochs=epochs), told, _foreseen, now.adapter)
    adapter = None
    if done.better:
        adapter = keep_adapter(student, done.adapter, project)
        use(InUse(student.name, str(adapter)))
    if form == "json":
        click.echo(json.dumps(_figures(data, student, done, adapter)))
    else:
        _tell(student, done, adapter, begins)
    return 0


def _foreseen(outlook: Outlook) -> None:
    """Says what it will take, before it starts."""
    goes_on = f", from step {outlook.done + 1} on" if outlook.done else ""
    minutes = f"{outlook.minutes:,.0f} minutes" if outlook.minutes >= 1.5 else "a minute or two"
    click.echo(
        f"{outlook.steps:,} steps{goes_on} take about {minutes} and {outlook.memory_mb / 1000:.1f} GB of memory; then "
        "what is held out is asked. Interrupt it when you like: the same command goes on.",
        err=True,
    )


def _tell(student: Installed, done: Distilled, adapter: Path | None, begins: str) -> None:
    before, after = done.before, done.after
    click.echo(
        f"Agreement with the teachers on {len(after.scores)} texts that were held out: {after.mean:.3f}, and "
        f"{before.mean:.3f} of {begins}; nearer in {after.better_than(before)}, farther in {before.better_than(after)}."
    )
    if adapter is None:
        click.echo(f"What is in use stays: the new adapter is not better. It lies in {done.adapter.parent}.")
    else:
        click.echo(f"{student.name} answers with {adapter} from now on.")


def _figures(data: DataSet, student: Installed, done: Distilled, adapter: Path | None) -> dict[str, object]:
    return {
        "student": student.name,
        "pairs": data.taught,
        "held_out": len(data.held_out),
        "before": round(done.before.mean, 4),
        "after": round(done.after.mean, 4),
        "loss_before": round(done.trained.loss_before, 4),
        "loss_after": round(done.trained.loss_after, 4),
        "minutes": round(done.trained.seconds / 60, 1),
        "peak_mb": round(done.trained.peak_mb),
        "used": adapter is not None,
        "adapter": str(adapter or done.adapter),
        "folder": str(done.adapter.parent),
    }


def _check_installed() -> None:
    from importlib.util import find_spec

    missing = [name for name in ("torch", "transformers", "peft", "gguf", "xllamacpp") if find_spec(name) is None]
    if missing:
        raise UsageError(f"Not installed: {', '.join(missing)}. Run pip install 'dbtai[local,distill]'.")


def check_terms(pairs: Sequence[Pair], accepted: bool) -> None:
    """Raises UsageError where texts of a model are among the pairs and nobody said that they may be taught."""
    from dbt_ai.distill.pairs import CASE, CORRECTION, PERSON

    models = sorted({pair.teacher for pair in pairs} - {CASE, PERSON, CORRECTION})
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
