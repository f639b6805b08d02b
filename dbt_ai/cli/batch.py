"""`dbtai batch`: questions that a server answers within a day, at half the price."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dbt_ai.cli.options import project_dir_option
from dbt_ai.cli.output import format_option

if TYPE_CHECKING:
    from dbt_ai.engines.batch_jobs import Told

SCHEMA_VERSION = 1
ACTIONS = ("submit", "status", "collect")


@click.command("batch")
@click.argument("action", type=click.Choice(ACTIONS))
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, dir_okay=False))
@project_dir_option
@format_option()
def command(action: str, files: tuple[Path, ...], project_dir: Path | None, form: str) -> None:
    """Have questions answered by OpenAI's Batch: within a day, at half the price.

    `dbtai document --export-requests ask.jsonl` writes them. `submit` sends such FILES, each once, whatever happens;
    `status` says how far they are; `collect` stores the answers of those that are over, so that `dbtai document` goes
    on with them as if they had just arrived. It ends with 3 while some are under way: run it again later.
    """
    from dbt_ai.errors import UsageError

    if bool(files) != (action == "submit"):
        wrong = "name the files to submit" if action == "submit" else f"{action} takes no files"
        raise UsageError(f"dbtai batch: {wrong}.")
    told = _run(action, files, project_dir)
    _tell(told, action, form)
    sys.exit(3 if action == "collect" and any(each.batch.collected_at is None for each in told) else 0)


def _run(action: str, files: tuple[Path, ...], project_dir: Path | None) -> list[Told]:
    from dbt_ai.engines.batch_book import FILE, BatchBook
    from dbt_ai.engines.batch_jobs import FOLDER, Batches
    from dbt_ai.engines.cache import AnswerStore
    from dbt_ai.engines.ledger import FILE as LEDGER
    from dbt_ai.engines.ledger import Ledger
    from dbt_ai.engines.opening import CACHE
    from dbt_ai.engines.prices import read_prices
    from dbt_ai.engines.settings import EngineSettings
    from dbt_ai.project.opening import find_root
    from dbt_ai.project.settings import read_settings

    root = find_root(project_dir)
    settings = read_settings(root)
    # the model is the one that each file names
    server = EngineSettings(model="", base_url=settings.base_url, offline=settings.offline)
    batches = Batches(BatchBook(root / FILE), server)
    if action == "status":
        return batches.status()
    store = AnswerStore(root / CACHE)
    if action == "submit":
        return batches.submit(files, store)
    prices = read_prices(root, settings.prices)
    return batches.collect(store, Ledger(root / LEDGER), prices, root / FOLDER)


def _tell(told: list[Told], action: str, form: str) -> None:
    from dbt_ai.cli.output import write_text

    if form == "json":
        report = {"schema_version": SCHEMA_VERSION, "batches": [_entry(each) for each in told]}
        write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", sys.stdout)
        return
    lines = []
    for each in told:
        lines += [each.sentence, *(f"  {line}" for line in (each.imported.sentences() if each.imported else ()))]
    if not told:
        lines = [f"There is no batch to {'collect' if action == 'collect' else 'look after'}."]
    write_text("\n".join(lines) + "\n", sys.stdout)


def _entry(told: Told) -> dict[str, Any]:
    batch = asdict(told.batch)
    names = ("file", "id", "status", "requests", "model", "base_url", "submitted_at", "collected_at")
    answers = None
    if told.imported is not None:
        answers = {name: value for name, value in asdict(told.imported).items() if name != "keys"}
    return {**{name: batch[name] for name in names}, "told": told.sentence, "answers": answers}
