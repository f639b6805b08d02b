"""The mutants of our own dbt project: each is a query with the columns of its model, and can be shown to a person."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from dbt_ai.sql.mutants import mutants_of, readable
from tests.sql.test_mutants_properties import check_mutants, described

DATABASE = "wheelhouse.duckdb"


def test_mutants_of_every_model(built_integration_project: Path) -> None:
    manifest = json.loads((built_integration_project / "target" / "manifest.json").read_text(encoding="utf-8"))
    nodes = {**manifest["nodes"], **manifest["sources"]}
    operators: set[str] = set()
    in_own_layout = shown = 0
    with duckdb.connect(str(built_integration_project / DATABASE), read_only=True) as connection:
        for node in nodes.values():
            if node["resource_type"] != "model" or node["language"] != "sql":
                continue
            sql = node["compiled_code"]
            parents = [nodes[key] for key in node["depends_on"]["nodes"]]
            schema = {
                parent["relation_name"]: described(connection, f"from {parent['relation_name']}")
                for parent in parents
                if parent.get("relation_name")
            }
            check_mutants(connection, sql, schema)
            found = mutants_of(sql, "duckdb", schema)
            operators |= {mutant.operator for mutant in found}
            for mutant in found[::9]:
                lines = readable(mutant, sql).splitlines()
                assert lines
                shown += 1
                in_own_layout += all(line[1:] in sql.splitlines() for line in lines if line.startswith("-"))
    assert len(operators) >= 40
    assert in_own_layout / shown > 0.9
