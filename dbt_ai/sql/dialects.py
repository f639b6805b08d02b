"""The sqlglot dialect of a dbt adapter."""

from __future__ import annotations

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


def dialect_of(adapter_type: str) -> str:
    """sqlglot's name for the SQL that `adapter_type` (dbt's name, such as "snowflake") speaks.

    Empty for an adapter that sqlglot has no dialect for: its own superset of SQL then reads most of it.
    """
    name = _DIFFERING.get(adapter_type, adapter_type)
    return name if name and Dialect.get(name) is not None else ""
