"""The tables of the ledger: in 80 columns, and without what would move a terminal's cursor."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from dbt_ai.report.ledger_table import render_requests, render_sums

SUMS: dict[str, Any] = {
    "requests": 1_234_567,
    "answered": 1_234_000,
    "input_tokens": 9_876_543_210,
    "cached_tokens": None,
    "output_tokens": 123_456_789,
    "reasoning_tokens": 23_456_789,
    "usd": 1_234.56789,
    "unpriced": 0,
}
REQUEST: dict[str, Any] = {
    "sent_at": "2026-11-24T18:02:38.123Z",
    "node": "model.shop.evil\x1b[2J_" + "long" * 20,
    "model": "a-model-with-a-name-of-some-length",
    "input_tokens": 123_456,
    "output_tokens": None,
    "usd": None,
    "outcome": "answered",
    "accepted": 12,
    "refuted": 3,
}


def printed(table: Any) -> str:
    file = io.StringIO()
    Console(file=file, width=80, color_system=None).print(table)
    return file.getvalue()


def test_a_request_that_was_checked() -> None:
    text = printed(render_requests([REQUEST], SUMS))
    assert text.splitlines()[0].strip() == "The last 1 of 1,234,567 requests"
    assert "11-24 18:02" in text
    assert "123,456" in text
    assert "answered, 12 of" in text
    assert "9,876.5 M" in text
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) == 80


def test_one_request_and_no_price() -> None:
    text = printed(render_requests([REQUEST], {**SUMS, "requests": 1, "unpriced": 1, "usd": None}))
    assert text.splitlines()[0].strip() == "1 request"
    assert text.splitlines()[-2].startswith("?: for some of these models no price is known")


def test_large_sums() -> None:
    lines = printed(render_sums([{**SUMS, "name": "model.shop.orders"}], SUMS, "node")).splitlines()
    assert lines[0].strip() == "1,234,567 requests by node"
    assert " ".join(lines[-1].split()) == "all 1.2 M 1.2 M 9,876.5 M 123.5 M 23.5 M 1,234.57"
    assert [line.split()[0] for line in lines[2:-1]] == ["orders"]
    assert max(map(len, lines)) <= 80
