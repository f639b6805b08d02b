"""`dbtai document` and `dbt run-operation ai_document` do the same and say the same."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.doors import Door, command_line, files, operation

DOORS = pytest.mark.parametrize("door", [command_line, operation])


def test_both_doors_print_the_same_diff_and_the_same_json(bakery: Path) -> None:
    before = files(bakery)
    for arguments in ({"dry_run": True}, {"dry_run": True, "select": ["orders", "+members"], "format": "json"}):
        here, there = command_line(bakery, **arguments), operation(bakery, **arguments)
        assert (here.returncode, there.returncode) == (0, 0), here.stderr + there.stdout
        assert here.stdout == there.stdout != ""
        assert here.stderr == there.stderr
    assert files(bakery) == before


def test_both_doors_write_the_same_bytes(bakery: Path) -> None:
    before = files(bakery)
    assert command_line(bakery).returncode == 0
    written = files(bakery)
    for name in set(written) - set(before):
        (bakery / name).unlink()
    for name, content in before.items():
        (bakery / name).write_bytes(content)
    assert operation(bakery).returncode == 0
    assert {n: c for n, c in files(bakery).items() if n != "bakery.duckdb"} == {
        n: c for n, c in written.items() if n != "bakery.duckdb"
    }


@DOORS
def test_json_is_all_that_standard_output_holds(door: Door, bakery: Path) -> None:
    done = door(bakery, format="json")
    assert json.loads(done.stdout)["summary"]["written"] > 30
    assert done.stderr == ""


@DOORS
def test_exit_codes_of_check(door: Door, bakery: Path) -> None:
    assert door(bakery, check=True).returncode == 1
    assert door(bakery).returncode == 0
    assert door(bakery, check=True).returncode == 0
    assert door(bakery, check=True, strict=True).returncode == 1  # gaps that nobody could fill


@DOORS
def test_check_and_dry_run_go_together(door: Door, bakery: Path) -> None:
    before = files(bakery)
    done = door(bakery, check=True, dry_run=True)
    assert done.returncode == 1
    assert done.stdout.startswith("--- a/models/")
    assert files(bakery) == before


@DOORS
@pytest.mark.parametrize("place", ["", "analytics/warehouse"], ids=["at the top", "in a folder of the repository"])
def test_git_applies_what_a_dry_run_prints(door: Door, place: str, bakery: Path, tmp_path: Path) -> None:
    repository = tmp_path / "a repository"
    project = repository / place
    project.parent.mkdir(parents=True, exist_ok=True)
    bakery.rename(project)
    staging = project / "models/staging/_staging.yml"
    staging.write_bytes(staging.read_bytes().replace(b"\n", b"\r\n"))
    before = files(project)
    printed = door(project, dry_run=True)
    assert printed.returncode == 0, printed.stdout + printed.stderr
    assert files(project) == before
    git(repository, "init", "-q")
    git(project, "apply", "-", stdin=printed.stdout)
    applied = files(project)
    assert command_line(project, check=True).returncode == 0
    assert applied["models/staging/_staging.yml"].count(b"\r\n") == applied["models/staging/_staging.yml"].count(b"\n")
    assert "dbt_ai.lock" in applied


@DOORS
def test_a_dry_run_tells_its_report_on_standard_error(door: Door, bakery: Path) -> None:
    done = door(bakery, dry_run=True)
    assert "Found in the data and the docs: " in done.stderr
    assert re.match(r"document: \d+ would be written, ", done.stderr.splitlines()[-1])
    assert "One row per order" not in done.stderr  # the texts are in the diff


@DOORS
def test_output_takes_what_standard_output_would(door: Door, bakery: Path) -> None:
    arguments: dict[str, Any] = {"dry_run": True, "select": ["orders"]}
    printed = door(bakery, **arguments).stdout
    done = door(bakery, **arguments, output="orders.patch")
    assert done.stdout == ""
    assert (bakery / "orders.patch").read_text(encoding="utf-8") == printed


@DOORS
def test_a_terminal_without_unicode_gets_its_report(door: Door, bakery: Path) -> None:
    model = bakery / "models/marts/names.sql"
    model.write_text("""select order_id as "\U0001f950" from {{ ref('orders') }}""", encoding="utf-8")
    plain = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    printed = door(bakery, plain, select=["names"], check=True)
    assert printed.returncode == 1, printed.stdout + printed.stderr
    assert "  ?  " in printed.stdout
    outcomes = json.loads(door(bakery, plain, select=["names"], format="json").stdout)["outcomes"]
    assert outcomes[-1]["column"] == "\U0001f950"


def git(folder: Path, *arguments: str, stdin: str = "") -> None:
    subprocess.run(["git", *arguments], cwd=folder, input=stdin.encode(), check=True)
