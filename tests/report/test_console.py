"""The console report: what it shows, how it wraps, and that nothing of a terminal reaches a file."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.cells import cell_len

from dbt_ai.report.console import MAX_FAILED, MAX_FINDINGS, MAX_NODES, MAX_TEXTS, print_diff, print_report, summary
from dbt_ai.report.diff_stat import FileStat, diff_stat, without_file
from dbt_ai.values import Citation, Finding, Outcome, OutcomeKind, Report, Target, Verdict, VerdictKind

DIFF = """\
--- a/models/m.yml
+++ b/models/m.yml
@@ -1,3 +1,4 @@
 models:
--- name: old
+-- name: new
++++ b/not a file
 # end
--- /dev/null
+++ b/dbt_ai.lock
@@ -0,0 +1 @@
+{"dbt_ai.lock": 1}
"""
HELD = (Verdict(VerdictKind.PROVED), Verdict(VerdictKind.HOLDS))
WRITTEN = Outcome(
    Target("model.shop.orders", "order_id"),
    OutcomeKind.WRITTEN,
    "Number of the order.",
    "derived",
    HELD,
    "models/m.yml",
)
GAP = Outcome(Target("source.shop.till.raw", "x"), OutcomeKind.GAP, reason="no-text")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(report: Report, file: io.StringIO | None = None, **options: bool) -> str:
    file = file or io.StringIO()
    print_report(report, file=file, **options)
    return file.getvalue()


def test_a_report_of_few_lines() -> None:
    finding = Finding("constant", Target("model.shop.orders", "kind"), "`kind` is always 'web'.")
    refuted = Outcome(
        Target("model.shop.orders", "paid"), OutcomeKind.REFUTED, "Never NULL.", "reasoning", detail="3 rows are NULL."
    )
    report = Report("document", (WRITTEN, GAP, refuted), (finding,), ("No data.",), DIFF, wrote=True)
    assert shown(report) == (
        "orders  1 written, 1 refuted  models/m.yml\n"
        "  order_id  holds     Number of the order.\n"
        "  paid      refuted   3 rows are NULL.\n"
        "\n"
        "Left open, as nothing true could be said: 1\n"
        "  till.raw  x\n"
        "\n"
        "Found in the data and the docs: 1\n"
        "  orders\n"
        "    `kind` is always 'web'. [constant]\n"
        "Note  No data.\n"
        "\n"
        "  models/m.yml  +2 -1\n"
        "  dbt_ai.lock   +1\n"
        "document: 1 written, 1 left open, 1 refuted by a check, 1 found in the data and the docs.\n"
    )


def test_texts_can_be_left_to_the_diff() -> None:
    assert "Number of the order." not in shown(Report("document", (WRITTEN,)), texts=False)


def test_a_terminal_wraps_a_text_below_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    long = Outcome(Target("model.shop.orders", "🥐 of the day"), OutcomeKind.WRITTEN, "One of the many. " * 8)
    lines = shown(Report("document", (long, WRITTEN)), Terminal()).splitlines()
    assert all(cell_len(line) <= 60 for line in lines)
    assert all(line == line.rstrip() for line in lines)
    texts = [line for line in lines if "many" in line]
    assert len(texts) > 2
    column = cell_len(texts[0][: texts[0].index("One of")])
    assert all(line[:column].isspace() for line in texts[1:])


@pytest.mark.parametrize("width", ["1", "20"])
def test_a_narrow_terminal_is_no_trouble(width: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", width)
    assert "order_id" in shown(Report("document", (WRITTEN, GAP), notices=("No data.",)), Terminal())


def test_colours_are_for_terminals_that_want_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    report = Report("document", (WRITTEN, GAP), diff=DIFF)
    assert "\x1b[32m" in shown(report, Terminal())
    assert "\x1b" not in shown(report)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[32m" not in shown(report, Terminal())


def test_names_and_texts_cannot_move_the_cursor() -> None:
    evil = Outcome(Target("model.shop.m", "a\x1b[2Jb"), OutcomeKind.WRITTEN, "Says \x1b]0;hi\x07 it.\nAnd goes on.")
    printed = shown(Report("document", (evil,)))
    assert not {"\x1b", "\x07"} & set(printed)
    assert "[red]no markup[/red]" in shown(Report("document", notices=("[red]no markup[/red]",)))


def test_many_texts_are_counted_and_many_gaps_are_cut() -> None:
    many = tuple(
        Outcome(Target("model.shop.wide", f"c{n}"), OutcomeKind.WRITTEN, "Text.") for n in range(MAX_TEXTS + 1)
    )
    gaps = tuple(Outcome(Target(f"model.shop.m{n}", "c"), OutcomeKind.GAP) for n in range(MAX_NODES + 5))
    printed = shown(Report("document", (*many, *gaps)))
    assert f"wide  {MAX_TEXTS + 1} to write" in printed
    assert "Text." not in printed
    assert "and 5 more nodes" in printed


def test_nodes_that_could_not_be_read_are_told_apart_and_cut() -> None:
    failed = tuple(
        Outcome(Target(f"model.shop.m{n}"), OutcomeKind.FAILED, reason="no-sql", detail="Odd SQL.")
        for n in range(MAX_FAILED + 1)
    )
    printed = shown(Report("document", (*failed, WRITTEN)))
    assert f"Could not be read: {MAX_FAILED + 1}\n  m0  Odd SQL.\n" in printed
    assert "and 1 more nodes" in printed


def test_regularities_do_not_crowd_out_what_looks_wrong() -> None:
    def finding(code: str, number: int) -> Finding:
        return Finding(code, Target(f"model.shop.m{number}"), f"Something is {code}.")

    few = Report("document", findings=(finding("filled-when", 1), finding("orphans", 2)))
    assert "[filled-when]" in shown(few)
    many = Report(
        "document", findings=(*(finding("filled-when", n) for n in range(MAX_FINDINGS)), finding("orphans", 99))
    )
    assert "[orphans]" in shown(many)
    assert f"and {MAX_FINDINGS} regularities" in shown(many)


def test_nothing_to_do_is_said() -> None:
    assert summary(Report("document")) == "document: nothing to do."


def test_the_diff_is_printed_to_the_byte() -> None:
    report, bytes_ = Report("document", diff=DIFF.replace(" models:\n", " models:\r\n")), io.BytesIO()
    file = io.TextIOWrapper(bytes_, encoding="ascii", newline="\r\n")
    print_diff(report, file=file)
    assert bytes_.getvalue() == report.diff.encode()


def test_a_terminal_is_shown_whole_lines_and_not_the_lock_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    file, long = Terminal(), "a" * 100
    print_diff(Report("document", diff=DIFF.replace("-- name: new", long)), file=file)
    assert "models/m.yml" in file.getvalue()
    assert long in file.getvalue()
    assert "dbt_ai.lock" not in file.getvalue()


def test_lines_that_look_like_a_head_are_counted_as_lines() -> None:
    assert diff_stat(DIFF) == (FileStat("models/m.yml", 2, 1), FileStat("dbt_ai.lock", 1, 0))
    assert without_file(DIFF, "models/m.yml") == DIFF[DIFF.index("--- /dev/null") :]
    assert without_file(DIFF, "dbt_ai.lock") == DIFF[: DIFF.index("--- /dev/null")]
    assert diff_stat("") == ()


def test_what_a_text_rests_on_stands_below_it() -> None:
    citations = (
        Citation("sql", "model.shop.orders", line=12),
        Citation("query", query="select count(*) from orders", result="count(*)\n0", number=2),
        Citation("docs", "source.shop.till.raw", "x"),
    )
    report = Report("document", (replace(WRITTEN, citations=citations), GAP), wrote=True)
    assert "            rests on orders.sql:12, query 2: count(*) 0, docs of till.raw.x\n" in shown(report)
    assert "rests on" not in shown(Report("document", (WRITTEN,), wrote=True))
