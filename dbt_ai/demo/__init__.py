"""A small dbt project on DuckDB that ships with the package, and the walk through it."""

from __future__ import annotations

import difflib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from dbt_ai.errors import ProjectError

PROJECT = Path(__file__).parent / "project"
_TEXT_FILES = ("*.yml", "*.yaml", "*.lock")


def check_folder(folder: Path) -> None:
    """Raises ProjectError where there is something at `folder`."""
    if folder.exists():
        raise ProjectError(
            f"The folder {folder.absolute()} exists already: remove it, or choose another with --folder."
        )


def run_demo(folder: Path, tell: Callable[[str], None], environment: Mapping[str, str]) -> None:
    """Copies the demo project to `folder` (which must not exist), builds it, documents it, and shows what changed.

    Every step is a real dbt command in a process of its own, with `environment` added to this one's, shown before it
    runs. Raises ProjectError where a step fails, with what dbt said.
    """
    folder = folder.absolute()
    check_folder(folder)
    shutil.copytree(PROJECT, folder)

    def dbt(*arguments: str) -> None:
        _dbt(folder, tell, environment, *arguments)

    dbt("build", "--quiet")
    before = _texts(folder)
    dbt("run-operation", "ai_document", "--quiet")
    tell("What changed in the project's files:\n")
    tell(_diff(before, _texts(folder)))
    tell("The project still parses and builds, and a second run has nothing to do:\n")
    dbt("build", "--quiet")
    dbt("run-operation", "ai_document", "--quiet")
    tell(f"The project is in {folder}; look around, or remove it.")


def _dbt(folder: Path, tell: Callable[[str], None], environment: Mapping[str, str], *arguments: str) -> None:
    tell(f"$ dbt {' '.join(arguments)}")
    place = ["--project-dir", str(folder), "--profiles-dir", str(folder)]
    program = [sys.executable, "-m", "dbt.cli.main", *arguments, *place]
    done = subprocess.run(
        program,
        cwd=folder,
        env={**os.environ, **environment, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise ProjectError(f"`dbt {arguments[0]}` failed in the demo project: {(done.stdout + done.stderr).strip()}")
    if done.stdout.strip():
        tell(done.stdout.rstrip() + "\n")


def _texts(folder: Path) -> dict[str, list[str]]:
    found = [path for pattern in _TEXT_FILES for path in sorted(folder.rglob(pattern))]
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8").splitlines(keepends=True)
        for path in found
        if "target" not in path.parts and "logs" not in path.parts
    }


def _diff(before: dict[str, list[str]], after: dict[str, list[str]]) -> str:
    lines: list[str] = []
    for name in sorted(after):
        lines += difflib.unified_diff(before.get(name, []), after[name], f"a/{name}", f"b/{name}", n=1)
    return "".join(lines)
