"""The hash of what a text rests on. It changes when the SQL or a person's words change, not when data grows."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from dbt_ai.evidence.values import Evidence
from dbt_ai.sql.values import ColumnFacts, QueryFacts


def evidence_hash(evidence: Evidence, column: str | None) -> str:
    """SHA-256 (first 16 hex digits) of the facts that a text for the node, or for one of its columns, rests on.

    Data decides whether a text is true, and each run checks that again; were it part of the hash, every load would
    make every text stale.
    """
    basis = basis_of(evidence.resource_type, evidence.facts, column)
    return hashlib.sha256(json.dumps(basis, sort_keys=True, default=str).encode()).hexdigest()[:16]


def basis_of(resource_type: str, facts: QueryFacts | None, column: str | None) -> Any:
    """The facts that a text for a node of that type, or for one of its columns, rests on, as plain values."""
    if column is None:
        basis: Any = None
        if facts:
            basis = [
                resource_type,
                [[f.sql, f.clause] for f in facts.filters],
                [[j.kind, sorted(j.left), sorted(j.right), j.sql] for j in facts.joins],
                facts.rows_of,
                facts.grouped_by,
                facts.union_of,
                [column.name for column in facts.columns],
            ]
    else:
        found = facts.column(column) if facts else None
        basis = _column_basis(found) if found else [column]
    return basis


def _column_basis(facts: ColumnFacts) -> list[Any]:
    aggregate = facts.aggregate
    return [
        facts.name,
        facts.kind.value,
        facts.sql,
        facts.default_sql,
        [[reason.cause.value, reason.sql, sorted(reason.relations)] for reason in facts.nullability.reasons],
        [aggregate.rows_of, aggregate.group_by_sql, aggregate.filters_sql] if aggregate else None,
    ]
