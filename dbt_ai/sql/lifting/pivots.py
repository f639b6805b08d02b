"""PIVOT and UNPIVOT statements as the clauses of FROM that mean the same.

sqlglot writes the statements without the qualifiers of the columns inside, which would change them.
"""

from __future__ import annotations

from sqlglot import exp

from dbt_ai.sql.lifting.values import Refused


def write_out_pivots(tree: exp.Expr) -> exp.Expr:
    """`tree`, changed in place, with `PIVOT t ON k IN (...) USING f` as `FROM t PIVOT (f FOR k IN (...))` and
    `UNPIVOT t ON a, b` as `FROM t UNPIVOT (value FOR name IN (a, b))`. Raises Refused for what has no such form.

    >>> import sqlglot
    >>> print(write_out_pivots(sqlglot.parse_one("UNPIVOT t ON a, b", dialect="duckdb")).sql("duckdb"))
    SELECT * FROM t UNPIVOT(value FOR name IN (a, b))
    """
    for pivot in list(tree.find_all(exp.Pivot)):
        if pivot.this is None:
            continue
        clause = _unpivot(pivot) if pivot.unpivot else _pivot(pivot)
        if not isinstance(pivot.this, (exp.Table, exp.Subquery)):
            raise Refused("pivot-without-values", pivot.sql("duckdb"))
        alias, source = pivot.args.get("alias"), pivot.this.copy()
        clause.set("alias", alias.copy() if alias is not None else None)
        source.append("pivots", clause)
        rows = exp.Select(expressions=[exp.Star()]).from_(source)
        if pivot is tree:
            return rows
        standing_alone = isinstance(pivot.parent, (exp.Subquery, exp.CTE, exp.SetOperation))
        pivot.replace(rows if standing_alone else source)
    return tree


def _pivot(pivot: exp.Pivot) -> exp.Pivot:
    fields, using = pivot.expressions, pivot.args.get("using")
    if not using or not fields or not all(isinstance(field, exp.In) and field.expressions for field in fields):
        raise Refused("pivot-without-values", pivot.sql("duckdb"))
    group = pivot.args.get("group")
    return exp.Pivot(
        expressions=[part.copy() for part in using],
        fields=[field.copy() for field in fields],
        group=group.copy() if group is not None else None,
        unpivot=False,
    )


def _unpivot(pivot: exp.Pivot) -> exp.Pivot:
    into = pivot.args.get("into")
    names = [exp.to_identifier("name"), exp.to_identifier("value")]
    if into is not None:
        if len(into.expressions) != 1:
            raise Refused("pivot-without-values", pivot.sql("duckdb"))
        names = [part.this if isinstance(part, exp.Column) else part for part in (into.this, into.expressions[0])]
    field = exp.In(this=names[0].copy(), expressions=[part.copy() for part in pivot.expressions])
    return exp.Pivot(
        expressions=[names[1].copy()],
        fields=[field],
        unpivot=True,
        include_nulls=pivot.args.get("include_nulls"),
    )
