"""What `ai_document` for one model costs over `dbt parse` alone, in a project of many models.

    python -m benchmarks operation [--quick] [--models 1000] [--data]

`--data` builds the project on DuckDB first, so that the operation profiles the model's data as well.
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
from pathlib import Path

from benchmarks.projects import generate


def main(arguments: list[str]) -> None:
    """Prints the median seconds of each command and, last, one JSON object with `seconds_over_parse` and `models`.

    Beside it stands what is over an operation that does nothing: dbt's own part of every operation is not ours.
    """
    parser = argparse.ArgumentParser(prog="benchmarks operation")
    parser.add_argument("--quick", action="store_true", help="200 models, three runs each")
    parser.add_argument("--models", type=int, default=1000)
    parser.add_argument("--data", action="store_true", help="build the project first, so that there is data")
    options = parser.parse_args(arguments)
    models = 200 if options.quick else options.models
    runs = 3 if options.quick else 5
    with tempfile.TemporaryDirectory(prefix="operation-") as folder:
        root = Path(folder)
        generate(root, models=models, columns=10, seed=1)
        if options.data:
            _dbt(root, "build", "--quiet")
        (root / "macros").mkdir(exist_ok=True)
        (root / "macros" / "nothing.sql").write_text("{% macro nothing() %}{% endmacro %}\n")
        model = _one_model(root)
        operation = ["run-operation", "ai_document", "--args", json.dumps({"select": model, "dry_run": True})]
        _dbt(root, "parse")  # the first parse is a full one, and both come after it
        _dbt(root, *operation)
        parse, nothing, document = [], [], []
        for _ in range(runs):  # in turns, so that a busy machine is busy for both
            parse.append(_dbt(root, "parse"))
            nothing.append(_dbt(root, "run-operation", "nothing"))
            document.append(_dbt(root, *operation))
    over = statistics.median(document) - statistics.median(parse)
    over_nothing = statistics.median(document) - statistics.median(nothing)
    print(f"{models} models, {runs} runs each, median seconds (partial parse, warm):")
    print(f"  dbt parse                        {statistics.median(parse):6.2f}")
    print(f"  dbt run-operation of no effect   {statistics.median(nothing):6.2f}")
    print(f"  dbt run-operation ai_document    {statistics.median(document):6.2f}   ({model})")
    figures = {"seconds_over_parse": round(over, 3), "seconds_over_empty_operation": round(over_nothing, 3)}
    print(json.dumps({**figures, "models": models, "data": options.data}))


def _dbt(root: Path, *arguments: str) -> float:
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", *arguments, "--project-dir", str(root), "--profiles-dir", str(root)],
        cwd=root,
        env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - started


def _one_model(root: Path) -> str:
    """A model at the end of the DAG, which has the most to understand."""
    return sorted(path.stem for path in root.glob("models/**/*.sql"))[-1]
