"""The real small model: fetched once by `dbtai student install`, and served in this process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

DBTAI = (sys.executable, "-c", "from dbt_ai.cli import main; main()")


@pytest.fixture(scope="session")
def students(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of students with SmolLM2 in it."""
    folder = tmp_path_factory.mktemp("students")
    os.environ["DBTAI_STUDENTS_DIR"] = str(folder)
    done = subprocess.run([*DBTAI, "student", "install"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Apache-2.0" in done.stdout
    return folder
