"""A small built project for the tests of jobs, and ways to run them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dbt_ai.demo import PROJECT
from tests.integration_project.build import run_dbt


@pytest.fixture(scope="session")
def built_bakery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo project, built once. Do not write into it."""
    folder = Path(shutil.copytree(PROJECT, tmp_path_factory.mktemp("built") / "bakery"))
    run_dbt(folder, "build")
    return folder


@pytest.fixture
def bakery(built_bakery: Path, tmp_path: Path) -> Path:
    """A copy of the built demo project."""
    return Path(shutil.copytree(built_bakery, tmp_path / "bakery"))


Dbtai = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def dbtai() -> Dbtai:
    """Runs the command line in a process of its own."""

    def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        program = [sys.executable, "-c", "from dbt_ai.cli import main; main()", *arguments]
        return subprocess.run(program, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)

    return run
