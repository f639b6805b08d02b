"""The command line's door: parses, calls a task, prints a report. `main` is the script `dbtai`."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line and exits with the design's codes: 0 done, 1 findings, 2 wrong usage, 3 unfinished."""
    from dbt_ai.cli.commands import run

    sys.exit(run(sys.argv[1:]))
