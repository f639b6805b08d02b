"""Inside the dbt process, where dbt-duckdb holds the same file: what the caller must do, on a real dbt."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROFILE = "p: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}}}"
PROJECT = "{name: p, profile: p, version: '1.0', macro-paths: [macros], flags: {send_anonymous_usage_stats: false}}"
MACRO = "{% macro ask() %}{% do run_query('select 1') %}{% endmacro %}"

# A process of its own: dbt keeps adapters, flags and its working directory for as long as the process lives.
SCRIPT = """
import os, sys
from pathlib import Path

os.chdir(sys.argv[1])
from dbt.adapters.factory import FACTORY
from dbt.cli.main import dbtRunner

from dbt_ai.checks.sandbox import DatabaseInUse, open_database

def release():
    for adapter in FACTORY.adapters.values():
        adapter.cleanup_connections()
        adapter.connections.close_all_connections()

def count(**options):
    with open_database("shop.duckdb", "shop", **options) as sandbox:
        return sandbox.run("select count(*) from numbers")

assert dbtRunner().invoke(["-q", "run"]).success
assert dbtRunner().invoke(["-q", "run-operation", "ask"]).success
try:
    count()
except DatabaseInUse as error:
    print("in use:", error)
print("counted:", count(release=release))
assert dbtRunner().invoke(["-q", "run"]).success  # and dbt can write again
print("written again")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    (tmp_path / "macros").mkdir()
    (tmp_path / "profiles.yml").write_text(PROFILE, encoding="utf-8")
    (tmp_path / "dbt_project.yml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "macros" / "ask.sql").write_text(MACRO, encoding="utf-8")
    (tmp_path / "models" / "numbers.sql").write_text("select i from range(4) t(i)", encoding="utf-8")
    return tmp_path


def test_after_dbt_has_asked_its_connections_are_closed_first(project: Path) -> None:
    script = project / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), str(project)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "counted: [(4,)]" in done.stdout
    assert "written again" in done.stdout
