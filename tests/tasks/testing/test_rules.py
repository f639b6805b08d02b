"""What the rules propose for a model, from its SQL and its data. Cases: rules/cases.yml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from dbt_ai.checks.sandbox import open_memory
from dbt_ai.evidence.profile import profile_relation
from dbt_ai.evidence.values import Evidence
from dbt_ai.project.values import Node, Project
from dbt_ai.sql.facts import facts_of
from dbt_ai.sql.query import parse_query
from dbt_ai.sql.values import Relation
from dbt_ai.tasks.testing.candidates import candidates_of
from dbt_ai.tasks.testing.overfitting import MAX_ALARM
from dbt_ai.tasks.testing.subject import Subject
from dbt_ai.tasks.testing.values import Candidate

CASES = yaml.safe_load((Path(__file__).parent / "rules" / "cases.yml").read_text(encoding="utf-8"))


def proposed(case: dict[str, Any]) -> list[Candidate]:
    """The candidates for `made`."""
    return list(candidates_of(subject_of(case)))


def subject_of(case: dict[str, Any]) -> Subject:
    """The model `made` of a case, with its data's profile."""
    with open_memory(["shop"]) as sandbox:
        relations = []
        for name, sql in case["raw"].items():
            sandbox.connection.execute(f"CREATE TABLE {name} AS {sql}")
            columns = sandbox.connection.execute(f"DESCRIBE {name}").fetchall()
            keys = tuple(tuple(key) for key in case.get("keys", {}).get(name, []))
            parts = ("shop", "main", name)
            relations.append(
                Relation(f"{kind_of(case, name)}.{name}", parts, tuple((c[0], c[1]) for c in columns), unique_keys=keys)
            )
        sandbox.connection.execute(f"CREATE TABLE made AS {case['sql']}")
        columns = tuple((c[0], c[1]) for c in sandbox.connection.execute("DESCRIBE made").fetchall())
        facts = facts_of(parse_query(case["sql"], "duckdb", relations))
        made = Relation("model.made", ("shop", "main", "made"), columns, "projection")
        made = Relation(made.key, made.parts, columns, unique_keys=tuple(key.columns for key in facts.keys))
        evidence = {
            one.key: Evidence(
                one.key,
                one.parts[2],
                one.key.partition(".")[0],
                one,
                sql=case["sql"] if one is made else None,
                facts=facts if one is made else None,
                profile=profile_relation(sandbox.connection, one),
                column_descriptions=case.get("described", {}) if one is made else {},
            )
            for one in (*relations, made)
        }
    node = Node(
        "model.made", "model", "made", "shop", "models/made.sql", ("shop", "main", "made"),
        depends_on=tuple(facts.base_relations),
    )  # fmt: skip
    project = Project(Path(), "shop", "duckdb", "duckdb", "dev", "1.11", {node.unique_id: node})
    return Subject(project, node, evidence, {})


def kind_of(case: dict[str, Any], name: str) -> str:
    return "seed" if name in case.get("seeds", ()) else "source"


def short(candidate: Candidate) -> str:
    """`column kind arguments`, as the cases have them."""
    values = []
    for value in candidate.arguments.values():
        values.append(", ".join(map(str, value)) if isinstance(value, list) else str(value))
    if candidate.kind == "singular":
        values = values[:1]
    return " ".join(part for part in (candidate.target.column, candidate.kind, ", ".join(values)) if part)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_what_is_proposed(case: dict[str, Any]) -> None:
    found = proposed(case)
    certain = [short(one) for one in found if one.alarm <= MAX_ALARM]
    risky = [short(one) for one in found if one.alarm > MAX_ALARM]
    for wanted in case.get("proposes", []):
        assert wanted in certain
    for unwanted in case.get("not", []):
        assert not [one for one in certain + risky if one == unwanted or one.startswith(f"{unwanted} ")]
    for too_risky in case.get("too_risky", []):
        assert [one for one in risky if one.startswith(too_risky)]
        assert not [one for one in certain if one.startswith(too_risky)]
    assert all(one.why.endswith(".") for one in found)
