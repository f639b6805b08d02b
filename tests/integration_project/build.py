"""Builds the integration project into a folder of its own: copy, data, `dbt build`.

python -m tests.integration_project.build FOLDER [--seed N] [--scale X] [--grow DAYS]
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "integration_tests"
DATABASE = "wheelhouse.duckdb"
LEFT_BEHIND = shutil.ignore_patterns(
    "target", "logs", "*.duckdb", "*.duckdb.wal", ".user.yml", "__pycache__", ".dbt_ai", "dbt_ai.lock"
)
PROPERTY_FOLDERS = ("models", "seeds", "snapshots")
DESCRIPTION = re.compile(
    r"""
    ^(?P<indent>[ ]*)description:[ ]*[>|].*\n(?:(?P=indent)[ ]+.*\n|[ \r]*\n)*  # a block scalar and its lines
    | ^[ ]*description:.*\n                                                     # one line
    | ,[ ]description:[ ](?:"[^"]*"|'[^']*')                                    # inside a flow map
    """,
    re.MULTILINE | re.VERBOSE,
)
DBT = (sys.executable, "-c", "from dbt.cli.main import cli; cli()")


class BuildFailed(RuntimeError):
    """A command failed; the message is what it printed."""


def build(folder: Path, *, seed: int = 7, scale: float = 1.0, grow: int = 0) -> Path:
    """Copy the integration project to `folder` (which must not exist yet), make its data and run `dbt build`.

    Returns `folder`. Raises BuildFailed with the output when anything in the project fails, its tests included.
    """
    shutil.copytree(SOURCE, folder, ignore=LEFT_BEHIND)
    return rebuild(folder, seed=seed, scale=scale, grow=grow)


def rebuild(folder: Path, *, seed: int = 7, scale: float = 1.0, grow: int = 0) -> Path:
    """Make new data for the copy in `folder` and build it again from nothing, so that its tests meet other rows.

    `grow` keeps the rows that the same seed and scale gave and adds so many days; another `seed` is another draw.
    Returns `folder`. Raises BuildFailed as `build` does.
    """
    for name in (DATABASE, f"{DATABASE}.wal"):
        (folder / name).unlink(missing_ok=True)
    options = (f"--seed={seed}", f"--scale={scale}", f"--grow={grow}")
    _run((sys.executable, "generate_data.py", *options), folder)
    run_dbt(folder, "build")
    return folder


def strip_descriptions(folder: Path) -> None:
    """Remove every description from the property files of the copy in `folder`; nothing else in them changes.

    `target/` is left as it is: run `dbt parse` where the manifest must know.
    """
    for name in PROPERTY_FOLDERS:
        for path in sorted((folder / name).rglob("*.yml")):
            path.write_bytes(DESCRIPTION.sub("", path.read_bytes().decode("utf-8")).encode("utf-8"))


def run_dbt(folder: Path, *arguments: str) -> str:
    """Run dbt of this Python in the project in `folder`; returns what it printed, raises BuildFailed if it failed."""
    return _run((*DBT, "--no-use-colors", *arguments, "--project-dir", ".", "--profiles-dir", "."), folder)


def _run(command: tuple[str, ...], folder: Path) -> str:
    # The caller's own dbt settings must not reach this project.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DBT_")}
    environment |= {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise BuildFailed(f"{' '.join(command[1:])}\n{done.stdout}{done.stderr}")
    return done.stdout


def main() -> None:
    """The command line of this file."""
    parser = argparse.ArgumentParser(description="Build the integration project into a new folder.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--grow", type=int, default=0, metavar="DAYS")
    arguments = parser.parse_args()
    print(build(arguments.folder, seed=arguments.seed, scale=arguments.scale, grow=arguments.grow))


if __name__ == "__main__":
    main()
