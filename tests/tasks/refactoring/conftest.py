"""A project with planted smells, before and after they are refactored."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.doors import dbt, dbtai

ORCHARD = Path(__file__).parent / "orchard"


def built(folder: Path) -> Path:
    """Builds a project twice, so that incremental models have run both ways."""
    for arguments in (("seed",), ("build",), ("run",)):
        done = dbt(folder, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="session")
def built_orchard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The orchard with its tables. Do not write into it."""
    return built(Path(shutil.copytree(ORCHARD, tmp_path_factory.mktemp("refactoring") / "orchard")))


@pytest.fixture(scope="session")
def refactored_orchard(built_orchard: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The orchard after `dbtai refactor`, with the report beside it. Do not write into it."""
    folder = Path(shutil.copytree(built_orchard, tmp_path_factory.mktemp("refactoring") / "refactored"))
    done = dbtai(folder, "refactor", "--format", "json", "--output", str(folder.parent / "report.json"))
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def orchard(built_orchard: Path, tmp_path: Path) -> Path:
    """A copy of the built orchard, to be changed."""
    return Path(shutil.copytree(built_orchard, tmp_path / "orchard"))


@pytest.fixture
def refactored(refactored_orchard: Path, tmp_path: Path) -> Path:
    """A copy of the refactored orchard, to be changed."""
    return Path(shutil.copytree(refactored_orchard, tmp_path / "refactored"))
