"""Column lineage of a whole project: our walk cold and from the cache, sqlglot in batch, dbt-colibri.

    python -m benchmarks lineage [--quick] [--project PATH] [--peers | --peer-python PYTHON]

Without `--project` (a dbt project with target/manifest.json, compiled, and target/catalog.json if there is one) a
project of 1,060 models is generated. `--peers` installs dbt-colibri into a folder of its own first; `--peer-python`
names a Python that has it. CPU seconds are told, each way alone in a process, imports left out.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.projects import NAME, GeneratedProject, plan

PEER = "dbt-colibri==0.3.7"
_ROOT = Path(__file__).parent.parent


def main(arguments: Sequence[str]) -> int:
    """Print a table of the ways, and the figures as one JSON object."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if options.project:
            target = options.project / "target"
            workload = from_target(target)
        else:
            target = folder / "target"
            project = plan(folder, models=200 if options.quick else 1060, columns=12, seed=1)
            workload = from_generated(project)
            write_artifacts(workload, target)
        path = folder / "workload.json"
        path.write_text(json.dumps(workload), encoding="utf-8")
        print(f"{len(workload['models'])} models, {workload['dialect'] or 'no'} dialect, from {workload['from']}")
        results = {way: _child(way, path) for way in ("parse_only", "batch", "ours_cold", "ours_warm")}
        peer_python = options.peer_python or (_install_peer(folder / "peer") if options.peers else None)
        if peer_python:
            script = Path(__file__).with_name("_lineage_colibri.py")
            results["dbt-colibri"] = _run([str(peer_python), str(script), str(target)])
        differences = _differences(folder)
    _print_table(results)
    print(json.dumps(figures(results) | differences))
    return 0


def figures(results: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The figures of the last line from what each way measured."""
    batch, cold, warm = results["batch"], results["ours_cold"], results["ours_warm"]
    told = {
        "ratio_cold_to_batch": round(cold["cpu"] / batch["cpu"], 3),
        "ratio_warm_to_batch": round(warm["cpu"] / batch["cpu"], 3),
        "columns_with_edges": cold["columns_with_edges"],
        "peak_mb": cold["peak_mb"] and round(cold["peak_mb"], 1),
        "columns_with_edges_batch": batch["columns_with_edges"],
    }
    if peer := results.get("dbt-colibri"):
        told |= {
            "ratio_cold_to_colibri": round(cold["cpu"] / peer["cpu"], 3),
            "columns_with_edges_colibri": peer["columns_with_edges"],
            "peak_mb_colibri": peer["peak_mb"] and round(peer["peak_mb"], 1),
        }
    return told


def from_generated(project: GeneratedProject) -> dict[str, Any]:
    """A generated project as a workload: what each query is, what it may read, and the columns of that."""
    compiled = project.compiled()
    return {
        "from": "a generated project",
        "dialect": "duckdb",
        "models": [
            {"id": model.unique_id, "sql": compiled[model.unique_id], "parents": list(model.parents)}
            for model in project.models
        ],
        "relations": {
            node.unique_id: {"parts": node.relation, "columns": node.sql_types()}
            for node in (*project.sources, *project.models)
        },
    }


def from_target(target: Path) -> dict[str, Any]:
    """A compiled dbt project as a workload, from its manifest and, if it has one, its catalog."""
    from dbt_ai.sql.dialects import dialect_of

    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    catalog_path = target / "catalog.json"
    catalog = json.loads(catalog_path.read_text(encoding="utf-8")) if catalog_path.exists() else {}
    columns = {
        key: [(column["name"], column.get("type")) for column in entry["columns"].values()]
        for part in ("nodes", "sources")
        for key, entry in (catalog.get(part) or {}).items()
    }
    relations, models = {}, []
    for key, node in {**manifest["sources"], **manifest["nodes"]}.items():
        if node["resource_type"] not in ("model", "seed", "snapshot", "source"):
            continue
        identifier = node.get("identifier") or node.get("alias") or node["name"]
        relations[key] = {
            "parts": [node.get("database"), node.get("schema"), identifier],
            "columns": columns.get(key, []),
            "materialized": node.get("config", {}).get("materialized", ""),
        }
        sql = node.get("compiled_code")
        if node["resource_type"] in ("model", "snapshot") and sql and node.get("language", "sql") == "sql":
            models.append({"id": key, "sql": sql, "parents": node["depends_on"]["nodes"]})
    for model in models:
        model["parents"] = [parent for parent in model["parents"] if parent in relations]
    return {
        "from": str(target),
        "dialect": dialect_of(manifest["metadata"]["adapter_type"]),
        "models": models,
        "relations": relations,
    }


def write_artifacts(workload: dict[str, Any], target: Path) -> None:
    """manifest.json and catalog.json as far as dbt-colibri reads them."""
    nodes, sources, catalog = {}, {}, {}
    sql = {model["id"]: model for model in workload["models"]}
    for key, relation in workload["relations"].items():
        database, schema, name = relation["parts"]
        catalog[key] = {
            "unique_id": key,
            "metadata": {"database": database, "schema": schema, "name": name, "type": "BASE TABLE"},
            "columns": {column: {"name": column, "type": kind} for column, kind in relation["columns"]},
        }
        node = {
            "unique_id": key,
            "resource_type": key.split(".", 1)[0],
            "name": name,
            "alias": name,
            "identifier": name,
            "database": database,
            "schema": schema,
            "relation_name": f'"{database}"."{schema}"."{name}"',
            "columns": {},
            "config": {"materialized": "view"},
            "path": f"{name}.sql",
            "original_file_path": f"models/{name}.sql",
            "depends_on": {"nodes": sql[key]["parents"] if key in sql else [], "macros": []},
            "language": "sql",
        }
        if key in sql:
            nodes[key] = {**node, "compiled_code": sql[key]["sql"], "raw_code": sql[key]["sql"]}
        else:
            sources[key] = {**node, "source_name": "raw"}
    parent_map = {key: node["depends_on"]["nodes"] for key, node in {**sources, **nodes}.items()}
    child_map: dict[str, list[str]] = {key: [] for key in parent_map}
    for key, parents in parent_map.items():
        for parent in parents:
            child_map[parent].append(key)
    manifest = {
        "metadata": {"adapter_type": workload["dialect"], "dbt_version": "1.11.0", "project_name": NAME},
        "nodes": nodes,
        "sources": sources,
        "exposures": {},
        "parent_map": parent_map,
        "child_map": child_map,
    }
    target.mkdir(parents=True, exist_ok=True)
    (target / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    known = {part: {key: catalog[key] for key in keys} for part, keys in (("nodes", nodes), ("sources", sources))}
    (target / "catalog.json").write_text(json.dumps(known), encoding="utf-8")


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks lineage", description="Column lineage of a project.")
    parser.add_argument("--quick", action="store_true", help="200 models in place of 1,060")
    parser.add_argument("--project", type=Path, help="a dbt project that is compiled into target/")
    parser.add_argument("--peers", action="store_true", help=f"install {PEER} into a folder of its own and run it too")
    parser.add_argument("--peer-python", type=Path, help=f"a Python that has {PEER}")
    return parser.parse_args(arguments)


def _child(way: str, workload: Path) -> dict[str, Any]:
    return _run([sys.executable, "-m", "benchmarks._lineage_ways", way, str(workload)])


def _run(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _install_peer(folder: Path) -> Path:
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", PEER], check=True)
    return python


def _differences(folder: Path) -> dict[str, int]:
    ours = {tuple(edge) for edge in json.loads((folder / "ours_cold.json").read_text(encoding="utf-8"))}
    batch = {tuple(edge) for edge in json.loads((folder / "batch.json").read_text(encoding="utf-8"))}
    return {"edges_only_ours": len(ours - batch), "edges_only_batch": len(batch - ours)}


def _print_table(results: dict[str, dict[str, Any]]) -> None:
    print(f"{'way':<12} {'CPU s':>8} {'wall s':>8} {'peak MB':>8} {'columns':>8} {'failed':>7}")
    for way, result in results.items():
        peak = f"{result['peak_mb']:.0f}" if result["peak_mb"] else "?"
        print(
            f"{way:<12} {result['cpu']:>8.2f} {result['wall']:>8.2f} {peak:>8} "
            f"{result['columns_with_edges']:>8} {result['failed']:>7}"
        )
