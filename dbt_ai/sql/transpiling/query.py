"""A query of another dialect as DuckDB's, its relations named in full; or the reason why not."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from dbt_ai.sql.transpiling.differing import refuse_what_differs
from dbt_ai.sql.transpiling.rewriting import divide_as, rewritten
from dbt_ai.sql.transpiling.types import whole_type

Parts = tuple["str | None", "str | None", str]

# Dialects whose SQL means the same in DuckDB once sqlglot has written it anew. Not those that compare texts without
# regard to case (MySQL, SQL Server) or that fill what an outer join does not find (ClickHouse).
DIALECTS = frozenset({"postgres", "redshift", "snowflake", "bigquery", "databricks", "spark", "trino", "athena"})


class Untranslatable(Exception):
    """The query cannot be said in DuckDB's SQL, or not with the same meaning: `str(error)` is why, a clause."""


def to_duckdb(sql: str, dialect: str, named: Callable[[Parts], Parts | None]) -> str:
    """`sql`, one SELECT of `dialect`, for DuckDB. `named` gives the full name of a relation by the parts that the query
    has of it, None for one that is not known. Raises Untranslatable.

    >>> print(to_duckdb("select id::numeric from raw.t", "postgres", lambda parts: ("shop", "raw", parts[2])))
    SELECT CAST(id AS DECIMAL(38, 10)) FROM "shop"."raw"."t"
    """
    tree = one_select(sql, dialect)
    refuse_what_differs(tree, dialect, Untranslatable)
    for table in list(_tables(tree)):
        parts = named(_parts(table))
        if parts is None:
            raise Untranslatable(f"it reads {table.sql(dialect)}, which is no node of the project that is there")
        catalog, schema, identifier = parts
        table.set("this", exp.to_identifier(identifier, quoted=True))
        table.set("db", exp.to_identifier(schema, quoted=True) if schema else None)
        table.set("catalog", exp.to_identifier(catalog, quoted=True) if catalog else None)
    try:
        whole = tree.transform(lambda node: rewritten(whole_type(node, dialect), dialect))
        divide_as(whole, dialect)
        return whole.sql("duckdb", unsupported_level=ErrorLevel.RAISE, comments=False)
    except (SqlglotError, ValueError) as error:
        raise Untranslatable(f"DuckDB has nothing for it: {_first_line(error)}") from error


def one_select(sql: str, dialect: str) -> exp.Query:
    """`sql`, parsed. Raises Untranslatable for anything but one SELECT that only reads."""
    try:
        trees = [tree for tree in sqlglot.parse(sql, dialect=dialect) if tree is not None]
    except (SqlglotError, RecursionError) as error:
        raise Untranslatable(f"it cannot be read as SQL of {dialect}: {_first_line(error)}") from error
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        raise Untranslatable("it is not one SELECT")
    if trees[0].find(exp.DDL, exp.DML, exp.Command, exp.Into) is not None:
        raise Untranslatable("it does more than read")
    return trees[0]


def _tables(tree: exp.Query) -> Iterator[exp.Table]:
    """The relations outside the query: not its CTEs, and not functions that make rows."""
    ctes = {cte.alias.casefold() for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier):
            continue
        if table.args.get("db") is None and table.name.casefold() in ctes:
            continue
        yield table


def _parts(table: exp.Table) -> Parts:
    return table.catalog or None, table.db or None, table.name


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:160].rstrip(".")
