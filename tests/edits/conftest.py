"""What the tests of edits share: git, and a short way to write an edit."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def git() -> Callable[..., bytes]:
    """Run git in a folder, free of the user's settings; a failure fails the test with git's own words."""

    def run(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes:
        environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CEILING_DIRECTORIES": str(folder.parent)}
        done = subprocess.run(
            ["git", *arguments], cwd=folder, input=stdin, capture_output=True, env=environment, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    return run
