"""One way of tracing a whole project, run alone in a process: `python -m benchmarks._lineage_ways WAY WORKLOAD`.

Prints one JSON object. What is timed begins after imports and after the workload is read.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks._measured import peak_mb

Edges = set[tuple[str, str, str, str]]  # model, column, source relation, source column; all in lower case


def ours(workload: dict[str, Any], folder: Path) -> Edges:
    """Our walk, with the cache in `folder`: cold where it is empty, warm where it is full."""
    from dbt_ai.project.cache import Cache
    from dbt_ai.project.knowledge import know

    with Cache(folder / "cache.sqlite") as cache:
        lineages = know(workload["project"], workload["compiled"], cache=cache).lineages
    workload["failed"] = sum(1 for lineage in lineages.values() if not lineage.columns)
    return {
        (name, edge.column.lower(), edge.source.relation, edge.source.column.lower())
        for name, lineage in lineages.items()
        for edge in lineage.edges
        if edge.column != "*"
    }


def batch(workload: dict[str, Any], folder: Path) -> Edges:
    """`sqlglot.lineage.lineage` of all columns of a model at a time."""
    from sqlglot import exp
    from sqlglot.lineage import lineage

    edges: Edges = set()
    relations = workload["relations"]
    keys = {tuple(str(part).lower() for part in relation["parts"]): key for key, relation in relations.items()}
    for model in workload["models"]:
        schema: dict[str, Any] = {}
        for parent in model["parents"]:
            catalog, database, name = relations[parent]["parts"]
            if relations[parent]["columns"]:
                schema.setdefault(catalog, {}).setdefault(database, {})[name] = dict(relations[parent]["columns"])
        try:
            traced = lineage(None, model["sql"], schema=schema, dialect=workload["dialect"] or None, trim_selects=False)
        except Exception:  # whatever it is, this model has no lineage
            workload["failed"] += 1
            continue
        for column, root in traced.items():
            for node in root.walk():
                # A leaf named * says that something of the table takes part, and not what: no column.
                if isinstance(node.expression, exp.Table) and not node.downstream and node.name != "*":
                    table = node.expression
                    found = keys.get((table.catalog.lower(), table.db.lower(), table.name.lower()), table.name.lower())
                    edges.add((model["id"], column.lower(), found, node.name.rsplit(".", 1)[-1].strip('"').lower()))
    return edges


def parse_only(workload: dict[str, Any], folder: Path) -> Edges:
    """The least that any way costs: parse every query."""
    import sqlglot

    for model in workload["models"]:
        try:
            sqlglot.parse_one(model["sql"], dialect=workload["dialect"] or None)
        except sqlglot.errors.SqlglotError:
            workload["failed"] += 1
    return set()


WAYS: dict[str, Callable[[dict[str, Any], Path], Edges]] = {
    "ours_cold": ours,
    "ours_warm": ours,
    "batch": batch,
    "parse_only": parse_only,
}


def as_project(workload: dict[str, Any], root: Path) -> Any:
    """The workload as the value that our own reader gives of a project."""
    from dbt_ai.project.values import Node, Project

    parents = {model["id"]: tuple(model["parents"]) for model in workload["models"]}
    nodes = {
        key: Node(
            unique_id=key,
            resource_type=key.split(".", 1)[0],
            name=key.rsplit(".", 1)[-1],
            package_name=key.split(".")[1] if "." in key else "",
            original_file_path="",
            relation=tuple(relation["parts"]),
            materialized=relation.get("materialized", "table"),
            depends_on=parents.get(key, ()),
        )
        for key, relation in workload["relations"].items()
    }
    return Project(
        root=root,
        name="benchmark",
        adapter_type=workload["dialect"],
        dialect=workload["dialect"],
        target_name="dev",
        dbt_version="",
        nodes=nodes,
        catalog_columns={
            key: tuple((name, kind) for name, kind in relation["columns"])
            for key, relation in workload["relations"].items()
            if relation["columns"]
        },
    )


def main(way: str, path: Path) -> None:
    """Run one way over the workload at `path` and print its figures."""
    import sqlglot.lineage

    workload = json.loads(path.read_text(encoding="utf-8"))
    workload["failed"] = 0
    if way.startswith("ours"):
        importlib.import_module("dbt_ai.project.knowledge")

        workload["project"] = as_project(workload, path.parent)
        workload["compiled"] = {model["id"]: model["sql"] for model in workload["models"]}
    sqlglot.parse_one("select 1", dialect=workload["dialect"] or None)  # the dialect's own import
    before = peak_mb()
    wall, cpu = time.perf_counter(), time.process_time()
    edges = WAYS[way](workload, path.parent)
    figures = {
        "way": way,
        "cpu": round(time.process_time() - cpu, 3),
        "wall": round(time.perf_counter() - wall, 3),
        "peak_mb": peak_mb(),
        "peak_mb_before": before,
        "columns_with_edges": len({edge[:2] for edge in edges}),
        "edges": len(edges),
        "failed": workload["failed"],
    }
    (path.parent / f"{way}.json").write_text(json.dumps(sorted(edges)), encoding="utf-8")
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
