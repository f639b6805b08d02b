"""Teaches a student by the pipeline of `dbtai distill`: loss, agreement, minutes, memory.

`python -m benchmarks distill [--project FOLDER | --by-hand] [--cases [FILE...]] [--start GGUF] [--student NAME]
[--folder FOLDER] [--epochs N] [--rank N] [--threads N] [--quick]`

By itself it teaches the corpus: so are the adapters in dbt_ai/engines/local/adapters made, and the small classifier
(`make starter`). With a project, which is built, it teaches what people and reasoning models wrote there, and of cases
those that are given; `--by-hand` takes our own project, with answers out of tests/truths. `--start` is the adapter to
go on from and to be compared with, `starter` the one in the package; without it the bare model is. Needs
dbtai[local,distill].
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from benchmarks._ledger_by_hand import answered_by_hand
from dbt_ai.distill.cases import read_cases
from dbt_ai.distill.classifier.teaching import teach_into
from dbt_ai.distill.dataset import data_set
from dbt_ai.distill.pairs import Pair, pairs_of
from dbt_ai.distill.running import distil
from dbt_ai.distill.training import Recipe
from dbt_ai.engines.local.catalog import DEFAULT
from dbt_ai.engines.local.starter import starter_for
from dbt_ai.engines.local.store import installed_as
from dbt_ai.engines.local.values import Weights
from dbt_ai.project.opening import open_project
from dbt_ai.project.settings import read_settings
from dbt_ai.project.values import Selection
from dbt_ai.tasks.distill import teachings_of

CORPUS = Path(__file__).resolve().parents[1] / "student" / "corpus"
QUICK = 12  # cases
EVERY = 20  # steps between lines


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks distill", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--project", type=Path, help="a built dbt project")
    parser.add_argument("--by-hand", action="store_true", help="our own project, with answers out of tests/truths")
    parser.add_argument("--cases", nargs="*", type=Path, help="files of cases; the corpus where no project is given")
    parser.add_argument("--start", metavar="GGUF", help="the adapter to go on from")
    parser.add_argument("--student", default=DEFAULT)
    parser.add_argument("--folder", type=Path, help="where the run is kept, and gone on from")
    parser.add_argument("--epochs", type=float, default=2.0)
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--threads", type=int, default=1, help="as many as the machine has idle cores, and no more")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} cases, a tiny adapter")
    options = parser.parse_args(arguments)
    recipe = Recipe(rank=options.rank, alpha=2 * options.rank, epochs=options.epochs, threads=options.threads)
    student = installed_as(options.student)
    start = starter_for(student.name) if options.start == "starter" else options.start and Path(options.start)
    if options.start and not start:
        raise SystemExit(f"There is no starter adapter for {student.name}.")
    folder = options.folder or Path(tempfile.mkdtemp(prefix="distill-"))
    project = options.project
    if options.by_hand:
        project = folder / "project"
        if not (folder / "answers.jsonl").exists():
            answered_by_hand(folder)
    of_project = _pairs_of_project(project) if project else []
    corpus = [] if project else sorted(CORPUS.glob("*.jsonl"))
    cases = read_cases(corpus if options.cases is None else options.cases)
    if options.quick:
        cases, of_project = cases[:QUICK], of_project[: 5 * QUICK]
        recipe = Recipe(rank=2, alpha=4, epochs=1, threads=options.threads)
    classifier = None if project or options.quick else teach_into(cases, folder)
    data = data_set([*of_project, *pairs_of(cases)])
    print(json.dumps(data.card()), flush=True)
    started = time.monotonic()

    def told(what: str, done: int, of: int) -> None:
        if done % EVERY == 0 or done == of:
            print(f"{time.monotonic() - started:7.0f} s  {what}: {done} of {of}", file=sys.stderr, flush=True)

    now = Weights(student.file, start or None, student.memory_mb)
    done = distil(data, now, folder, recipe, told, lambda outlook: print(outlook, file=sys.stderr, flush=True), start)
    figures = {
        "pairs": data.taught,
        "minutes": round(done.trained.seconds / 60, 1),
        "held_out_before": round(done.before.mean, 4),
        "held_out_after": round(done.after.mean, 4),
        "held_out": len(done.after.scores),
        "answered_before": done.before.answered,
        "answered_after": done.after.answered,
        "nearer": done.after.better_than(done.before),
        "farther": done.before.better_than(done.after),
        "better": done.better,
        "loss_before": round(done.trained.loss_before, 4),
        "loss_after": round(done.trained.loss_after, 4),
        "peak_mb": round(done.trained.peak_mb),
        "adapter": str(done.adapter),
        "classifier": str(classifier) if classifier else None,
        "adapter_mb": round(done.adapter.stat().st_size / 1e6, 1),
    }
    print(json.dumps(figures))
    return 0


def _pairs_of_project(root: Path) -> list[Pair]:
    """The texts of a project's columns, built as dbt leaves it: of people, and of reasoning models."""
    reader = open_project(root, root, None)
    found = teachings_of(reader, Selection(), read_settings(root).share)
    print(f"left out: {found.refuted} refuted, {found.unfit} unfit", file=sys.stderr, flush=True)
    return list(found.pairs)
