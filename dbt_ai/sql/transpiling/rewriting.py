"""What has to be written otherwise, so that DuckDB gives the same value: exact numbers, and texts in documents."""

from __future__ import annotations

from sqlglot import exp

_EXACT = frozenset({"postgres", "redshift", "snowflake"})  # a quotient of theirs is a decimal, DuckDB's is a float
_DOCUMENTS = frozenset({"snowflake", "databricks"})
_WHOLE = frozenset({"postgres", "redshift", "trino", "athena"})  # 7 / 2 is 3, as 7 // 2 is in DuckDB, and 7.0 // 2 3.5


def rewritten(node: exp.Expr, dialect: str) -> exp.Expr:
    """`node` as DuckDB has to have it; sqlglot's `transform` calls this for every part of a query."""
    if isinstance(node, exp.Cast) and node.to.this in exp.DataType.INTEGER_TYPES and _is_quotient(node.this):
        # DuckDB casts the float 2.5 to 2, and everybody casts the decimal 2.5 to 3.
        node.set("this", exp.Round(this=node.this))
    elif isinstance(node, exp.Round) and node.args.get("decimals") is not None and dialect in _EXACT:
        if dialect == "postgres" or _is_quotient(node.this):  # Postgres rounds to digits only what is a decimal
            node.set("this", exp.cast(node.this, "DECIMAL(38, 10)", dialect="duckdb"))
    elif isinstance(node, exp.Cast) and isinstance(node.this, exp.JSONExtract) and dialect in _DOCUMENTS:
        part = node.this  # as text: a cast of the part itself would keep the quotation marks
        node.set("this", exp.JSONExtractScalar(this=part.this, expression=part.expression))
    return node


def divide_as(tree: exp.Expr, dialect: str) -> None:
    """Makes the divisions of `tree` those of `dialect`, whatever the types turn out to be: DuckDB's // is whole for
    whole numbers, and / for others."""
    if dialect in _WHOLE:
        for division in reversed(list(tree.find_all(exp.Div))):
            if not (_has_point(division.left) or _has_point(division.right)):
                division.replace(exp.IntDiv(this=division.this, expression=division.expression))


def _has_point(node: exp.Expr) -> bool:
    node = node.unnest()
    if isinstance(node, exp.Literal):
        return not node.is_string and not node.is_int
    return isinstance(node, exp.Cast) and node.to.this in (*exp.DataType.FLOAT_TYPES, exp.DataType.Type.DECIMAL)


def _is_quotient(node: exp.Expr) -> bool:
    """Whether a number is made by division or as a mean, as far as its expression shows."""
    if isinstance(node, (exp.Paren, exp.Neg)):
        return _is_quotient(node.this)
    if isinstance(node, (exp.Div, exp.IntDiv, exp.Avg)):
        return True
    return isinstance(node, (exp.Add, exp.Sub, exp.Mul)) and (_is_quotient(node.left) or _is_quotient(node.right))
