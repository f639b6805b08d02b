"""Teaches a student on files of cases, by the pipeline of `dbtai distill`: loss, agreement, minutes, memory.

`python -m benchmarks distill --cases FILE... [--student NAME] [--folder FOLDER] [--epochs N] [--rank N]
[--threads N] [--quick]`

This is also how the starter adapters in dbt_ai/engines/local/adapters are made (`make starter`). Needs dbtai[distill].
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from dbt_ai.distill.cases import read_cases
from dbt_ai.distill.dataset import data_set
from dbt_ai.distill.pairs import pairs_of
from dbt_ai.distill.running import distil
from dbt_ai.distill.training import Recipe
from dbt_ai.engines.local.catalog import DEFAULT
from dbt_ai.engines.local.engine import adapter_of
from dbt_ai.engines.local.errors import StudentError
from dbt_ai.engines.local.store import InUse, installed_as
from dbt_ai.engines.local.values import Weights

CORPUS = Path(__file__).resolve().parents[1] / "student" / "corpus"
QUICK = 12  # cases
EVERY = 20  # steps between lines


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks distill", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cases", nargs="*", type=Path, default=sorted(CORPUS.glob("*.jsonl")))
    parser.add_argument("--student", default=DEFAULT)
    parser.add_argument("--folder", type=Path, help="where the run is kept, and gone on from")
    parser.add_argument("--epochs", type=float, default=2.0)
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--threads", type=int, default=1, help="as many as the machine has idle cores, and no more")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} cases, a tiny adapter")
    options = parser.parse_args(arguments)
    cases = read_cases(options.cases)
    recipe = Recipe(rank=options.rank, alpha=2 * options.rank, epochs=options.epochs, threads=options.threads)
    if options.quick:
        cases, recipe = cases[:QUICK], Recipe(rank=2, alpha=4, epochs=1, threads=options.threads)
    student = installed_as(options.student)
    try:
        now = Weights(student.file, adapter_of(student, InUse(student.name)), student.memory_mb)
    except StudentError:
        now = Weights(student.file, None, student.memory_mb)
    folder = options.folder or Path(tempfile.mkdtemp(prefix="distill-"))
    data = data_set(pairs_of(cases))
    print(json.dumps(data.card()), flush=True)
    started = time.monotonic()

    def told(what: str, done: int, of: int) -> None:
        if done % EVERY == 0 or done == of:
            print(f"{time.monotonic() - started:7.0f} s  {what}: {done} of {of}", file=sys.stderr, flush=True)

    done = distil(data, student.file, now, folder, recipe, told)
    figures = {
        "pairs": len(data.train),
        "minutes": round(done.trained.seconds / 60, 1),
        "held_out_before": round(done.before or 0.0, 4),
        "held_out_after": round(done.after, 4),
        "loss_before": round(done.trained.loss_before, 4),
        "loss_after": round(done.trained.loss_after, 4),
        "peak_mb": round(done.trained.peak_mb),
        "adapter": str(done.adapter),
        "adapter_mb": round(done.adapter.stat().st_size / 1e6, 1),
    }
    print(json.dumps(figures))
    return 0
