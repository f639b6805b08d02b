"""Texts that say nothing, and texts about something else: cases in substance.yml."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from dbt_ai.checks.reasons import REASONS
from dbt_ai.checks.substance import is_about, nothing_said

CASES = yaml.safe_load((Path(__file__).parent / "substance.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES["nothing_said"], ids=lambda case: case["text"])
def test_what_a_text_is_refused_for(case: dict[str, str | None]) -> None:
    assert nothing_said(str(case["text"])) == case["reason"]
    assert case["reason"] is None or case["reason"] in REASONS


@pytest.mark.parametrize("case", CASES["is_about"], ids=lambda case: case["text"])
def test_whether_a_text_is_about_its_target(case: dict[str, object]) -> None:
    assert is_about(str(case["text"]), [str(each) for each in case["told"]]) is case["about"]  # type: ignore[attr-defined]
