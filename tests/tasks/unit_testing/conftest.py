"""A project with every kind of model and parent, before and after unit tests are written."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.doors import dbt, dbtai

HARBOUR = Path(__file__).parent / "harbour"


def unit_tests(folder: Path) -> dict[str, dict[str, Any]]:
    """The unit tests of the harbour by name."""
    data = yaml.safe_load((folder / "models" / "models.yml").read_text(encoding="utf-8"))
    return {test["name"]: test for test in data["unit_tests"]}


@pytest.fixture(scope="session")
def built_harbour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The harbour with its tables, and one unit test of a person."""
    folder = tmp_path_factory.mktemp("unit_tests") / "harbour"
    shutil.copytree(HARBOUR, folder)
    done = dbt(folder, "build")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="session")
def tested_harbour(built_harbour: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The harbour after `dbtai unit-test`, with the report beside it."""
    folder = tmp_path_factory.mktemp("unit_tests") / "tested"
    shutil.copytree(built_harbour, folder)
    done = dbtai(folder, "unit-test", "--format", "json", "--output", str(folder.parent / "report.json"))
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def harbour(tested_harbour: Path, tmp_path: Path) -> Path:
    """A copy of the harbour with its unit tests, to be changed."""
    return Path(shutil.copytree(tested_harbour, tmp_path / "harbour"))
