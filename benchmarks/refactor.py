"""What `dbtai refactor` finds, writes and saves on a project, and the tables that are other ones afterwards.

`python -m benchmarks refactor [--quick] [--project FOLDER [--profiles-dir FOLDER]] [--goal readable|cheaper|macro]`

The project (on DuckDB) is copied, built, refactored and built again; the tables of both builds are compared with EXCEPT
ALL. Without `--project` it is the one with planted smells of tests/tasks/refactoring; `--quick` takes some of its
models. A model whose SQL gives other rows each time is not among the tables: it differs between two builds before, or
its query as it was gives other rows in one of many runs, as a sum of floating point numbers by several threads does.
The queries of changed models are run before and after: rows read and seconds (the fastest of some runs). A project that
has a generate_data.py makes its data with it. With `WHEELHOUSE_SMELLS=true` in the environment `--project
integration_tests` has what is planted there.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb

from dbt_ai.checks.sandbox import Sandbox
from dbt_ai.tasks.refactoring.measuring import rows_read

PLANTED = Path(__file__).resolve().parents[1] / "tests" / "tasks" / "refactoring" / "orchard"
RUNS = 5
MANY = 60
QUICK = "harvest movements picker_totals stays_distinct stays_union"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks refactor", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a part of the planted project")
    parser.add_argument("--project", type=Path, help="a dbt project on DuckDB, copied before it is touched")
    parser.add_argument("--profiles-dir", type=Path)
    parser.add_argument("--goal", help="as of dbtai refactor")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        left_out = shutil.ignore_patterns("target", "logs", "*.duckdb", ".dbt_ai", "dbt_ai.lock")
        root = Path(shutil.copytree(options.project or PLANTED, Path(folder) / "project", ignore=left_out))
        profiles = [] if options.profiles_dir is None else ["--profiles-dir", str(options.profiles_dir.resolve())]
        if (root / "generate_data.py").is_file():
            subprocess.run([sys.executable, "generate_data.py"], cwd=root, check=True)
        database = _build(root, profiles, "seed", "build")
        before = Path(shutil.copy(database, Path(folder) / "before.duckdb"))
        twice = _build(root, profiles, "build")
        unsteady = set(differing(before, twice))
        queries = Path(shutil.copytree(root / "target" / "compiled", Path(folder) / "compiled"))
        selected = ["--select", *QUICK.split()] if options.quick and options.project is None else []
        selected += ["--goal", options.goal] if options.goal else []
        start = time.monotonic()
        report = _refactor(root, profiles, selected)
        seconds = time.monotonic() - start
        after = _build(root, profiles, "build")
        unsteady |= {name for name in differing(before, after) if _varies(database, queries, name)}
        others = [name for name in differing(before, after) if name not in unsteady]
        saved = _saved(database, queries, root / "target" / "compiled")
    figures = _figures(report)
    _print(report, figures, unsteady)
    figures |= saved | {"tables_differing": len(others), "differing": others, "seconds": round(seconds, 1)}
    print(json.dumps(figures))
    return 1 if others else 0


def _run(root: Path, profiles: list[str], program: str, *arguments: str) -> str:
    command = [sys.executable, "-c", program, *arguments, *profiles]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def _build(root: Path, profiles: list[str], *commands: str) -> Path:
    """The database after these commands of dbt."""
    for command in commands:
        _run(root, profiles, "from dbt.cli.main import cli; cli()", command)
    found = sorted(path for path in root.glob("**/*.duckdb") if ".dbt_ai" not in path.parts)
    if len(found) != 1:
        raise SystemExit(f"The project is to have one DuckDB file in its folder, and it has {len(found)}.")
    return found[0]


def _refactor(root: Path, profiles: list[str], selected: list[str]) -> dict[str, Any]:
    output = root.parent / "report.json"
    program = "from dbt_ai.cli import main; main()"
    _run(root, profiles, program, "refactor", "--format", "json", "--output", str(output), *selected)
    report: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
    return report


def _figures(report: dict[str, Any]) -> dict[str, Any]:
    outcomes = [one for one in report["outcomes"] if one["text"]]
    written = [one for one in outcomes if one["outcome"] == "written"]
    repeated = [one for one in outcomes if one["text"] == "expression-into-macro"]
    macros = {one["detail"] for one in repeated if one["outcome"] != "kept"}
    lines = [line for line in _sql_diff(report["diff"]) if not line.startswith(("+++", "---"))]
    return {
        "proposed": len(outcomes),
        "written": len(written),
        "proved": sum(one["verdicts"][0]["verdict"] == "proved" for one in written),
        "bounded": sum(one["verdicts"][0]["verdict"] == "bounded" for one in written),
        "macros_proposed": len(macros),
        "macros_written": sum(one["node"].startswith("macro.") for one in written),
        "callers": len({one["node"] for one in repeated if one["outcome"] == "written" and _is_model(one)}),
        "lines_saved": sum(line.startswith("-") for line in lines) - sum(line.startswith("+") for line in lines),
    }


def _is_model(outcome: dict[str, Any]) -> bool:
    return str(outcome["node"]).startswith("model.")


def _sql_diff(diff: str) -> list[str]:
    lines: list[str] = []
    taken = False
    for line in diff.split("\n"):
        if line.startswith("+++ "):
            taken = line.rstrip("\t").endswith(".sql")
        elif line.startswith("--- "):
            continue
        if taken:
            lines.append(line)
    return lines


def _print(report: dict[str, Any], figures: dict[str, Any], unsteady: set[str]) -> None:
    rows: dict[str, Counter[str]] = {}
    for one in report["outcomes"]:
        if one["text"]:
            rows.setdefault(one["text"], Counter())[one["outcome"]] += 1
    for rule, counts in sorted(rows.items()):
        told = ", ".join(f"{number} {outcome}" for outcome, number in counts.items())
        print(f"{rule:<26} {told}")
    print(f"{figures['lines_saved']} lines of SQL less; {len(unsteady)} tables differ between builds of one text.")


def _saved(database: Path, before: Path, after: Path) -> dict[str, Any]:
    """What the queries of changed models save: rows read, and seconds of the fastest run."""
    seconds, rows = 0.0, 0
    with duckdb.connect(str(database), read_only=True) as connection:
        for path in sorted(after.rglob("*.sql")):
            old = before / path.relative_to(after)
            if not old.is_file() or old.is_dir() or old.read_bytes() == path.read_bytes():
                continue
            costs = [_cost(connection, one.read_text(encoding="utf-8")) for one in (old, path)]
            seconds += costs[0][0] - costs[1][0]
            rows += costs[0][1] - costs[1][1]
    return {"seconds_saved": round(seconds, 4), "rows_saved": rows}


def _varies(database: Path, before: Path, name: str) -> bool:
    """Whether the query of a table, as it was, gives other rows in one of many runs."""
    with duckdb.connect(str(database), read_only=True) as connection:
        for path in before.rglob(f"{name.rpartition('.')[2]}.sql"):
            sql = f"select sum(hash(found)) from ({path.read_text(encoding='utf-8')}) as found"
            return len({connection.execute(sql).fetchone() for _ in range(MANY)}) > 1
    return False


def _cost(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[float, int]:
    """The seconds of the fastest of some runs of a query, and the rows that it reads."""
    fastest = float("inf")
    for _ in range(RUNS):
        start = time.monotonic()
        connection.execute(sql).fetchall()
        fastest = min(fastest, time.monotonic() - start)
    return fastest, rows_read(Sandbox(connection), [sql]).get(sql, 0)


def differing(one: Path, other: Path) -> list[str]:
    """The tables and views of two databases that do not have the same columns, types and rows."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one}' as one (read_only)")
        connection.execute(f"attach '{other}' as other (read_only)")
        sql = "select table_schema || '.' || table_name from information_schema.tables where table_catalog = ?"
        names = [{row[0] for row in connection.execute(sql, [side]).fetchall()} for side in ("one", "other")]
        found = sorted(names[0] ^ names[1])
        for name in sorted(names[0] & names[1]):
            quoted = ".".join(f'"{part}"' for part in name.split("."))
            columns = [connection.execute(f"describe {side}.{quoted}").fetchall() for side in ("one", "other")]
            if columns[0] != columns[1] or any(
                connection.execute(f"select 1 from (from {a}.{quoted} except all from {b}.{quoted}) limit 1").fetchall()
                for a, b in (("one", "other"), ("other", "one"))
            ):
                found.append(name)
    return found
