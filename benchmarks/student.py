"""How good the texts of small local models are: answered, right, wrong, and wrong though the checks let them pass.

`python -m benchmarks student [--quick] [--student NAME[:ADAPTER]]... [--cases FILE] [--all-columns] [--show N]`

The cases are a fixed set with required and forbidden facts for each column (student/evaluation), kept out of training.
A student is an installed one by name, or the path of a GGUF file; ADAPTER is the path of its adapter, "none" for the
bare model, else the starter adapter. Without `--student`: derived texts, and the student in use. A very small one is
asked as in a project, about columns that are taken over as they are; with --all-columns about all. Needs dbtai[local].
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
from pathlib import Path
from typing import Any

from dbt_ai.distill.cases import read_cases
from dbt_ai.engines.local.engine import LocalEngine, weights_called
from dbt_ai.engines.local.store import in_use
from dbt_ai.engines.local.values import Weights
from dbt_ai.tasks.evaluating.asking import derived_from, heard_from
from dbt_ai.tasks.evaluating.fixed import exam_of
from dbt_ai.tasks.evaluating.marking import figures_of, marked_by
from dbt_ai.tasks.progress import nothing
from dbt_ai.tasks.sending import send
from dbt_ai.tasks.tiers import Asking, PromptOptions, Tier

FIXED = Path(__file__).resolve().parents[1] / "student" / "evaluation" / "fixed.jsonl"
QUICK = 8  # cases


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks student", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help=f"the first {QUICK} cases")
    parser.add_argument("--student", action="append", default=[])
    parser.add_argument("--cases", type=Path, default=FIXED)
    parser.add_argument("--show", type=int, default=0, help="print this many texts that passed though they are wrong")
    parser.add_argument("--all-columns", action="store_true", help="ask very small models about all columns, too")
    options = parser.parse_args(arguments)
    chosen = in_use()
    students = options.student or ([chosen.name] if chosen else [])
    figures = _asked(options, None)
    _print("derived", figures)
    for student in students:
        figures = _asked(options, student)
        _print(student, figures)
    print(json.dumps(figures))
    return 0


def _asked(options: argparse.Namespace, student: str | None) -> dict[str, Any]:
    """The figures of one engine, from a process of its own: so its memory is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_figures, (options, student))


def _figures(options: argparse.Namespace, student: str | None) -> dict[str, Any]:
    exam = exam_of(read_cases([options.cases])[: QUICK if options.quick else None])
    if student is None:
        heard = derived_from(exam)
    else:
        heard = heard_from(_asking(student, options.all_columns), exam.sheets, None, nothing)
    marked = marked_by(student or "derived", heard, exam.sheets)
    figures = figures_of(student or "derived", heard, marked)
    places = [(sheet.name, column) for sheet in exam.sheets for column in sheet.question.columns]
    wrong = [(place, one) for place, one in zip(places, marked, strict=True) if one.grade_left == "wrong"]
    for (case, column), one in wrong[: options.show]:
        print(f"  wrong: {case} {column}: {one.left}")
    if heard.why:
        print(f"  {heard.failed} of {heard.requests} questions have no answer: {heard.why}")
    return {
        "columns": figures.columns,
        "answered": figures.answered,
        "accepted": figures.accepted,
        "right": dict(figures.left).get("right", 0),
        "wrong": dict(figures.said).get("wrong", 0),
        "incomplete": dict(figures.left).get("incomplete", 0),
        "accepted_wrong": round(figures.accepted_wrong, 4),
        "seconds_per_column": round(figures.seconds_per_column, 3),
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _asking(student: str, all_columns: bool) -> Asking:
    name, _, adapter = student.partition(":")
    if Path(name).is_file():
        own = None if adapter in ("", "none") else Path(adapter)
        called, weights = Path(name).stem, Weights(Path(name), own, 0)
    else:
        called, weights = weights_called(student)
    plain = weights.plain_only and not all_columns
    tier = Tier("student", LocalEngine(called, weights), "none", by_column=True, plain_only=plain)
    return Asking((tier,), PromptOptions(), send(1))


def _print(name: str, figures: dict[str, Any]) -> None:
    print(f"{name}: " + ", ".join(f"{key} {value}" for key, value in figures.items()), flush=True)
