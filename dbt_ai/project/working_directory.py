"""dbt reads relative paths of a profile and of a selection from the project's root."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def working_directory(path: Path) -> Iterator[None]:
    """Run the body in `path`. (`contextlib.chdir` is for Python 3.11 and later.)"""
    before = os.getcwd()
    os.chdir(path)
    try:
        yield
    finally:
        os.chdir(before)
