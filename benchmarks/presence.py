"""What our being installed costs dbt: `dbt --version` and `dbt parse`, with us and without.

    python -m benchmarks presence [--quick] [--models 200] [--without PYTHON]

`--without` is the Python of an environment that has the same dbt and not us; else ours with DBTAI_DISABLE=1 stands in
for it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.projects import generate

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "version": ("--version",),
    "parse": ("-q", "parse"),  # partial, as after every small change
    "full_parse": ("-q", "parse", "--no-partial-parse"),
}


@dataclass
class Way:
    """One environment to run dbt in, and the seconds that each command took there: by the clock, and of CPU."""

    name: str
    python: str
    variables: Mapping[str, str]
    wall: dict[str, list[float]] = field(default_factory=dict)
    cpu: dict[str, list[float]] = field(default_factory=dict)

    def run(self, command: str, root: Path, project: Path) -> None:
        """Run one of the commands and keep its times."""
        before, started = os.times(), time.perf_counter()
        subprocess.run(
            [self.python, "-c", "from dbt.cli.main import cli; cli()", *COMMANDS[command]],
            cwd=project,
            env={
                **{name: value for name, value in os.environ.items() if name != "DBTAI_DISABLE"},
                "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
                "DBT_TARGET_PATH": str(root / self.name.replace(" ", "_")),  # each has its own parse cache
                **self.variables,
            },
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        after = os.times()
        self.wall.setdefault(command, []).append(time.perf_counter() - started)
        used = after.children_user + after.children_system - before.children_user - before.children_system
        self.cpu.setdefault(command, []).append(used)


def main(arguments: list[str]) -> None:
    """Prints a table of median seconds and, last, one JSON object: `seconds_<command>_with` and `_without`, and the
    same for `cpu_seconds`, for the commands version, parse and full_parse."""
    parser = argparse.ArgumentParser(prog="benchmarks presence")
    parser.add_argument("--quick", action="store_true", help="50 models, three runs each")
    parser.add_argument("--models", type=int, default=200)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--without", help="the Python of an environment with the same dbt and without us")
    options = parser.parse_args(arguments)
    models, runs = (50, 3) if options.quick else (options.models, options.runs)

    ways = [Way("with", sys.executable, {}), Way("switched off", sys.executable, {"DBTAI_DISABLE": "1"})]
    if options.without:
        ways.append(Way("without", options.without, {}))
    with tempfile.TemporaryDirectory(prefix="presence-") as folder:
        root = Path(folder)
        generate(root / "project", models=models, columns=models * 10, seed=1)
        for way in ways:  # the first parse fills the parse cache
            Way(way.name, way.python, way.variables).run("parse", root, root / "project")
        for command in COMMANDS:
            for turn in range(runs):  # in turns, so that a busy machine is busy for all
                for way in ways[turn % len(ways) :] + ways[: turn % len(ways)]:
                    way.run(command, root, root / "project")
    _print(ways, models, runs)


def _print(ways: list[Way], models: int, runs: int) -> None:
    print(f"{models} models, {runs} runs each in turns, median seconds: by the clock (of CPU)")
    print(f"{'':12}" + "".join(f"{way.name:>18}" for way in ways))
    for command in COMMANDS:
        cells = (f"{_median(way.wall[command]):8.3f} ({_median(way.cpu[command]):.3f})" for way in ways)
        print(f"{command:12}" + "".join(f"{cell:>18}" for cell in cells))
    figures: dict[str, object] = {"models": models, "runs": runs, "without": ways[-1].name}
    for command in COMMANDS:
        for name, way in (("with", ways[0]), ("without", ways[-1])):
            figures[f"seconds_{command}_{name}"] = _median(way.wall[command])
            figures[f"cpu_seconds_{command}_{name}"] = _median(way.cpu[command])
    print(json.dumps(figures))


def _median(seconds: list[float]) -> float:
    return round(statistics.median(seconds), 3)
