"""Verdicts on pairs of queries as text: of a refuted one the smallest database, and what each query gives on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_MOST_ROWS = 20


def pair_text(name: str, answer: Mapping[str, Any], sentence: str) -> str:
    """One pair: its verdict with the reason, what it relies on, and the counterexample as tables."""
    detail = " ".join(str(answer["detail"] or sentence).split())
    if answer["verdict"] == "unproven" and answer["detail"]:
        detail = f"{sentence} ({detail})"
    lines = [f"{name}: {answer['verdict']} [{answer['reason']}] {detail}".rstrip()]
    lines += [f"  relies on {text}" for text in answer["relies_on"]]
    shown = answer["counterexample"]
    if shown:
        for table in shown["tables"]:
            lines += ["", f"  {table['table']}", *table_lines(table["columns"], table["rows"])]
        for title, outcome in (("left gives", shown["left"]), ("right gives", shown["right"])):
            lines += ["", f"  {title}"]
            lines += [f"    error: {outcome['error']}"] if outcome["error"] else table_lines(**_kept(outcome))
        lines.append("")
    stored = answer.get("on_data")
    for title, side in (("only left gives", "only_left"), ("only right gives", "only_right")):
        if stored and stored[side]:
            lines += ["", f"  {title}", *table_lines(stored["columns"], stored[side])]
    return "\n".join(lines)


def summary_text(counts: Mapping[str, int]) -> str:
    """How many pairs have which verdict, in one line."""
    return f"equivalent: {', '.join(f'{count} {verdict}' for verdict, count in counts.items() if count)}."


def _kept(outcome: Mapping[str, Any]) -> dict[str, Any]:
    return {"columns": outcome["columns"], "rows": outcome["rows"]}


def table_lines(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """A small table as lines of text, its columns one below the other."""
    if not rows:
        return ["    no rows"]
    cells = [[str(column) for column in columns], *([_cell(value) for value in row] for row in rows[:_MOST_ROWS])]
    widths = [max(len(line[place]) for line in cells) for place in range(len(columns))]
    written = [
        "    " + "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) for line in cells
    ]
    written.insert(1, "    " + "  ".join("-" * width for width in widths))
    more = [f"    and {len(rows) - _MOST_ROWS} more rows"] if len(rows) > _MOST_ROWS else []
    return [line.rstrip() for line in written] + more


def _cell(value: Any) -> str:
    text = "NULL" if value is None else value if isinstance(value, str) else str(value)
    return "".join(sign if sign.isprintable() else "·" for sign in text) or "''"
