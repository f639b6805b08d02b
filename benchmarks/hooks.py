"""Seconds of each hook on a commit to a big project, beside a tool that reads the manifest, as fresh as ours.

    python -m benchmarks hooks [--quick] [--models 1000] [--peer-python PATH]

`--peer-python` is the Python of an environment with dbt-bouncer, dbt-core and dbt-duckdb. Then the hooks are held to
the truth on the commits of tests/tasks/hooks/cases: `wrong_passes` are stale manifests, or missing ones, with which a
hook lets through what it should stop, `false_alarms` clean commits that one stops.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from benchmarks.projects import GeneratedProject, generate
from tests.tasks.hooks.commits import CASES, HERE, passed, repository

HOOKS = ("docs", "tests", "refs")
PEER_RUNS = 2  # of what takes so much longer
PER_FILE = 10  # models that one property file describes
_CHECKS = {
    "manifest_checks": [
        {"name": "check_model_description_populated"},
        {"name": "check_model_has_unique_test"},
    ]
}


def main(arguments: list[str]) -> None:
    """Prints the median seconds of each hook and of the peer and, last, one JSON object: `seconds` are those of the
    slowest hook, `ratio_to_fresh_peer` what that is of a `dbt parse` and the peer's run."""
    parser = argparse.ArgumentParser(prog="benchmarks hooks")
    parser.add_argument("--quick", action="store_true", help="200 models, three runs each")
    parser.add_argument("--models", type=int, default=1000)
    parser.add_argument("--peer-python", type=Path, help="the Python of an environment with dbt-bouncer and dbt-duckdb")
    options = parser.parse_args(arguments)
    models, runs = (200, 3) if options.quick else (options.models, 7)
    with tempfile.TemporaryDirectory(prefix="hooks-") as folder:
        root = Path(folder)
        files = _commit(root, generate(root, models=models, columns=10, seed=1))
        peer = _peer(root, options.peer_python) if options.peer_python else None
        walls: dict[str, list[float]] = {name: [] for name in (*HOOKS, *(peer or {}))}
        used: dict[str, list[float]] = {name: [] for name in walls}
        for number in range(runs):  # in turns, so that a busy machine is busy for all
            for name in HOOKS:
                _timed(walls[name], used[name], lambda name=name: _hook(root, name, files))  # type: ignore[misc]
            for name, run in (peer or {}).items() if number < PEER_RUNS else ():
                _timed(walls[name], used[name], run)
    seconds = {name: statistics.median(taken) for name, taken in walls.items()}
    print(
        f"{models} models, a commit of {len(files)} files, median of {runs} (seconds, and of these on the processor):"
    )
    for name, taken in seconds.items():
        print(f"  {name:12} {taken:6.2f} {statistics.median(used[name]):6.2f}", flush=True)
    slowest = max(seconds[name] for name in HOOKS)
    most = max(statistics.median(used[name]) for name in HOOKS)
    of_peer = sum(statistics.median(used[name]) for name in peer or ())
    figures: dict[str, Any] = {
        "seconds": round(slowest, 3),
        "cpu_seconds": round(most, 3),
        "ratio_to_fresh_peer": round(slowest / sum(seconds[name] for name in peer), 3) if peer else None,
        "cpu_ratio_to_fresh_peer": round(most / of_peer, 3) if peer else None,
        "models": models,
    }
    print(json.dumps({**figures, **_truth(options.quick)}))


def _commit(root: Path, project: GeneratedProject) -> list[str]:
    """A repository with the project, each model of it described; and a change of three files in its index."""
    made = [model for model in project.models if model.sql]
    (root / "models" / "staging" / "_staging.yml").unlink()
    for number in range(0, len(made), PER_FILE):
        entries = [
            {
                "name": model.name,
                "description": f"What is known of {model.name}.",
                "columns": [{"name": name, "description": f"The {name} of it."} for name, _ in model.columns],
            }
            for model in made[number : number + PER_FILE]
        ]
        file = root / "models" / made[number].folder / f"_models_{number}.yml"
        file.write_text(yaml.safe_dump({"models": entries}, sort_keys=False), encoding="utf-8")
    (root / ".gitignore").write_text("target/\nlogs/\n.dbt_ai/\n*.duckdb\n", encoding="utf-8")
    (root / "dbt-bouncer.yml").write_text(yaml.safe_dump(_CHECKS), encoding="utf-8")
    _git(root, "init", "-q")
    _git(root, "add", "-A")
    _git(root, "commit", "-q", "-m", "Before")
    first, last = made[len(made) // 3], made[-1]
    for model in (first, last):
        file = root / "models" / model.folder / f"{model.name}.sql"
        file.write_text(file.read_text(encoding="utf-8").replace("select\n", "select\n        1 as one,\n", 1))
    described = next(file for file in sorted(root.glob("models/**/*.yml")) if "_models_" in file.name)
    lines = described.read_text(encoding="utf-8").splitlines(keepends=True)
    place = max(n for n, line in enumerate(lines) if "description: The " in line)
    described.write_text("".join([*lines[:place], *lines[place + 1 :]]), encoding="utf-8")
    _git(root, "add", "-A")
    return _git(root, "diff", "--cached", "--name-only").split()


def _hook(root: Path, name: str, files: Sequence[str]) -> None:
    command = [sys.executable, "-c", "from dbt_ai.cli import main; main()", "hook", name, *files]
    done = _run(command, root, {"PRE_COMMIT": "1"})
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)


def _peer(root: Path, python: Path) -> Mapping[str, Callable[[], None]]:
    """What makes the peer as fresh: a parse, which is partial from the second on, and its own run."""
    parse = [str(python), "-m", "dbt.cli.main", "parse", "--quiet", "--profiles-dir", str(root)]
    check = [str(python.parent / "dbt-bouncer"), "run"]
    turn = [0]

    def parsed() -> None:
        turn[0] += 1  # a commit changes files, so dbt has something to parse anew
        file = next(root.glob("models/marts/*.sql"))
        text = file.read_text(encoding="utf-8").rpartition("-- turn")[0] or file.read_text(encoding="utf-8")
        file.write_text(f"{text.rstrip()}\n-- turn {turn[0]}\n", encoding="utf-8")
        done = _run(parse, root, {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"})
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)

    def checked() -> None:
        done = _run(check, root, {})
        if done.returncode not in (0, 1):
            raise SystemExit(f"dbt-bouncer could not be run: {(done.stdout + done.stderr)[-2000:]}")

    parsed()
    return {"dbt parse": parsed, "dbt-bouncer": checked}


def _timed(walls: list[float], used: list[float], run: Callable[[], None]) -> None:
    before, started = os.times(), time.perf_counter()
    run()
    walls.append(time.perf_counter() - started)
    after = os.times()
    used.append(after.children_user + after.children_system - before.children_user - before.children_system)


def _truth(quick: bool) -> dict[str, int]:
    """The hooks on the commits of the tests, with the manifest of before each of them."""
    cases = list(CASES.values())[:: 4 if quick else 1]
    stale = wrong = clean = alarms = 0
    manifest = _old_manifest()
    for case in cases:
        with tempfile.TemporaryDirectory(prefix="hooks-") as folder:
            root = Path(folder)
            repository(root, case)
            (root / "target").mkdir()
            (root / "target" / "manifest.json").write_bytes(manifest)
            named = passed(root)
            command = [sys.executable, "-c", "from dbt_ai.cli import main; main()", "hook"]
            for hook in HOOKS:
                stopped = _run([*command, hook, *named], root, {"PRE_COMMIT": "1"}).returncode == 1
                wanted = bool(case.get("found", {}).get(hook))
                wrong += wanted and not stopped
                alarms += stopped and not wanted
        stale += bool(case.get("found"))
        clean += not case.get("found")
    print(f"{stale} commits to stop, {clean} clean ones, three hooks each: {wrong} wrong passes, {alarms} false alarms")
    return {"wrong_passes": wrong, "false_alarms": alarms, "cases": stale, "clean_cases": clean}


def _old_manifest() -> bytes:
    with tempfile.TemporaryDirectory(prefix="hooks-") as folder:
        root = Path(shutil.copytree(HERE / "shop", Path(folder) / "shop"))
        done = _run([sys.executable, "-m", "dbt.cli.main", "parse", "--quiet", "--profiles-dir", "."], root, {})
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)
        return (root / "target" / "manifest.json").read_bytes()


def _git(root: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Benchmark", "-c", "user.email=benchmark@example.org")
    done = subprocess.run(["git", *who, *arguments], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout


def _run(command: Sequence[str], root: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    left_out = {"PYTHONPATH", "GIT_DIR", "GIT_INDEX_FILE"}
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return subprocess.run(command, cwd=root, env={**kept, **environment}, capture_output=True, text=True, check=False)
