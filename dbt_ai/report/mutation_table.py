"""Mutation scores for a person, and as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from dbt_ai.values import (
    JudgedMutant,
    JudgedTest,
    MutantKind,
    MutationReport,
    MutationScore,
    TestKind,
)

SCHEMA_VERSION = 1
MAX_SURVIVORS = 15  # of one model that are shown
_UNSEEN = re.compile(r"[^\S \n]|[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_WORDS = {
    TestKind.KILLS_NOTHING: ("kills nothing", "yellow"),
    TestKind.CANNOT_FAIL: ("cannot fail", "red"),
    TestKind.NOT_COUNTED: ("not counted", "dim"),
}


def score(models: Iterable[MutationScore]) -> float | None:
    """The share of mutants that tests kill of those that they could: killed / (killed + survived); None for none."""
    models = list(models)
    killed, survived = (sum(m.count(kind) for m in models) for kind in (MutantKind.KILLED, MutantKind.SURVIVED))
    return killed / (killed + survived) if killed + survived else None


def print_mutation(report: MutationReport, sentences: dict[str, str], *, file: TextIO) -> None:
    """Prints each model's tests and survivors, then what was left out, then a table of all. `sentences` are those of
    the reason codes."""
    console = Console(file=file, highlight=False, emoji=False, markup=False)
    judged = [model for model in report.models if model.reason is None]
    for model in judged:
        _print_model(console, model, sentences)
    for model in report.models:
        if model.reason is not None:
            _line(console, ("Left out  ", "yellow"), f"{_short(model.node)}: {_why(model, sentences)}")
    for notice in report.notices:
        _line(console, ("Note  ", "yellow"), notice)
    if len(judged) > 1:
        console.print(_table(judged))
    _line(console, ("", ""), summary(report), style="bold")


def summary(report: MutationReport) -> str:
    """One line: the score of all models with what it is made of."""
    counts = _counts(report.models)
    if not sum(counts.values()):
        return "mutate: nothing to do."
    told = ", ".join(f"{counts[kind]} {kind.value.replace('_', ' ')}" for kind in MutantKind)
    return f"mutate: {told}; score {_percent(score(report.models))}."


def report_to_json(report: MutationReport) -> str:
    """The report as JSON: `summary`, one entry a model with its mutants and tests, notices."""
    content = {
        "schema_version": SCHEMA_VERSION,
        "job": "mutate",
        "summary": _summary(report.models),
        "models": [_model(model) for model in report.models],
        "notices": list(report.notices),
    }
    text = json.dumps(content, indent=2, ensure_ascii=False, default=str)
    return _UNSEEN.sub(lambda found: json.dumps(found[0])[1:-1], text)


def _counts(models: Sequence[MutationScore]) -> dict[MutantKind, int]:
    return {kind: sum(model.count(kind) for model in models) for kind in MutantKind}


def _summary(models: Sequence[MutationScore]) -> dict[str, Any]:
    tests = [test for model in models for test in model.tests]
    return {
        **{kind.value: count for kind, count in _counts(models).items()},
        "score": score(models),
        "models": sum(model.reason is None for model in models),
        "left_out": sum(model.reason is not None for model in models),
        "tests": {kind.value: sum(test.kind is kind for test in tests) for kind in TestKind},
    }


def _model(model: MutationScore) -> dict[str, Any]:
    return {
        "node": model.node,
        "path": model.path,
        "summary": _summary([model]),
        "reason": model.reason,
        "detail": model.detail,
        "notices": list(model.notices),
        "tests": [_test(test) for test in model.tests],
        "mutants": [_mutant(mutant) for mutant in model.mutants],
    }


def _test(test: JudgedTest) -> dict[str, Any]:
    return {
        "test": test.unique_id,
        "name": test.name,
        "type": "unit_test" if test.is_unit_test else "data_test",
        "outcome": test.kind.value,
        "kills": test.kills,
        "kills_alone": test.alone,
        "reason": test.reason,
        "detail": test.detail,
    }


def _mutant(mutant: JudgedMutant) -> dict[str, Any]:
    return {
        "operator": mutant.operator,
        "sentence": mutant.sentence,
        "outcome": mutant.kind.value,
        "line": mutant.line,
        "diff": mutant.diff,
        "killed_by": list(mutant.killed_by),
        "rows": mutant.rows,
        "shown_by": [
            {"table": name, "columns": list(columns), "rows": [list(row) for row in rows]}
            for name, columns, rows in mutant.shown_by
        ],
        "verdict": mutant.verdict.value if mutant.verdict else None,
        "reason": mutant.reason,
        "detail": mutant.detail,
    }


def _print_model(console: Console, model: MutationScore, sentences: dict[str, str]) -> None:
    counts = {kind: model.count(kind) for kind in MutantKind}
    told = ", ".join(f"{counts[kind]} {kind.value.replace('_', ' ')}" for kind in MutantKind if counts[kind])
    head = Text.assemble((_short(model.node), "bold"), f"  score {_percent(score([model]))}: {told}")
    console.print(head, Text(model.path, "dim"), soft_wrap=True)
    for notice in model.notices:
        _line(console, ("  Note  ", "yellow"), notice)
    for test in sorted(model.tests, key=lambda test: (list(TestKind).index(test.kind), -test.kills)):
        word, style = _WORDS.get(test.kind, (f"kills {test.kills}, {test.alone} alone", "green"))
        why = f"  {test.detail or sentences.get(test.reason or '', '')}" if test.reason else ""
        _line(
            console, (f"  {word.ljust(18)}  ", style), f"{test.name}{' (unit test)' if test.is_unit_test else ''}{why}"
        )
    if not model.tests:
        _line(console, ("  no tests", "yellow"), "")
    survivors = [mutant for mutant in model.mutants if mutant.kind is MutantKind.SURVIVED]
    for mutant in survivors[:MAX_SURVIVORS]:
        _print_survivor(console, mutant)
    if len(survivors) > MAX_SURVIVORS:
        more = len(survivors) - MAX_SURVIVORS
        _line(console, ("", ""), f"  and {more} more survivors; --format json has them all", style="dim")
    console.print()


def _print_survivor(console: Console, mutant: JudgedMutant) -> None:
    rows = mutant.rows or 0
    where = f"{rows:,} {'row differs' if rows == 1 else 'rows differ'}" if rows else "no row differs today"
    _line(console, ("  survived  ", "red"), f"{mutant.sentence} ({where})")
    for line in mutant.diff.splitlines():
        style = {"-": "red", "+": "green", "@": "cyan"}.get(line[:1], "")
        _line(console, ("", ""), f"    {line}", style=style)


def _table(models: Sequence[MutationScore]) -> Table:
    table = Table(header_style="bold")
    table.add_column("model", overflow="fold")
    for title in ("score", *(kind.value.replace("_", " ") for kind in MutantKind), "tests"):
        table.add_column(title, justify="right")
    for model in models:
        counts = (str(model.count(kind)) for kind in MutantKind)
        table.add_row(Text(_short(model.node)), _percent(score([model])), *counts, str(len(model.tests)))
    return table


def _why(model: MutationScore, sentences: dict[str, str]) -> str:
    sentence = sentences.get(model.reason or "", "")
    return f"{sentence} {f'({model.detail}) ' if model.detail else ''}[{model.reason}]"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f} %"


def _short(unique_id: str) -> str:
    return unique_id.split(".", 2)[-1]


def _line(console: Console, head: tuple[str, str], text: str, style: str = "") -> None:
    shown = _UNSEEN.sub("·", text).replace("\n", " ")
    console.print(Text.assemble(head, (shown, style)), soft_wrap=True)
