"""How good the texts of small local models are: answered, right, wrong, and wrong though the checks let them pass.

`python -m benchmarks student [--quick] [--student NAME[:ADAPTER]]... [--cases FILE] [--show N]`

The cases are a fixed set with required and forbidden facts for each column (student/evaluation), kept out of training.
A student is an installed one by name, or the path of a GGUF file; ADAPTER is the path of its adapter, "none" for the
bare model, else the starter adapter. Without `--student`: derived texts, and the student in use. Needs dbtai[local].
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dbt_ai.distill.cases import Case, read_cases
from dbt_ai.engines.local.engine import LocalEngine, weights_of
from dbt_ai.engines.local.store import InUse, in_use, installed_as
from dbt_ai.engines.local.values import Weights
from dbt_ai.tasks.evaluating.fixed import marked_derived, marked_student
from dbt_ai.tasks.evaluating.scoring import Marked, marks_of

FIXED = Path(__file__).resolve().parents[1] / "student" / "evaluation" / "fixed.jsonl"
QUICK = 8  # cases


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks student", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help=f"the first {QUICK} cases")
    parser.add_argument("--student", action="append", default=[])
    parser.add_argument("--cases", type=Path, default=FIXED)
    parser.add_argument("--show", type=int, default=0, help="print this many texts that passed though they are wrong")
    options = parser.parse_args(arguments)
    chosen = in_use()
    students = options.student or ([chosen.name] if chosen else [])
    figures = _asked(options.cases, options.quick, None, options.show)
    _print("derived", figures)
    for student in students:
        figures = _asked(options.cases, options.quick, student, options.show)
        _print(student, figures)
    print(json.dumps(figures))
    return 0


def _asked(path: Path, quick: bool, student: str | None, show: int) -> dict[str, Any]:
    """The figures of one engine, from a process of its own: so its memory is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_figures, (path, quick, student, show))


def _figures(path: Path, quick: bool, student: str | None, show: int) -> dict[str, Any]:
    cases = read_cases([path])[: QUICK if quick else None]
    started = time.monotonic()
    marked = _marked(cases, student)
    seconds = time.monotonic() - started
    marks = marks_of(marked)
    for one in [one for one in marked if one.grade_left == "wrong"][:show]:
        print(f"  wrong: {one.case} {one.column}: {one.left}")
    return {
        "columns": marks.columns,
        "answered": marks.answered,
        "accepted": marks.accepted,
        "right": marks.left.get("right", 0),
        "wrong": marks.said.get("wrong", 0),
        "incomplete": marks.left.get("incomplete", 0),
        "accepted_wrong": round(marks.accepted_wrong, 4),
        "seconds_per_column": round(seconds / max(marks.columns, 1), 3),
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _marked(cases: Sequence[Case], student: str | None) -> list[Marked]:
    if student is None:
        return list(marked_derived(cases))
    name, _, adapter = student.partition(":")
    if Path(name).is_file():
        own = None if adapter in ("", "none") else Path(adapter)
        called, weights = Path(name).stem, Weights(Path(name), own, 0)
    else:
        chosen = InUse(name, None if adapter == "none" else adapter or "starter")
        called, weights = weights_of(installed_as(name), chosen)
    return list(marked_student(cases, LocalEngine(called, weights)))


def _print(name: str, figures: dict[str, Any]) -> None:
    print(f"{name}: " + ", ".join(f"{key} {value}" for key, value in figures.items()), flush=True)
