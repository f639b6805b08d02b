"""The normal form of a query: its names resolved, then small rules, each of which keeps what the query gives."""

from __future__ import annotations

from collections.abc import Sequence

from dbt_ai.sql.query import Query, QueryError, parse_query
from dbt_ai.sql.values import Relation


def normal_form(sql: str, relations: Sequence[Relation]) -> str | None:
    """The normal form of a query (DuckDB's SQL) over `relations`, as text; None where its names cannot all be resolved.

    Two queries with one normal form give the same on every database.

    >>> orders = Relation("orders", (None, None, "orders"), (("id", "INTEGER"), ("paid", "BOOLEAN")))
    >>> normal_form("select * from orders", [orders]) == normal_form("SELECT o.id, o.paid FROM orders AS o", [orders])
    False
    """
    query = _resolved(sql, relations)
    return query.expression.sql("duckdb", comments=False) if query else None


def _resolved(sql: str, relations: Sequence[Relation]) -> Query | None:
    try:
        query = parse_query(sql, "duckdb", relations)
    except QueryError:
        return None
    return None if query.guessed or "*" in query.columns else query
