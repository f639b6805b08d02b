"""The table of reason codes of comparing: stable names, one sentence each. Those of lifting are among them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dbt_ai.sql.lifting import REFUSED

REASONS: Mapping[str, str] = MappingProxyType(
    {
        **REFUSED,
        "other-columns": "The queries differ in the names, the order or the types of their columns.",
        "query-failed": "DuckDB cannot run the query on these tables.",
        "unknown-columns": "A table has columns that are not all known, or of a type that DuckDB does not have.",
        "column-type": "A column that a query names has a type of which no values can be made.",
        "order-left-open": "On every database the result depends on the order of rows, which the query leaves open.",
        "time-limit": "The time did not suffice for a single database, or for most of them.",
        "engine-too-old": "DuckDB before 2.0 does not run lifted queries rightly; install a newer one.",
        "engine-refused": "DuckDB can run the query on one database, but not on many at once.",
        "engine-differs": "DuckDB gives other rows for many databases at once than for one of them.",
        "engine-failed": "DuckDB had an internal error.",
    }
)
