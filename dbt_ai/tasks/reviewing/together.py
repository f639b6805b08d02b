"""Models that change together: the SQL of one with that of the changed ones above it in the place of their tables.

Where a column gets another name, or a calculation moves up the DAG, each model by itself gives something else, and all
of them together give the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from dbt_ai.sql.values import Relation, same_name


def with_parents(sql: str, parents: Mapping[str, str], relations: Mapping[str, Relation]) -> str | None:
    """A query (DuckDB's SQL) that reads subqueries in the place of the tables of `parents` (SQL by unique_id); None
    where it reads none of them, or cannot be parsed.

    >>> orders = Relation("orders", (None, "shop", "orders"))
    >>> with_parents("SELECT o.id FROM shop.orders AS o", {"orders": "SELECT 1 AS id"}, {"orders": orders})
    'SELECT o.id FROM (SELECT 1 AS id) AS o'
    """
    try:
        tree = parse_one(sql, dialect="duckdb")
        replaced = 0
        for table in list(tree.find_all(exp.Table)):
            found = next((u for u in parents if u in relations and _is(table, relations[u])), None)
            if found is None:
                continue
            inner = parse_one(parents[found], dialect="duckdb")
            if not isinstance(inner, exp.Query):
                return None
            alias = table.args.get("alias") or exp.TableAlias(this=exp.to_identifier(table.name, quoted=True))
            subquery = exp.Subquery(this=inner, alias=alias.copy())
            for part in ("joins", "laterals", "pivots"):
                if table.args.get(part):
                    subquery.set(part, [one.copy() for one in table.args[part]])
            table.replace(subquery)
            replaced += 1
    except SqlglotError:
        return None
    return tree.sql("duckdb") if replaced else None


def _is(table: exp.Table, relation: Relation) -> bool:
    """Whether a table of a compiled query is the relation: dbt writes its schema, which no CTE has."""
    database, schema, name = relation.parts
    return (
        same_name(table.name, name)
        and same_name(table.db, schema or "")
        and (not table.catalog or not database or same_name(table.catalog, database))
    )
