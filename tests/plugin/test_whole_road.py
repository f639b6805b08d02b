"""`dbt run-operation ai_document` as a user runs it, with nothing in the place of anything."""

from __future__ import annotations

import json
from pathlib import Path

from tests.project.shop import dbt


def property_files(root: Path) -> dict[Path, bytes]:
    folders = (root / "models", root / "seeds", root / "snapshots")
    return {path: path.read_bytes() for folder in folders for path in folder.rglob("*.yml")}


def test_a_dry_run_writes_nothing_and_prints_json(shop: Path) -> None:
    before = property_files(shop)
    arguments = {"engine": "derived", "dry_run": True, "format": "json"}
    result = dbt(shop, "-q", "run-operation", "ai_document", "--args", json.dumps(arguments))
    assert result.returncode == 0, result.stdout + result.stderr
    assert json.loads(result.stdout)["summary"]
    assert property_files(shop) == before


def test_the_project_is_documented_parses_and_is_left_alone_the_second_time(shop: Path) -> None:
    call = ("-q", "run-operation", "ai_document", "--args", '{"engine": "derived"}')
    assert dbt(shop, *call).returncode == 0
    first = property_files(shop)
    assert dbt(shop, "parse").returncode == 0
    assert dbt(shop, *call).returncode == 0
    assert property_files(shop) == first
    written = (shop / "models" / "marts" / "customers.yml").read_text()
    assert "What the customer bought,\n          in euros." in written


def test_check_fails_dbt_where_something_would_be_written(shop: Path) -> None:
    arguments = {"engine": "derived", "check": True, "format": "json"}
    result = dbt(shop, "-q", "run-operation", "ai_document", "--args", json.dumps(arguments))
    assert result.returncode == 1
    assert json.loads(result.stdout)["summary"]
    assert "there are findings" in result.stderr
