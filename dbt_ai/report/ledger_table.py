"""The ledger as a table for a person: the last requests one by one, or sums. It fits in 80 columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

Row = Mapping[str, Any]

_NO_PRICE = "?: for some of these models no price is known; `prices` in dbt_ai.yml may name a file with theirs."


def render_requests(rows: Sequence[Row], totals: Row) -> Table:
    """One line a request, and below them the totals of all, of which `rows` may be the last ones.

    An answer that was checked says how many of its texts were accepted.
    """
    shown, of = len(rows), totals["requests"]
    table = _table(f"The last {shown:,} of {of:,} requests" if shown < of else _count(of), totals)
    table.add_column("when (UTC)", footer="all", no_wrap=True)
    table.add_column("node", overflow="fold", ratio=1)
    table.add_column("model", overflow="fold")
    _add_figures(table, {"in": totals["input_tokens"], "out": totals["output_tokens"]}, totals)
    table.add_column("outcome", overflow="fold", max_width=16)
    for row in rows:
        tokens = (_number(row["input_tokens"]), _number(row["output_tokens"]))
        when = row["sent_at"][5:16].replace("T", " ")
        table.add_row(*_texts(when, _short(row["node"]), row["model"], *tokens, _money(row), _outcome(row)))
    return table


def render_sums(rows: Sequence[Row], totals: Row, by: str) -> Table:
    """One line for each `by`, and the totals below them."""
    table = _table(f"{_count(totals['requests'])} by {by}", totals)
    table.add_column(by, footer="all", overflow="fold", ratio=1)
    names = {
        "requests": "requests",
        "answered": "answered",
        "in": "input_tokens",
        "cached": "cached_tokens",
        "out": "output_tokens",
        "thinking": "reasoning_tokens",
    }
    _add_figures(table, {name: totals[field] for name, field in names.items()}, totals)
    for row in rows:
        name = _short(row["name"]) if by == "node" else row["name"]
        table.add_row(*_texts(name, *(_number(row[field]) for field in names.values()), _money(row)))
    return table


def _table(title: str, totals: Row) -> Table:
    return Table(
        title=Text(title),
        title_justify="left",
        caption=Text(_NO_PRICE) if totals["unpriced"] else None,
        caption_justify="left",
        header_style="bold",
        footer_style="bold",
        show_footer=True,
        box=None,
        padding=(0, 1, 0, 0),
        expand=True,
    )


def _add_figures(table: Table, figures: Mapping[str, int | None], totals: Row) -> None:
    for name, figure in figures.items():
        table.add_column(name, justify="right", no_wrap=True, footer=_number(figure))
    table.add_column("USD", justify="right", no_wrap=True, footer=_money(totals))


def _short(node: str) -> str:
    """The name of a node, without its kind and its package."""
    return node.split(".", 2)[-1]


def _outcome(row: Row) -> str:
    if row["outcome"] != "answered" or row["accepted"] is None:
        return str(row["outcome"])
    return f"answered, {row['accepted']} of {row['accepted'] + row['refuted']}"


def _number(value: int | None) -> str:
    if value is None:
        return ""
    return f"{value:,}" if value < 1_000_000 else f"{value / 1e6:,.1f} M"


def _money(row: Row) -> str:
    if row["usd"] is None:
        return "?"
    digits = 4 if row["usd"] < 100 else 2
    return f"{row['usd']:,.{digits}f}{' + ?' if row.get('unpriced') else ''}"


def _count(requests: int) -> str:
    return f"{requests:,} {'request' if requests == 1 else 'requests'}"


def _texts(*cells: str) -> list[Text]:
    """Names come from a project: control characters must not move the cursor of a terminal."""
    return [Text("".join(each if each.isprintable() else "·" for each in cell)) for cell in cells]
