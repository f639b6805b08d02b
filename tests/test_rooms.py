"""The rooms of the design: who may import whom, and what costs dbt nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "dbt_ai"
# Every room may use the shared words and errors. `engines.values` are plain values: a prompt is a Request.
MAY_IMPORT = {
    "project": {"sql"},
    "sql": set(),
    "evidence": {"project", "sql", "engines.values"},
    "engines": set(),
    "checks": {"sql"},
    "edits": set(),
    "report": {"sql.values", "evidence.values", "project.values", "tasks.evaluating.values"},
    "tasks": {"project", "sql", "evidence", "engines", "checks", "edits", "distill"},
    "demo": set(),
    "distill": {"engines", "checks", "evidence", "sql"},
}
SHARED = {"values", "reviews", "errors"}


def imported(path: Path) -> set[str]:
    """What a module imports of this package, as `room` or `room.module`."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("dbt_ai."):
            names.add(node.module.removeprefix("dbt_ai."))
        elif isinstance(node, ast.Import):
            names |= {alias.name.removeprefix("dbt_ai.") for alias in node.names if alias.name.startswith("dbt_ai.")}
    return names


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_a_room_imports_what_the_design_allows(room: str) -> None:
    allowed = MAY_IMPORT[room] | SHARED | {room}
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in sorted((PACKAGE / room).rglob("*.py"))
        for name in sorted(imported(path))
        if name not in allowed and name.split(".")[0] not in allowed and ".".join(name.split(".")[:2]) not in allowed
    ]
    assert not wrong


def test_there_is_no_room_that_the_table_does_not_know() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert rooms == {*MAY_IMPORT, "cli"}


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = ("sqlglot", "duckdb", "openai", "networkx", "rich", "click", "yaml", "jsonschema", "pydantic", "jinja2")
    program = f"import sys, dbt_ai; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_files_stay_small_enough_to_hold_one_room() -> None:
    long = {
        str(path.relative_to(PACKAGE)): lines
        for path in PACKAGE.rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 450
    }
    assert not long
