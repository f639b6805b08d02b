"""The facts of queries, as told in tests/sql/facts/cases/*.yml: add a case there, no Python needed.

A case gives `sql`, perhaps a `dialect`, and what it expects; what it does not mention is not looked at. Relations are
those of relations.yml. A key is written as its columns with spaces between, `~` before it where NULLs are apart.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from dbt_ai.sql.facts import facts_from_bytes, facts_of, facts_to_bytes
from dbt_ai.sql.query import parse_query
from dbt_ai.sql.values import ColumnFacts, ColumnRef, NullCause, QueryFacts, Relation

CASES = Path(__file__).parent / "facts" / "cases"


def relations() -> list[Relation]:
    found = []
    for name, known in yaml.safe_load((CASES / "relations.yml").read_text(encoding="utf-8")).items():
        found.append(
            Relation(
                key=name,
                parts=(None, None, name),
                columns=tuple(known["columns"].items()),
                columns_from="catalog",
                unique_keys=tuple(tuple(key) for key in known.get("unique", ())),
                not_null=frozenset(known.get("not_null", ())),
                domains=tuple((column, tuple(values)) for column, values in known.get("domains", {}).items()),
            )
        )
    return found


def _cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}: {case['name']}")
        for path in sorted(CASES.glob("*.yml"))
        if path.stem != "relations"
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize("case", _cases())
def test_case(case: dict[str, Any]) -> None:
    facts = facts_of(parse_query(case["sql"], case.get("dialect", "duckdb"), relations()))
    told = _told(facts)
    expected = {name: value for name, value in case.items() if name not in ("name", "sql", "dialect")}
    assert expected, "the case expects nothing"
    assert _like(told, expected) == expected
    assert facts_from_bytes(facts_to_bytes(facts)) == facts


def _told(facts: QueryFacts) -> dict[str, Any]:
    return {
        "columns": {column.name: _column(column) for column in facts.columns},
        "keys": [("~" if key.nulls_apart else "") + " ".join(key.columns) for key in facts.keys],
        "rows_of": facts.rows_of,
        "grouped_by": list(facts.grouped_by),
        "filters": [found.sql for found in facts.filters],
        "joins": [
            {
                "kind": join.kind, "left": list(join.left), "right": list(join.right),
                "pairs": [[_ref(left), _ref(right)] for left, right in join.on],
                "keeps_grain": join.keeps_grain, "right_aggregated": join.right_aggregated,
            }
            for join in facts.joins
        ],
        "union_of": [list(branch) for branch in facts.union_of],
        "single_row": facts.single_row,
        "base_relations": list(facts.base_relations),
        "notes": list(facts.notes),
    }  # fmt: skip


def _column(column: ColumnFacts) -> dict[str, Any]:
    aggregate, window = column.aggregate, column.window
    outer = next((r for r in column.nullability.reasons if r.cause is NullCause.OUTER_JOIN), None)
    return {
        "kind": column.kind.value,
        "sql": column.sql,
        "sources": [_ref(ref) for ref in column.sources],
        "never": column.nullability.never,
        "reasons": [reason.cause.value for reason in column.nullability.reasons],
        "relies_on": [_ref(ref) for ref in column.nullability.relies_on],
        "domain": list(column.domain.values) if column.domain else None,
        "default": column.default_sql,
        "factor": list(column.factor) if column.factor else None,
        "grain_kept": column.grain_kept,
        "unique_kept": column.source_unique_kept,
        "repeated": column.repeated,
        "branches": [[branch.condition_sql, branch.value_sql] for branch in column.branches],
        "aggregate": aggregate and {
            "function": aggregate.function,
            "argument": _ref(aggregate.argument), "argument_sql": aggregate.argument_sql,
            "distinct": aggregate.distinct, "condition_sql": aggregate.condition_sql, "else_sql": aggregate.else_sql,
            "rows_of": list(aggregate.rows_of), "group_by": [_ref(ref) for ref in aggregate.group_by],
            "filters_sql": list(aggregate.filters_sql), "fans_out": aggregate.fans_out,
        },
        "window": window and {
            "function": window.function, "argument_sql": window.argument_sql,
            "partition_by_sql": list(window.partition_by_sql), "order_by_sql": list(window.order_by_sql),
        },
        "outer_join": outer and {
            "relations": list(outer.relations), "pairs": [[_ref(left), _ref(right)] for left, right in outer.on],
            "filters_sql": list(outer.filters_sql), "every_row": outer.every_row,
        },
    }  # fmt: skip


def _ref(ref: ColumnRef | None) -> str | None:
    return None if ref is None else f"{ref.relation}.{ref.column}"


def _like(told: Any, expected: Any) -> Any:
    """What is told, cut down to what the case mentions, so that a difference shows up as one."""
    if isinstance(told, dict) and isinstance(expected, dict):
        return {name: _like(told.get(name), value) for name, value in expected.items()}
    if isinstance(told, list) and isinstance(expected, list) and len(told) == len(expected):
        return [_like(one, other) for one, other in zip(told, expected, strict=True)]
    return told
