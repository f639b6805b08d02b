"""The table of reason codes of lifting: stable names, one sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "not-one-query": "The SQL is not one SELECT that can be read as DuckDB's.",
        "unknown-table": "The query reads a table that is not among the known relations.",
        "unknown-table-function": "The query reads from a function that may look outside the tables.",
        "reserved-name": "The query uses a name that is kept for the rewriting: __db, or one that begins with __lift.",
        "non-deterministic": "The query calls a function that gives another value each time, such as random().",
        "depends-on-session": "The query asks for the time, the user or a setting, which are not in the data.",
        "sampling": "The query takes a sample.",
        "storage-order": "The query depends on the order in which rows are stored, such as rowid or a positional join.",
        "pivot-without-values": "A PIVOT takes its columns from the data, so each database would have other columns.",
        "computed-limit": "LIMIT with a percentage, with ties or with an expression is not lifted.",
        "parameters": "The query has parameters whose values are not known.",
        "recursion-by-key": "A recursive CTE with USING KEY is not lifted.",
        "approximate": "The function approximates, and its result depends on the order of the rows.",
        "order-dependent": "The result depends on the order of rows in a way that no further sort key can settle.",
        "comma-before-joins": "An unnest behind a comma is followed by an outer join, whose sides would be others.",
        "row-in-subquery": "A row of several columns is looked up in a subquery other than as a condition of its own.",
    }
)

LEFT_OPEN: Mapping[str, str] = MappingProxyType(
    {
        "window-ties": "A window function depends on the order of rows that its ORDER BY leaves open.",
        "limit-ties": "LIMIT or OFFSET cuts between rows whose order is left open.",
        "distinct-on-ties": "DISTINCT ON keeps one of several rows whose order is left open.",
        "aggregate-order": "An aggregate depends on the order of rows that its ORDER BY leaves open.",
        "asof-ties": "An ASOF join picks one of several rows that match equally well.",
        "array-order": "ARRAY(subquery) depends on the order of rows that its ORDER BY leaves open.",
        "row-order": "The outermost ORDER BY leaves the order of some rows open.",
    }
)
