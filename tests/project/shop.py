"""The shop: a small dbt project with one of everything that we read, and how to run dbt on a copy of it.

It holds a source, seeds, an ephemeral, an incremental, an introspective, a versioned, a disabled and a Python model, a
snapshot, an exposure, data tests, a selector, a doc block that is empty, and a package with a model and a generic test.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
FIXTURES = Path(__file__).parent / "fixtures"

_built: list[Path] = []


def built_shop(folder: Path) -> Path:
    """A copy of the shop with its packages, its data and a `target/`, built once for all tests of this process."""
    if not _built:
        copy_fixtures(folder)
        root = folder / "shop"
        for command in ("deps", "seed", "build"):
            result = dbt(root, "-q", command)
            assert result.returncode == 0, result.stdout + result.stderr
        _built.append(root)
    return _built[0]


def copy_fixtures(folder: Path) -> None:
    """The shop and its package `toolbox`, as they are kept."""
    for name in ("shop", "toolbox"):
        shutil.copytree(FIXTURES / name, folder / name)


def copy_shop(built: Path, folder: Path) -> Path:
    """A copy of a built shop that a test may change."""
    shutil.copytree(built.parent / "toolbox", folder / "toolbox")
    return Path(shutil.copytree(built, folder / "shop", ignore=shutil.ignore_patterns("logs")))


def dbt(
    root: Path, *arguments: str, environment: Mapping[str, str] | None = None, shadow: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run this environment's dbt in `root`, with `shadow` as the first place that Python imports from."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DBT", "PYTHONPATH"))}
    variables = {**clean, "NO_COLOR": "1", "DBT_USE_COLORS": "0", "PYTHONIOENCODING": "utf-8", **(environment or {})}
    if shadow is not None:
        variables["PYTHONPATH"] = str(shadow)
    return subprocess.run(
        [sys.executable, "-c", "from dbt.cli.main import cli; cli()", *arguments],
        cwd=root,
        env=variables,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
