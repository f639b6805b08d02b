"""Engines side by side: a table for the terminal, JSON, and one HTML page with a chart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import Any, TextIO

from rich.table import Table
from rich.text import Text

from dbt_ai.report.console import console_for
from dbt_ai.report.json_report import to_json
from dbt_ai.tasks.evaluating.values import EngineFigures, EvaluationReport

SCHEMA_VERSION = 1
GRADES = ("right", "incomplete", "wrong", "silent")
_COLOURS = 6  # that the page has
_NAMES, _BARS, _STEP, _HEAD = 230, 400, 22, 30  # of the chart, in pixels
Cell = Callable[[EngineFigures], str]


@dataclass(frozen=True)
class Row:
    """One figure of all engines."""

    title: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Bar:
    """One bar of the chart: whose it is, what it says, where it is, and how long."""

    engine: str
    shown: str
    y: int
    length: float
    colour: int


@dataclass(frozen=True)
class Group:
    """The bars of one figure."""

    title: str
    y: int
    bars: tuple[Bar, ...]


def print_evaluation(report: EvaluationReport, *, file: TextIO) -> None:
    """Prints the figures, then what could not be seen, and what has no answer."""
    console = console_for(file)
    table = Table(header_style="bold", box=None, pad_edge=False)
    table.add_column("")
    for each in report.engines:
        table.add_column(Text(plain(each.engine)), justify="right", overflow="fold")
    for row in rows_of(report):
        table.add_row(Text(plain(row.title)), *(Text(cell) for cell in row.cells))
    if not console.is_terminal:
        console.width = max(console.width, console.measure(table).maximum)
    if report.engines:
        console.print(table)
    for notice in report.notices:
        console.print(Text.assemble(("Note  ", "yellow"), plain(notice)), soft_wrap=True)
    for sentence in report.unfinished:
        console.print(Text.assemble(("Unfinished  ", "red"), plain(sentence)), soft_wrap=True)
    console.print(Text(plain(headline(report)), "bold"), soft_wrap=True)


def evaluation_to_json(report: EvaluationReport) -> str:
    """The report as JSON: `summary`, one entry an engine, one entry a column with what each engine said."""
    content = {
        "schema_version": SCHEMA_VERSION,
        "job": "eval",
        "summary": {
            "subject": report.subject,
            "cases": report.of_cases,
            "known": report.known,
            "columns": len(report.columns),
            "with_text": _with_text(report),
            "spent_usd": report.spent,
        },
        "engines": [_engine(each, report.of_cases) for each in report.engines],
        "columns": [asdict(column) for column in report.columns],
        "notices": list(report.notices),
        "unfinished": list(report.unfinished),
    }
    return to_json(content)


def evaluation_to_html(report: EvaluationReport) -> str:
    """The report as one HTML page that needs no network and runs no script."""
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, finalize=_finalized, trim_blocks=True, lstrip_blocks=True
    )
    source = (files("dbt_ai") / "report" / "evaluation.html.jinja").read_text(encoding="utf-8")
    groups = chart_of(report)
    height = groups[-1].y + _HEAD + _STEP * len(report.engines) if groups else 0
    return environment.from_string(source).render(
        report=report,
        headline=headline(report),
        rows=rows_of(report),
        groups=groups,
        size={"names": _NAMES, "bars": _BARS, "step": _STEP, "width": _NAMES + _BARS + 60, "height": height},
        colours=range(_COLOURS),
    )


def headline(report: EvaluationReport) -> str:
    """What was asked, in one line."""
    of = f" of {report.known:,}" if report.known > len(report.columns) else ""
    texts = f"; of {_with_text(report):,} there is a person's text" if not report.of_cases else ""
    return f"eval: {len(report.columns):,}{of} columns of {report.subject}{texts}."


def rows_of(report: EvaluationReport) -> list[Row]:
    """All figures, one row each, a cell for each engine."""
    engines = report.engines
    reasons = sorted({reason for each in engines for reason, _ in each.reasons})

    def row(title: str, cell: Cell) -> Row:
        return Row(title, tuple(cell(each) for each in engines))

    def refuted_by(reason: str) -> Row:
        return row(f"  {reason}", lambda each: f"{dict(each.reasons).get(reason, 0):,}")

    def graded(word: str) -> Row:
        return row(word, lambda each: _share(dict(each.left).get(word, 0), each.columns))

    found = [
        row("model", lambda each: plain(each.model or "-")),
        row("answered", lambda each: _share(each.answered, each.columns)),
        row("accepted by the checks", lambda each: _share(each.accepted, each.columns)),
        row("refuted by a check", lambda each: _share(each.refuted, each.columns)),
        *(refuted_by(reason) for reason in reasons),
    ]
    if report.of_cases:
        found += [
            *(graded(word) for word in GRADES),
            row("wrong, of what passed", lambda each: f"{100 * each.accepted_wrong:.1f} %"),
            row("wrong, before the checks", lambda each: f"{dict(each.said).get('wrong', 0):,}"),
        ]
    elif _with_text(report):
        found += [
            row("agreement with people", lambda each: "-" if each.agreement is None else f"{each.agreement:.2f}"),
            row("  on so many columns", lambda each: f"{each.compared:,}"),
        ]
    return [
        *found,
        row("seconds", lambda each: f"{each.seconds:,.1f}"),
        row("seconds a column", lambda each: f"{each.seconds_per_column:.3f}"),
        row("USD", lambda each: "?" if each.usd is None else f"{each.usd:,.4f}"),
        row("questions", lambda each: f"{each.requests:,}"),
        row("  answered earlier", lambda each: f"{each.from_cache:,}"),
        row("  without an answer", lambda each: f"{each.failed:,}"),
    ]


def chart_of(report: EvaluationReport) -> list[Group]:
    """The shares as bars, a group for each figure."""
    agreement = "agreement with people"
    shares: Mapping[str, Callable[[EngineFigures], float | None]] = {
        "answered": lambda each: _part(each.answered, each),
        "accepted by the checks": lambda each: _part(each.accepted, each),
        **(
            {
                "right": lambda each: _part(dict(each.left).get("right", 0), each),
                "wrong": lambda each: _part(dict(each.left).get("wrong", 0), each),
            }
            if report.of_cases
            else {agreement: lambda each: each.agreement}
        ),
    }
    found, y = [], 0
    for title, share in shares.items():
        bars = []
        for number, each in enumerate(report.engines):
            value = share(each)
            shown = (
                "-" if value is None else f"{value:.2f}" if title.startswith("agreement") else f"{100 * value:.0f} %"
            )
            at = y + _HEAD + _STEP * number
            bars.append(Bar(_shortened(each.engine), shown, at, round(_BARS * (value or 0), 1), number % _COLOURS))
        found.append(Group(title, y, tuple(bars)))
        y += _HEAD + _STEP * len(bars)
    return found if report.engines else []


def plain(text: str) -> str:
    """Names and texts come from a project and from models: what moves a cursor, turns a line around or cannot be seen
    is shown as a dot."""
    return "".join(each if each.isprintable() else "·" for each in text)


def _finalized(value: Any) -> Any:
    return plain(value) if isinstance(value, str) else "" if value is None else value


def _engine(each: EngineFigures, of_cases: bool) -> dict[str, Any]:
    return {
        **asdict(each),
        "reasons": dict(each.reasons),
        "said": _all_grades(each.said) if of_cases else None,
        "left": _all_grades(each.left) if of_cases else None,
        "accepted_wrong": each.accepted_wrong if of_cases else None,
        "seconds_per_column": each.seconds_per_column,
    }


def _all_grades(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    return {**dict.fromkeys(GRADES, 0), **dict(counts)}


def _with_text(report: EvaluationReport) -> int:
    return sum(column.good is not None for column in report.columns)


def _part(count: int, each: EngineFigures) -> float:
    return count / each.columns if each.columns else 0.0


def _share(count: int, of: int) -> str:
    return f"{count:,} ({100 * count / of:.0f} %)" if of else "0"


def _shortened(name: str, most: int = 30) -> str:
    return name if len(name) <= most else f"{name[: most // 2 - 1]}…{name[-most // 2 :]}"
