"""Column lineage of one query: which columns of which relations take part in each output column, and how."""

from dbt_ai.sql.lineage.trace import FORMAT, trace

__all__ = ["FORMAT", "trace"]
