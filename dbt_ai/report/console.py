"""A report for a person at a terminal, through rich: the report on standard output, progress on standard error."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from dbt_ai.values import Outcome, OutcomeKind, Report, VerdictKind

_STYLES = {
    OutcomeKind.WRITTEN: "green",
    OutcomeKind.KEPT: "dim",
    OutcomeKind.CURRENT: "dim",
    OutcomeKind.STALE: "yellow",
    OutcomeKind.REFUTED: "red",
    OutcomeKind.GAP: "yellow",
    OutcomeKind.REFUSED: "red",
    OutcomeKind.FAILED: "red",
}
_QUIET = (OutcomeKind.KEPT, OutcomeKind.CURRENT)
MAX_GAPS = 20
MAX_FINDINGS = 30


def print_report(report: Report, *, show_diff: bool = False, file: TextIO | None = None) -> None:
    """Prints what became of each target, grouped by node, then gaps, findings, what could not be seen, and one line
    that sums it up. `show_diff` prints the unified diff first."""
    console = Console(file=file or sys.stdout, highlight=False, soft_wrap=False)
    if show_diff and report.diff:
        _print_diff(console, report.diff)
    told = [
        outcome for outcome in report.outcomes if outcome.kind not in _QUIET and outcome.kind is not OutcomeKind.GAP
    ]
    for unique_id, outcomes in groupby(told, key=lambda outcome: outcome.target.unique_id):
        _print_node(console, unique_id, list(outcomes))
    _print_gaps(console, [outcome for outcome in report.outcomes if outcome.kind is OutcomeKind.GAP])
    _print_findings(console, report)
    for notice in report.notices:
        console.print(Text(notice, style="yellow"))
    for sentence in report.unfinished:
        console.print(Text(sentence, style="red"))
    console.print(Text(summary(report), style="bold"))


def summary(report: Report) -> str:
    """One line: how many were written, kept, left open, refused."""
    counts = Counter(outcome.kind for outcome in report.outcomes)
    would = "" if report.wrote else "would be "
    words = {
        OutcomeKind.WRITTEN: f"{would}written",
        OutcomeKind.STALE: f"stale, {would}rewritten",
        OutcomeKind.CURRENT: "up to date",
        OutcomeKind.KEPT: "written by people and kept",
        OutcomeKind.GAP: "left open",
        OutcomeKind.REFUTED: "refuted by a check",
        OutcomeKind.REFUSED: "could not be edited",
        OutcomeKind.FAILED: "could not be read",
    }
    parts = [f"{counts[kind]} {text}" for kind, text in words.items() if counts[kind]]
    return f"{report.job}: {', '.join(parts) if parts else 'nothing to do'}."


@contextmanager
def progress_bar() -> Iterator[Progress | None]:
    """A progress bar on standard error, None where that is no terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield progress


def _print_node(console: Console, unique_id: str, outcomes: list[Outcome]) -> None:
    paths = dict.fromkeys(outcome.path for outcome in outcomes if outcome.path)
    console.print(Text.assemble((_short(unique_id), "bold"), ("  " + ", ".join(paths), "dim")))
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 2), expand=False)
    table.add_column("column", no_wrap=True, overflow="ellipsis", max_width=36)
    table.add_column("verdict", no_wrap=True)
    table.add_column("text", overflow="fold")
    for outcome in outcomes:
        text = outcome.text if outcome.kind in (OutcomeKind.WRITTEN, OutcomeKind.STALE) else outcome.detail
        table.add_row(
            Text(outcome.target.column or "(description)", style="" if outcome.target.column else "italic"),
            Text(_word(outcome), style=_STYLES[outcome.kind]),
            Text(text or outcome.detail),
        )
    console.print(table)


def _word(outcome: Outcome) -> str:
    """The weakest verdict of what is written, else what became of it."""
    if outcome.kind is OutcomeKind.WRITTEN and outcome.verdicts:
        order = (VerdictKind.HOLDS, VerdictKind.BOUNDED, VerdictKind.PROVED)
        found = {verdict.kind for verdict in outcome.verdicts}
        return next((kind.value for kind in order if kind in found), outcome.kind.value)
    return outcome.kind.value


def _print_gaps(console: Console, gaps: list[Outcome]) -> None:
    if not gaps:
        return
    console.print(Text(f"Left open, as nothing true could be said ({len(gaps)}):", style="yellow"))
    by_node: dict[str, list[str]] = {}
    for outcome in gaps:
        by_node.setdefault(outcome.target.unique_id, []).append(outcome.target.column or "(description)")
    for unique_id, columns in list(by_node.items())[:MAX_GAPS]:
        console.print(Text(f"  {_short(unique_id)}: {', '.join(columns)}"))
    if len(by_node) > MAX_GAPS:
        console.print(Text(f"  ... and {len(by_node) - MAX_GAPS} more nodes; --format json has them all."))


def _print_findings(console: Console, report: Report) -> None:
    if not report.findings:
        return
    console.print(Text(f"Found in the data and the docs ({len(report.findings)}):", style="magenta"))
    for finding in report.findings[:MAX_FINDINGS]:
        console.print(Text(f"  {_short(finding.target.unique_id)}: {finding.sentence} [{finding.code}]"))
    if len(report.findings) > MAX_FINDINGS:
        console.print(Text(f"  ... and {len(report.findings) - MAX_FINDINGS} more; --format json has them all."))


def _print_diff(console: Console, diff: str) -> None:
    if console.is_terminal:
        console.print(Syntax(diff, "diff", background_color="default", word_wrap=False))
    else:
        console.file.write(diff)


def _short(unique_id: str) -> str:
    """`model.shop.orders` as a reader names it: `orders`; a source as `source.table`."""
    parts = unique_id.split(".")
    return ".".join(parts[2:]) if len(parts) > 2 else unique_id
