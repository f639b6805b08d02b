"""Every file of tests/sql/lineage is a query over relations.yml, with the edges it must have, no more and no less.

-- dialect: duckdb
-- output column <- relation.column kind [guess]
-- unresolved: a sentence
select ...
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from dbt_ai.sql.lineage import trace
from dbt_ai.sql.query import parse_query
from dbt_ai.sql.values import Relation

CASES = sorted((Path(__file__).parent / "lineage").glob("*.sql"))


def relations() -> list[Relation]:
    declared = yaml.safe_load((Path(__file__).parent / "lineage" / "relations.yml").read_text(encoding="utf-8"))
    return [
        Relation(
            key=name,
            parts=("db", "main", name),
            columns=tuple((column, None) for column in columns if column != "..."),
            complete=bool(columns) and "..." not in columns,
        )
        for name, columns in declared.items()
    ]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_edges(path: Path) -> None:
    sql = path.read_text(encoding="utf-8")
    header = [line[3:] for line in sql.splitlines() if line.startswith("-- ")]
    dialect = header[0].removeprefix("dialect: ")
    expected = {line for line in header if " <- " in line or line.startswith("unresolved: ")}

    lineage = trace(parse_query(sql, dialect, relations()))

    found = {
        f"{edge.column} <- {edge.source.relation}.{edge.source.column} {edge.kind.value}" + " guess" * edge.guess
        for edge in lineage.edges
    }
    found |= {f"unresolved: {sentence}" for sentence in lineage.unresolved}
    assert found == expected


def test_there_are_cases() -> None:
    assert len(CASES) >= 40
