"""Pairs of queries with and without one normal form, as told in pairs.yml: add a pair there, no Python needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from dbt_ai.sql.normal_form import normal_form
from dbt_ai.sql.normal_form.examples import TABLES

PAIRS = yaml.safe_load((Path(__file__).parent / "pairs.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["left"][:60])
def test_pair(pair: dict[str, Any]) -> None:
    left, right = (normal_form(pair[side], TABLES) for side in ("left", "right"))
    assert left is not None
    assert right is not None
    assert (left == right) is pair["same"]


@pytest.mark.parametrize(
    "query",
    [
        "with recursive r as (select 1 as n union all select n + 1 from r where n < 3) select n from r",
        "select nothing from t",
        "select unnest([1, 2]) as x",
        "select a from t using sample 5",
    ],
)
def test_what_no_rule_knows_has_no_normal_form(query: str) -> None:
    assert normal_form(query, TABLES) is None
