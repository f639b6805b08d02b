"""How many columns `auto` describes without a reasoning model, and how much of what the student says passes the checks.

`python -m benchmarks cascade [--quick] [--student NAME[:ADAPTER]] [--project PATH]...`

The integration project is built anew (`--quick`: the demo project instead); a project given by path is copied, and
built where it can be. Columns that people described do not count: nobody asks about them. `usd` is the most that the
questions which are left would cost at the default reasoning model, `usd_without` the same with nobody asked before.
Nothing is sent anywhere. Without `--student` the one in use answers; without any, derived texts are all there is.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dbt_ai.demo import PROJECT
from dbt_ai.engines.estimate import estimate
from dbt_ai.engines.local.engine import LocalEngine, weights_called
from dbt_ai.engines.local.store import in_use
from dbt_ai.engines.openai_engine import OpenAIEngine
from dbt_ai.engines.prices import price_of, read_prices
from dbt_ai.engines.reaching import DEFAULT_MODEL
from dbt_ai.engines.settings import OPENAI_BASE_URL, EngineSettings
from dbt_ai.engines.values import Request
from dbt_ai.project.opening import open_project
from dbt_ai.project.values import ProjectReader
from dbt_ai.tasks.document import DocumentOptions, document
from dbt_ai.tasks.sending import Withheld, send, withhold
from dbt_ai.tasks.tiers import Asking, OnAnswer, PromptOptions, Tier
from dbt_ai.values import OutcomeKind, Report
from tests.integration_project import build as integration


@dataclass(frozen=True)
class Measured:
    """One project: `columns` that no person described, those `left` to a reasoning model, the student's texts that
    were `accepted` and `refuted`, and the most that the rest would cost, with derived texts and the student and without
    the student."""

    project: str
    columns: int
    left: int
    asked: int
    accepted: int
    refuted: int
    usd: float | None
    usd_without: float | None


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks cascade", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="the demo project instead of the integration project")
    parser.add_argument("--student", help="an installed one; the one in use by default")
    parser.add_argument("--project", type=Path, action="append", default=[], help="a dbt project of your own")
    options = parser.parse_args(arguments)
    student = options.student or ("student" if in_use() is not None else None)
    found = []
    with tempfile.TemporaryDirectory(prefix="cascade-") as folder:
        for name, root in _projects(options.quick, options.project, Path(folder)):
            measured = _measure(name, root, student)
            _print(measured)
            found.append(measured)
    columns, asked = sum(one.columns for one in found), sum(one.accepted + one.refuted for one in found)
    figures: dict[str, Any] = {
        "columns": columns,
        "without_reasoning": round(1 - sum(one.left for one in found) / max(columns, 1), 4),
        "usd": _sum([one.usd for one in found]),
        "usd_without": _sum([one.usd_without for one in found]),
        "student": student,
        "student_asked": sum(one.asked for one in found),
        "student_accepted": round(sum(one.accepted for one in found) / asked, 4) if asked else None,
        "projects": {one.project: round(1 - one.left / max(one.columns, 1), 4) for one in found},
    }
    print(json.dumps(figures))
    return 0


def _projects(quick: bool, paths: Sequence[Path], folder: Path) -> Sequence[tuple[str, Path]]:
    if quick:
        own = ("demo", _copied(PROJECT, folder / "demo"))
    else:
        own = ("integration_tests", integration.build(folder / "integration_tests"))
    return [own, *((path.resolve().name, _copied(path, folder / path.resolve().name)) for path in paths)]


def _copied(path: Path, to: Path) -> Path:
    """A copy, built where it can be: what cannot is evaluated without data."""
    shutil.copytree(path, to, ignore=shutil.ignore_patterns("logs", ".git", ".dbt_ai", "dbt_ai.lock"))
    try:
        integration.run_dbt(to, "build")
    except integration.BuildFailed as error:
        print(f"{path.name} is not built: {str(error).strip().splitlines()[-1]}", flush=True)
    return to


def _measure(name: str, root: Path, student: str | None) -> Measured:
    reader = open_project(root, root if (root / "profiles.yml").exists() else None, None)
    alone: list[Withheld] = []
    left: list[Withheld] = []
    report = _document(reader, None, alone)
    if student is not None:
        report = _document(reader, student, left)
    rest = left if student is not None else alone
    open_columns = [o for o in report.outcomes if o.target.column and o.kind is not OutcomeKind.KEPT]
    totals = next((tier for tier in report.tiers if tier.name == "student"), None)
    return Measured(
        name,
        len({outcome.target for outcome in open_columns}),
        sum(_columns(request) for each in rest for request in each.requests),
        totals.requests if totals else 0,
        totals.accepted if totals else 0,
        totals.refuted if totals else 0,
        _usd(rest),
        _usd(alone),
    )


def _document(reader: ProjectReader, student: str | None, left: list[Withheld]) -> Report:
    """A run of `document` that writes nothing; what the reasoning model would be asked is put into `left`."""
    tiers = [Tier("reasoning", OpenAIEngine(EngineSettings(DEFAULT_MODEL), {"OPENAI_API_KEY": "none"}))]
    if student is not None:
        engine = LocalEngine(*weights_called(student))
        tiers.insert(0, Tier("student", engine, "none", by_column=True))
    ask, keep = send(1), withhold(left.append)

    def put(tier: Tier, requests: Sequence[Request], on_answer: OnAnswer) -> None:
        (ask if tier.name == "student" else keep)(tier, requests, on_answer)

    asking = Asking(tuple(tiers), PromptOptions(), put)
    return document(reader, DocumentOptions(write=False), asking=asking)


def _columns(request: Request) -> int:
    return len(request.schema["properties"].get("columns", {}).get("properties", {}))


def _usd(withheld: Sequence[Withheld]) -> float | None:
    """The most that the questions would cost at the price that OpenAI lists."""
    price = price_of(DEFAULT_MODEL, OPENAI_BASE_URL, read_prices(Path(), None))
    requests = [request for each in withheld for request in each.requests]
    high = estimate(requests, price, DEFAULT_MODEL).high
    return None if high is None else round(high / 1e9, 4)


def _sum(amounts: Sequence[float | None]) -> float | None:
    return None if None in amounts else round(sum(amount or 0 for amount in amounts), 4)


def _print(one: Measured) -> None:
    share = 100 * (1 - one.left / max(one.columns, 1))
    said = one.accepted + one.refuted
    passed = f"{one.accepted} of {said} answers pass the checks" if said else "no student"
    print(f"{one.project}: {one.columns} columns, {share:.1f} % without a reasoning model")
    print(f"  student: {one.asked} questions, {passed}")
    print(f"  the rest would cost ${one.usd} at most, without the student ${one.usd_without}", flush=True)
