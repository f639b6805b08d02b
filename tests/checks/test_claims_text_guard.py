"""What may be looked at as a description at all, and what is refused before any claim is checked."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dbt_ai.checks.text_guard import clean_text, restates_name
from dbt_ai.values import Verdict, VerdictKind

CASES = yaml.safe_load((Path(__file__).parent / "text_guard.yml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES["refused"], ids=lambda case: case["text"][:50])
def test_refused(case: dict[str, str]) -> None:
    verdict = clean_text(case["text"], 300, case.get("name"))
    assert isinstance(verdict, Verdict)
    assert (verdict.kind, verdict.reason) == (VerdictKind.REFUTED, case["reason"])
    assert not verdict.writable


@pytest.mark.parametrize("case", CASES["allowed"], ids=lambda case: case["text"][:50])
def test_allowed(case: dict[str, str]) -> None:
    assert clean_text(case["text"], 300, case.get("name")) == case.get("cleaned", case["text"])


def test_the_length_bounds_hold_for_what_is_written() -> None:
    assert clean_text("Paid by it" + "\u200b" * 50, 10) == "Paid by it"
    assert isinstance(clean_text("Paid by it!", 10), Verdict)


@given(st.text(max_size=80))
def test_whatever_comes_in_nothing_invisible_comes_out_and_cleaning_is_done_once(text: str) -> None:
    found = clean_text(text, 200)
    if isinstance(found, str):
        assert all(char == "\n" or char.isprintable() for char in found)
        assert clean_text(found, 200) == found


@given(st.sampled_from(["customer_id", "order_date", "is_active", "OrderAmt"]))
def test_a_name_spelled_out_restates_itself(name: str) -> None:
    assert restates_name(f"The {name}.", name)
    assert restates_name(name.replace("_", " "), name)
