"""SQL of other warehouses as DuckDB reads it: the same rows, or no SQL at all."""

from dbt_ai.sql.transpiling.keeping import differently_made
from dbt_ai.sql.transpiling.layout import in_layout_of
from dbt_ai.sql.transpiling.query import DIALECTS, Untranslatable, one_select, to_duckdb
from dbt_ai.sql.transpiling.types import duckdb_type

__all__ = ["DIALECTS", "Untranslatable", "differently_made", "duckdb_type", "in_layout_of", "one_select", "to_duckdb"]
