"""The sqlglot dialect of a dbt adapter."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect

_DIFFERING = {
    "sqlserver": "tsql",
    "synapse": "tsql",
    "glue": "spark",
    "impala": "hive",
    "mariadb": "mysql",
    "timescaledb": "postgres",
    "alloydb": "postgres",
    "greenplum": "postgres",
    "cratedb": "postgres",
    "vertica": "postgres",
    "firebolt": "postgres",
    "yellowbrick": "postgres",
    "motherduck": "duckdb",
    "upsolver": "snowflake",
}
_ALIAS_IN_GROUP_BY = frozenset(
    {"bigquery", "clickhouse", "databricks", "duckdb", "mysql", "postgres", "redshift", "snowflake", "spark", "sqlite"}
)
_ALIAS_BESIDE = frozenset({"clickhouse", "databricks", "duckdb", "redshift", "snowflake"})


def dialect_of(adapter_type: str) -> str:
    """sqlglot's name for the SQL that `adapter_type` (dbt's name, such as "snowflake") speaks.

    Empty for an adapter that sqlglot has no dialect for: its own superset of SQL then reads most of it.
    """
    name = _DIFFERING.get(adapter_type, adapter_type)
    return name if name and Dialect.get(name) is not None else ""


def reads_alias_in_group_by(dialect: str) -> bool:
    """Whether GROUP BY may name a column of the SELECT by its alias."""
    return dialect in _ALIAS_IN_GROUP_BY


def reads_alias_beside(dialect: str) -> bool:
    """Whether a column of a SELECT may use the alias of one before it."""
    return dialect in _ALIAS_BESIDE


def has_qualify(dialect: str) -> bool:
    """Whether QUALIFY is a clause of the dialect.

    >>> has_qualify("duckdb"), has_qualify("postgres")
    (True, False)
    """
    query = exp.select("a").from_("t").qualify("row_number() over (order by a) = 1")
    return "QUALIFY" in query.sql(dialect)
