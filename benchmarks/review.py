"""How long `dbtai review` takes for a branch that changes one model of many, without a warehouse.

    python -m benchmarks review [--quick] [--models 1000]

Three branches, each of one model in the middle of the DAG: one that keeps the result, one that changes it, and one that
takes away a column which others read.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.projects import generate

_GIT = ("git", "-c", "user.name=benchmark", "-c", "user.email=benchmark@example.com", "-c", "commit.gpgsign=false")


def main(arguments: list[str]) -> None:
    """Prints the seconds of `dbt parse` and of each review and, last, one JSON object with `seconds` (of the slowest
    review) and `models`."""
    parser = argparse.ArgumentParser(prog="benchmarks review")
    parser.add_argument("--quick", action="store_true", help="200 models")
    parser.add_argument("--models", type=int, default=1000)
    options = parser.parse_args(arguments)
    models = 200 if options.quick else options.models
    with tempfile.TemporaryDirectory(prefix="review-") as folder:
        root = Path(folder)
        generate(root, models=models, columns=10, seed=1)
        (root / ".gitignore").write_text("target/\nlogs/\n.dbt_ai/\n", encoding="utf-8")
        for arguments_ in (
            ["init", "--quiet", "-b", "main"],
            ["add", "--all"],
            ["commit", "--quiet", "-m", "as it is"],
        ):
            _run([*_GIT, *arguments_], root)
        program = [sys.executable, "-m", "dbt.cli.main", "parse", "--project-dir", folder, "--profiles-dir", folder]
        first, parse = _seconds(program, root), _seconds(program, root)
        print(f"dbt parse, the first time       {first:6.2f} s\ndbt parse, again                {parse:6.2f} s")
        model = _model(root)
        text = model.read_text(encoding="utf-8")
        found: dict[str, tuple[float, str]] = {}
        for name, changed in _branches(text).items():
            model.write_text(changed, encoding="utf-8")
            started = time.perf_counter()
            report = json.loads(_review(root))
            verdict = next((one["verdict"]["verdict"] for one in report["models"] if one["verdict"]), "none")
            found[name] = (time.perf_counter() - started, verdict)
            affected = sum(len(one["affected"]) for one in report["models"])
            broken = sum(bool(one["broken"]) for model_ in report["models"] for one in model_["affected"])
            print(f"review of {name:21} {found[name][0]:6.2f} s   {verdict}, {affected} affected, {broken} broken")
    seconds = max(spent for spent, _ in found.values())
    print(json.dumps({"seconds": round(seconds, 2), "models": models, "parse_seconds": round(first, 2)}))


def _model(root: Path) -> Path:
    """The intermediate model with a left join that most others read."""
    files = {path: path.read_text(encoding="utf-8") for path in sorted(root.glob("models/**/*.sql"))}
    readers = Counter(name for text in files.values() for name in re.findall(r"ref\('(\w+)'\)", text))
    joined = [path for path, text in files.items() if path.parent.name == "intermediate" and "left join" in text]
    return max(joined, key=lambda path: readers[path.stem])


def _branches(text: str) -> dict[str, str]:
    """The three texts by what they are."""
    return {
        "a comment": f"-- what this is for\n{text}",
        "another result": text.replace("left join", "inner join"),
        "a column that is gone": re.sub(r"\n +(?:a|g)\.(?!.* as )\w+,(?=\n)", "", text, count=1),
    }


def _review(root: Path) -> str:
    program = [sys.executable, "-c", "from dbt_ai.cli import main; main()", "review", "--base", "main"]
    options = ["--fail-on", "nothing", "--format", "json", "--profiles-dir", str(root)]
    return _run([*program, *options], root)


def _seconds(program: list[str], root: Path) -> float:
    started = time.perf_counter()
    _run(program, root)
    return time.perf_counter() - started


def _run(program: list[str], root: Path) -> str:
    environment = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    return subprocess.run(program, cwd=root, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
