"""Fixtures for every room's tests: the integration project, built once and copied for each test."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.integration_project.build import build

pytest_plugins = ("tests.servers.played",)
NO_STUDENTS = Path(__file__).resolve().parent / "no-students"  # what you have installed is none of the tests' business
os.environ["DBTAI_STUDENTS_DIR"] = str(NO_STUDENTS)


@pytest.fixture(scope="session")
def built_integration_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The integration project with its data and its `target/`, for tests that only read. Do not write into it."""
    return build(tmp_path_factory.mktemp("built") / "wheelhouse")


@pytest.fixture
def integration_project(built_integration_project: Path, tmp_path: Path) -> Path:
    """A copy of the built integration project that the test may change as it likes."""
    return Path(shutil.copytree(built_integration_project, tmp_path / "wheelhouse"))
