"""Every file in tests/tasks/derived/ is a case: relations that are known, a model's SQL, and the texts it must get.

`relations` gives each parent's columns (name: type), and where they are known its `keys`, `not_null`, `domains` and a
person's `texts`. `expect` gives the text of each column, null for a column that must be left open; `description` the
model's own text.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from dbt_ai.evidence.values import Evidence
from dbt_ai.sql.facts import facts_of
from dbt_ai.sql.lineage import trace
from dbt_ai.sql.query import parse_query
from dbt_ai.sql.values import Relation
from dbt_ai.tasks.drafting import HumanText, draft_all
from dbt_ai.values import Target

CASES = sorted(Path(__file__).parent.joinpath("derived").glob("*.yml"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_derived_texts(path: Path) -> None:
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    evidence, human = _parents(case["relations"])
    name = case["name"]
    query = parse_query(case["sql"], "duckdb", [found.relation for found in evidence.values()])
    facts = facts_of(query)
    own = Relation(
        name,
        (None, None, name),
        tuple((column.name, column.type) for column in facts.columns),
        "projection",
        unique_keys=tuple(key.columns for key in facts.keys),
    )
    evidence[name] = Evidence(
        name, name, "model", own, case["sql"], case.get("raw_sql"), facts=facts, lineage=trace(query)
    )
    drafts = draft_all(evidence, {u: u for u in evidence}, human, {}, "duckdb", lambda target, text: False)
    texts = {target.column: draft.text for target, draft in drafts.by_target.items() if target.unique_id == name}
    for column, expected in case.get("expect", {}).items():
        assert texts.get(column) == expected, f"{path.name}: {column}"
    if "description" in case:
        assert texts.get(None) == case["description"]
    for source, expected in case.get("sources", {}).items():
        unique_id, column = source.split(".")
        draft = drafts.by_target.get(Target(unique_id, column))
        assert (draft.text if draft else None) == expected


def _parents(relations: dict[str, Any]) -> tuple[dict[str, Evidence], dict[tuple[str, str], HumanText]]:
    evidence, human = {}, {}
    for name, known in relations.items():
        relation = Relation(
            name,
            (None, None, name),
            tuple(known["columns"].items()),
            "catalog",
            unique_keys=tuple(tuple(key) for key in known.get("keys", [])),
            not_null=frozenset(known.get("not_null", [])),
            domains=tuple((column, tuple(values)) for column, values in known.get("domains", {}).items()),
        )
        evidence[name] = Evidence(name, name, known.get("type", "model"), relation)
        for column, text in known.get("texts", {}).items():
            human[name, column] = HumanText(text)
    return evidence, human
