"""Types of other warehouses as DuckDB has them: a decimal without precision means something else in each."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp
from sqlglot.errors import SqlglotError

# What a decimal without precision holds: (precision, scale). Postgres keeps every digit; ten behind the point are more
# than money and shares need, and leave 28 before it, which overflow with an error rather than round.
_BARE: Mapping[str, tuple[int, int]] = {
    "postgres": (38, 10),
    "redshift": (18, 0),
    "snowflake": (38, 0),
    "bigquery": (38, 9),
    "databricks": (10, 0),
    "spark": (10, 0),
    "spark2": (10, 0),
    "hive": (10, 0),
    "trino": (38, 0),
    "presto": (38, 0),
    "athena": (38, 0),
}
_DECIMALS = (
    exp.DataType.Type.DECIMAL,
    exp.DataType.Type.BIGDECIMAL,
    exp.DataType.Type.DECIMAL128,
)
_MAX_PRECISION = 38


def duckdb_type(data_type: str, dialect: str) -> str | None:
    """DuckDB's name for a type of `dialect`; None for one that it has not.

    >>> print(duckdb_type("numeric", "postgres"), duckdb_type("character varying(10)", "postgres"))
    DECIMAL(38, 10) TEXT(10)
    """
    try:
        kind = exp.DataType.build(data_type, dialect=dialect)
        if any(found.this == exp.DataType.Type.USERDEFINED for found in kind.find_all(exp.DataType)):
            return None
        name = str(kind.transform(lambda node: whole_type(node, dialect)).sql("duckdb"))
        return None if name.startswith("[") else name  # an array whose elements' type is not said
    except (SqlglotError, ValueError):
        return None


def whole_type(node: exp.Expr, dialect: str) -> exp.Expr:
    """`node`, with its precision and scale where it is a decimal that leaves them to its dialect. DuckDB's own are
    (18, 3), and it would round to that without a word."""
    if not isinstance(node, exp.DataType) or node.this not in _DECIMALS or dialect not in _BARE:
        return node
    precision, scale = _BARE[dialect]
    given = [parameter.this for parameter in node.expressions if isinstance(parameter, exp.DataTypeParam)]
    if len(given) == 2:
        return node if _number(given[0]) <= _MAX_PRECISION else _decimal(_MAX_PRECISION, _number(given[1]))
    return _decimal(_number(given[0]), 0) if given else _decimal(precision, scale)


def _number(node: exp.Expr) -> int:
    return int(node.name)


def _decimal(precision: int, scale: int) -> exp.DataType:
    return exp.DataType.build(f"DECIMAL({min(precision, _MAX_PRECISION)}, {scale})", dialect="duckdb")
