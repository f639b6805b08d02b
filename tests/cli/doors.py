"""The two doors of `document`, from the outside: the command line, and dbt. Both take the same arguments."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

Done = subprocess.CompletedProcess[str]


class Door(Protocol):
    """Runs `document` in `folder` with the arguments as an operation has them (`dry_run`, `select` ...)."""

    def __call__(self, folder: Path, environment: Mapping[str, str] | None = None, /, **arguments: Any) -> Done: ...


def command_line(folder: Path, environment: Mapping[str, str] | None = None, /, **arguments: Any) -> Done:
    """`dbtai document --engine derived ...`."""
    return dbtai(folder, "document", *_options({"engine": "derived", **arguments}), environment=environment)


def operation(folder: Path, environment: Mapping[str, str] | None = None, /, **arguments: Any) -> Done:
    """`dbt -q run-operation ai_document --args '{engine: derived, ...}'`."""
    given = json.dumps({"engine": "derived", **arguments})
    return dbt(folder, "-q", "run-operation", "ai_document", "--args", given, environment=environment)


def dbtai(folder: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> Done:
    """The command line in a process of its own."""
    return _run(folder, ("from dbt_ai.cli import main; main()", *arguments), environment)


def dbt(folder: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> Done:
    """dbt in a process of its own."""
    return _run(folder, ("from dbt.cli.main import cli; cli()", *arguments), environment)


def files(folder: Path) -> dict[str, bytes]:
    """The bytes of every file that a person keeps in a project."""
    left_out = {"target", "logs", ".dbt_ai", ".git", ".user.yml"}
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not set(path.relative_to(folder).parts) & left_out
    }


def _options(arguments: Mapping[str, Any]) -> list[str]:
    options: list[str] = []
    for name, value in arguments.items():
        option = f"--{name.replace('_', '-')}"
        if isinstance(value, bool):
            options += [option] if value else []
        else:
            for one in value if isinstance(value, (list, tuple)) else [value]:
                options += [option, str(one)]
    return options


def _run(folder: Path, program: tuple[str, ...], environment: Mapping[str, str] | None) -> Done:
    # The caller's own settings and keys must not reach the project.
    kept = {name: v for name, v in os.environ.items() if not name.startswith(("DBT", "OPENAI_", "PYTHONPATH"))}
    kept["DBTAI_STUDENTS_DIR"] = os.environ["DBTAI_STUDENTS_DIR"]
    variables = {**kept, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-c", *program],
        cwd=folder,
        env={**variables, **(environment or {})},
        capture_output=True,
        check=False,
    )
    # Decoded here, because a run in text mode would lose the line ends of a diff.
    return Done(done.args, done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))
