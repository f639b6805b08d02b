"""`(a, b) IN (SELECT x, y ...)` as EXISTS, which DuckDB can take apart where the subquery depends on the database."""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.lifting.values import RESERVED, Refused


def write_out_row_in(tree: exp.Expr) -> None:
    """Rewrite each lookup of a row in a subquery. As a condition of its own (a term of the AND of a WHERE, HAVING,
    QUALIFY or inner join) NULL and false are the same there. Raises Refused for one that stands elsewhere.

    >>> import sqlglot
    >>> tree = sqlglot.parse_one("SELECT 1 FROM t WHERE (a, b) IN (SELECT x, y FROM u)", dialect="duckdb")
    >>> write_out_row_in(tree)
    >>> print(tree.sql("duckdb").partition("WHERE ")[2].replace("__lift_r0_", "x"))
    EXISTS(SELECT 1 FROM (SELECT x, y FROM u) AS __lift_r0(x0, x1) WHERE x0 = a AND x1 = b)
    """
    found = [node for node in tree.find_all(exp.In) if isinstance(node.this, exp.Tuple) and node.args.get("query")]
    for number, node in enumerate(found):
        if not _is_condition(node):
            raise Refused("row-in-subquery", node.sql("duckdb"))
        parts = node.this.expressions
        names = [f"{RESERVED}_r{number}_{place}" for place in range(len(parts))]
        alias = exp.TableAlias(
            this=exp.to_identifier(f"{RESERVED}_r{number}"), columns=[exp.to_identifier(n) for n in names]
        )
        source = exp.Subquery(this=node.args["query"].unnest(), alias=alias)
        equal = [exp.column(name).eq(part.copy()) for name, part in zip(names, parts, strict=True)]
        rows = exp.select(exp.Literal.number(1)).from_(source).where(*equal)
        node.replace(exp.Exists(this=rows))


def _is_condition(node: exp.Expr) -> bool:
    parent = node.parent
    while isinstance(parent, (exp.And, exp.Paren)):
        parent = parent.parent
    if isinstance(parent, exp.Join):
        return not parent.side
    return isinstance(parent, (exp.Where, exp.Having, exp.Qualify))
