"""A report for a person, through rich: in lines of the terminal's width, or in whole lines where it is none."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from dbt_ai.report.citations import rests_on
from dbt_ai.report.diff_stat import FileStat, diff_stat, without_file
from dbt_ai.report.tiers import tier_name, tier_sentence
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
_TEXTS = (OutcomeKind.WRITTEN, OutcomeKind.STALE)
_TROUBLE = (OutcomeKind.REFUTED, OutcomeKind.REFUSED)
WHOLE = {"document": "(description)", "refactor": "(query)"}  # what an outcome of a whole node is called
LOCK_FILE = "dbt_ai.lock"
MAX_TEXTS = 200  # that are shown one by one; the files have them all
MAX_NODES = 20  # of the gaps
MAX_FAILED = 10
MAX_COLUMNS = 8  # of one node's gaps
MAX_FINDINGS = 30
REGULARITIES = frozenset({"always-equal", "constant", "determined-by", "filled-when"})  # worth knowing, seldom wrong
NAME_WIDTH = 28
MIN_TEXT_WIDTH = 30


def print_report(report: Report, *, texts: bool = True, file: TextIO | None = None) -> None:
    """Prints what became of each target, grouped by node, then what failed, gaps, findings, what could not be seen,
    the files that change, and one line that sums it up.

    `texts` False leaves out the texts themselves, for where their diff is shown. `file` is standard output by default.
    """
    console = console_for(file or sys.stdout)
    shown = [o for o in report.outcomes if (o.kind in _TEXTS and texts) or o.kind in _TROUBLE]
    width = _name_width(shown)
    one_by_one = sum(outcome.kind in _TEXTS for outcome in shown) <= MAX_TEXTS
    nodes = _by_node(shown)
    indent = 0 if one_by_one else max(cell_len(_short(unique_id)) for unique_id, _ in nodes)
    whole = WHOLE.get(report.job, "(rows)")
    for unique_id, outcomes in nodes:
        _print_node(console, unique_id, outcomes, report.wrote, indent)
        for outcome in outcomes:
            if one_by_one or outcome.kind in _TROUBLE:
                _print_outcome(console, outcome, width, whole)
    _print_failed(console, [outcome for outcome in report.outcomes if outcome.kind is OutcomeKind.FAILED])
    _print_gaps(console, [outcome for outcome in report.outcomes if outcome.kind is OutcomeKind.GAP])
    _print_findings(console, report)
    for notice in report.notices:
        _print_entry(console, Text("Note  ", "yellow"), notice)
    for sentence in report.unfinished:
        _print_entry(console, Text("Unfinished  ", "red"), sentence)
    _print_tiers(console, report)
    _print_stat(console, diff_stat(report.diff))
    console.print(Text(summary(report), style="bold"), soft_wrap=not console.is_terminal)


def print_diff(report: Report, *, file: TextIO | None = None) -> None:
    """Prints the unified diff of `report` as `git apply` takes it; on a terminal coloured, and without the lock file,
    which is not for readers."""
    file = file or sys.stdout
    console = console_for(file)
    if console.is_terminal:
        for line in without_file(report.diff, LOCK_FILE).split("\n")[:-1]:
            console.print(Text(_printable(line.rstrip("\r")), style=_line_style(line)), soft_wrap=True)
        return
    # Bytes, so that the line ends of the files survive on every system; dbt may have put something else in place.
    buffer = getattr(file, "buffer", None)
    if buffer is None:
        file.write(report.diff)
    else:
        file.flush()
        buffer.write(report.diff.encode("utf-8", "surrogateescape"))
        buffer.flush()


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
    parts += [f"{len(report.findings)} found in the data and the docs"] if report.findings else []
    return f"{report.job}: {', '.join(parts) if parts else 'nothing to do'}."


@contextmanager
def progress_bar() -> Iterator[Progress | None]:
    """A progress bar on standard error, None where that is no terminal."""
    console = Console(stderr=True)
    if not console.is_terminal or console.is_dumb_terminal:
        yield None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield progress


def _line_style(line: str) -> str:
    """git's own colours of a line of a diff."""
    for start, style in (("--- ", "bold"), ("+++ ", "bold"), ("@@", "cyan"), ("+", "green"), ("-", "red")):
        if line.startswith(start):
            return style
    return ""


def console_for(file: TextIO) -> Console:
    """Prints texts as they are: no markup, no colours of its own."""
    if hasattr(file, "reconfigure"):  # a terminal that knows no croissants shows a question mark, and the run goes on
        file.reconfigure(errors="replace")
    return Console(file=file, highlight=False, emoji=False, markup=False)


def _by_node(outcomes: Sequence[Outcome]) -> list[tuple[str, list[Outcome]]]:
    """The outcomes of each node, in the order in which the nodes come first."""
    nodes: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        nodes.setdefault(outcome.target.unique_id, []).append(outcome)
    return list(nodes.items())


def _print_node(console: Console, unique_id: str, outcomes: Sequence[Outcome], wrote: bool, indent: int) -> None:
    counts = Counter(outcome.kind for outcome in outcomes)
    words = {OutcomeKind.WRITTEN: "written" if wrote else "to write", OutcomeKind.STALE: "rewritten"}
    told = ", ".join(f"{counts[kind]} {words.get(kind, kind.value)}" for kind in OutcomeKind if counts[kind])
    paths = dict.fromkeys(outcome.path for outcome in outcomes if outcome.path)
    name = _short(unique_id)
    head = Text.assemble((name, "bold"), " " * (indent - cell_len(name)), f"  {told}", ("  " + ", ".join(paths), "dim"))
    head.rstrip()
    console.print(head, soft_wrap=True)


def _print_outcome(console: Console, outcome: Outcome, width: int, whole: str) -> None:
    name = Text(_printable(outcome.target.column or whole), style="" if outcome.target.column else "italic")
    name.truncate(width, overflow="ellipsis", pad=True)
    word = Text(_word(outcome).ljust(8), style=_STYLES[outcome.kind])
    text = outcome.text if outcome.kind in _TEXTS else outcome.detail
    if outcome.kind is OutcomeKind.WRITTEN and outcome.detail:
        text = f"{text}: {outcome.detail}"
    head = Text.assemble("  ", name, "  ", word, "  ")
    _print_entry(console, head, text or outcome.detail)
    evidence = rests_on(outcome.citations) if outcome.kind in _TEXTS else ""
    if evidence:
        _print_entry(console, Text(" " * head.cell_len), evidence, style="dim")


def _print_entry(console: Console, head: Text, sentence: str, style: str = "") -> None:
    """`sentence` behind `head`; where a terminal wraps it, below itself."""
    text = Text(_printable(sentence), style=style)
    room = max(console.width - head.cell_len, MIN_TEXT_WIDTH)
    lines = list(text.wrap(console, room)) if console.is_terminal else [text]
    for number, line in enumerate(lines):
        line.rstrip()
        console.print(Text.assemble(head if number == 0 else " " * head.cell_len, line), soft_wrap=True)


def _name_width(outcomes: Iterable[Outcome]) -> int:
    longest = max((cell_len(_printable(o.target.column or "(description)")) for o in outcomes), default=0)
    return min(longest, NAME_WIDTH)


def _word(outcome: Outcome) -> str:
    """The weakest verdict of what is written, else what became of it."""
    if outcome.kind is OutcomeKind.WRITTEN and outcome.verdicts:
        order = (VerdictKind.HOLDS, VerdictKind.BOUNDED, VerdictKind.PROVED)
        found = {verdict.kind for verdict in outcome.verdicts}
        return next((kind.value for kind in order if kind in found), outcome.kind.value)
    return outcome.kind.value


def _print_failed(console: Console, failed: Sequence[Outcome]) -> None:
    """Nodes that could not be read. Where one warehouse is away it is all of them, with one reason."""
    if not failed:
        return
    console.print(Text(f"\nCould not be read: {len(failed)}", style="red"))
    for outcome in failed[:MAX_FAILED]:
        _print_entry(console, Text(f"  {_short(outcome.target.unique_id)}  "), outcome.detail)
    if len(failed) > MAX_FAILED:
        console.print(Text(f"  and {len(failed) - MAX_FAILED} more nodes; --format json has them all", style="dim"))


def _print_gaps(console: Console, gaps: Sequence[Outcome]) -> None:
    if not gaps:
        return
    console.print(Text(f"\nLeft open, as nothing true could be said: {len(gaps)}", style="yellow"))
    by_node = _by_node(gaps)
    for unique_id, outcomes in by_node[:MAX_NODES]:
        names = [outcome.target.column or "(description)" for outcome in outcomes]
        more = f" and {len(names) - MAX_COLUMNS} more" if len(names) > MAX_COLUMNS else ""
        _print_entry(console, Text(f"  {_short(unique_id)}  "), ", ".join(names[:MAX_COLUMNS]) + more)
    if len(by_node) > MAX_NODES:
        console.print(Text(f"  and {len(by_node) - MAX_NODES} more nodes; --format json has them all", style="dim"))


def _print_findings(console: Console, report: Report) -> None:
    """The findings by node; regularities of the data only where they do not crowd out what looks wrong."""
    if not report.findings:
        return
    console.print(Text(f"\nFound in the data and the docs: {len(report.findings)}", style="magenta"))
    wrong = [finding for finding in report.findings if finding.code not in REGULARITIES]
    shown = (report.findings if len(report.findings) <= MAX_FINDINGS else wrong)[:MAX_FINDINGS]
    last = ""
    for finding in shown:
        node = _short(finding.target.unique_id)
        if node != last:
            console.print(Text(f"  {node}", style="bold"), soft_wrap=True)
        last = node
        _print_entry(console, Text("    "), f"{finding.sentence} [{finding.code}]")
    more = len(report.findings) - len(shown)
    if more:
        what = "more" if len(shown) < len(wrong) else "regularities"
        console.print(Text(f"  and {more} {what}; --format json has them all", style="dim"))


def _print_tiers(console: Console, report: Report) -> None:
    """What the engines were asked, where any was."""
    if any(tier.model is not None for tier in report.tiers):
        console.print()
        width = max(cell_len(tier_name(tier)) for tier in report.tiers)
        for tier in report.tiers:
            _print_entry(console, Text(f"  {_printable(tier_name(tier)).ljust(width)}  "), tier_sentence(tier))


def _print_stat(console: Console, stats: Sequence[FileStat]) -> None:
    """The files that change, with their lines added and removed."""
    if stats:
        console.print()
    width = max((cell_len(stat.path) for stat in stats), default=0)
    for stat in stats:
        name = Text(_printable(stat.path))
        name.pad_right(width - cell_len(stat.path))
        line = Text.assemble("  ", name, "  ", (f"+{stat.added}", "green"))
        if stat.removed:
            line.append(f" -{stat.removed}", "red")
        console.print(line, soft_wrap=True)


def _short(unique_id: str) -> str:
    """`model.shop.orders` as a reader names it: `orders`; a source as `source.table`."""
    parts = unique_id.split(".")
    return ".".join(parts[2:]) if len(parts) > 2 else unique_id


def _printable(text: str) -> str:
    """Control and direction characters must not move the cursor of a terminal."""
    return "".join(character if character.isprintable() else " " for character in text)
