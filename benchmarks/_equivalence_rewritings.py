"""Ways to write a query otherwise that keep what it gives, each by its own few lines of text or tree: none of them
knows of the rules that are to see through them."""

from __future__ import annotations

import random
from collections.abc import Callable

import sqlglot
from sqlglot import exp

Rewriting = Callable[[exp.Expr, random.Random], "exp.Expr | None"]
"""Gives another tree, or None where there is nothing of the kind in this one."""


def rewritten(sql: str, numbers: random.Random, times: int) -> tuple[str, list[str]]:
    """A query after some rewritings, and their names."""
    tree, names = sqlglot.parse_one(sql, dialect="duckdb"), []
    for _ in range(times * 6):
        rewriting = numbers.choice(REWRITINGS)
        found = rewriting(tree.copy(), numbers)
        if found is not None and found.sql("duckdb") != tree.sql("duckdb"):
            tree = found
            names.append(rewriting.__name__)
        if len(names) == times:
            break
    return tree.sql("duckdb"), names


def whole_in_cte(tree: exp.Expr, numbers: random.Random) -> exp.Expr | None:
    """The whole query as a CTE that is selected from."""
    if tree.args.get("order") or tree.args.get("with_") or not isinstance(tree, exp.Query):
        return None
    names = [part.alias_or_name for part in tree.selects]
    if "*" in names or not all(names):
        return None
    return sqlglot.parse_one(
        f"WITH q0 AS ({tree.sql('duckdb')}) SELECT {', '.join(f'q0.{n}' for n in names)} FROM q0", dialect="duckdb"
    )


def source_in_subquery(tree: exp.Expr, numbers: random.Random) -> exp.Expr | None:
    """A table as a SELECT of all its columns."""
    tables = [table for table in tree.find_all(exp.Table) if table.alias and table.name in COLUMNS]
    if not tables:
        return None
    table = numbers.choice(tables)
    columns = ", ".join(COLUMNS[table.name]) if numbers.random() < 0.5 else "*"
    where = numbers.choice(("", " WHERE TRUE", " ORDER BY 1"))
    table.replace(
        sqlglot.parse_one(
            f"SELECT x FROM (SELECT {columns} FROM {table.name}{where}) AS {table.alias}", dialect="duckdb"
        )
        .args["from_"]
        .this
    )
    return tree


def source_in_cte(tree: exp.Expr, numbers: random.Random) -> exp.Expr | None:
    """A table read by an import CTE."""
    tables = [table for table in tree.find_all(exp.Table) if table.alias and table.name in COLUMNS]
    if not tables or tree.args.get("with_") or not isinstance(tree, exp.Select):
        return None
    table = numbers.choice(tables)
    name = table.name
    for other in tables:
        if other.name == name:
            other.set("this", exp.to_identifier(f"{name}_rows"))
    return tree.with_(f"{name}_rows", as_=f"SELECT * FROM {name}", dialect="duckdb")


def aliases(tree: exp.Expr, numbers: random.Random) -> exp.Expr | None:
    """Other names for the sources."""
    names = {source.alias for source in tree.find_all(exp.Table, exp.Subquery) if source.alias}
    if not names or tree.find(exp.With):
        return None
    for source in tree.find_all(exp.Table, exp.Subquery):
        if source.alias:
            source.set("alias", exp.TableAlias(this=exp.to_identifier(f"{source.alias}_x")))
    for column in tree.find_all(exp.Column):
        if column.table in names:
            column.set("table", exp.to_identifier(f"{column.table}_x"))
    return tree


def turned_connective(tree: exp.Expr, numbers: random.Random) -> exp.Expr | None:
    """AND and OR the other way round."""
    return _one(tree, numbers, (exp.And, exp.Or), lambda node: type(node)(this=node.expression, expression=node.this))


def turned_comparison(tree: exp.Expr, numbers: random.Random) -> exp.Expr | None:
    """A comparison read from the right."""
    other = {exp.EQ: exp.EQ, exp.NEQ: exp.NEQ, exp.LT: exp.GT, exp.GT: exp.LT, exp.LTE: exp.GTE, exp.GTE: exp.LTE}
    return _one(tree, numbers, tuple(other), lambda node: other[type(node)](this=node.expression, expression=node.this))


def negated_opposite(tree: exp.Expr, numbers: random.Random) -> exp.Expr | None:
    """A comparison as NOT of its opposite."""
    other = {exp.EQ: exp.NEQ, exp.NEQ: exp.EQ, exp.LT: exp.GTE, exp.GT: exp.LTE, exp.LTE: exp.GT, exp.GTE: exp.LT}
    return _one(
        tree,
        numbers,
        tuple(other),
        lambda node: exp.Not(this=exp.paren(other[type(node)](this=node.this, expression=node.expression))),
    )


def between_written_out(tree: exp.Expr, numbers: random.Random) -> exp.Expr | None:
    """BETWEEN as two comparisons."""
    return _one(
        tree,
        numbers,
        (exp.Between,),
        lambda node: exp.paren(
            exp.and_(
                exp.GTE(this=node.this.copy(), expression=node.args["low"]),
                exp.LTE(this=node.this.copy(), expression=node.args["high"]),
            )
        ),
    )


def list_written_out(tree: exp.Expr, numbers: random.Random) -> exp.Expr | None:
    """An IN list as ORs."""

    def out(node: exp.Expr) -> exp.Expr | None:
        if not node.expressions or isinstance(node.expressions[0], exp.Query):
            return None
        return exp.paren(exp.or_(*(exp.EQ(this=node.this.copy(), expression=value) for value in node.expressions)))

    return _one(tree, numbers, (exp.In,), out)


def coalesce_as_case(tree: exp.Expr, numbers: random.Random) -> exp.Expr | None:
    """COALESCE of two values as CASE."""

    def out(node: exp.Expr) -> exp.Expr | None:
        if len(node.expressions) != 1:
            return None
        value, other = node.this.sql("duckdb"), node.expressions[0].sql("duckdb")
        return sqlglot.parse_one(f"CASE WHEN {value} IS NOT NULL THEN {value} ELSE {other} END", dialect="duckdb")

    return _one(tree, numbers, (exp.Coalesce,), out)


def truth_added(tree: exp.Expr, numbers: random.Random) -> exp.Expr | None:
    """A condition that is always true beside WHERE."""
    more = numbers.choice(("1 = 1", "TRUE", "2 > 1", "NOT FALSE"))
    return _one(
        tree, numbers, (exp.Where,), lambda node: exp.Where(this=exp.and_(exp.paren(node.this), more, dialect="duckdb"))
    )


def term_twice(tree: exp.Expr, numbers: random.Random) -> exp.Expr | None:
    """A condition that is asked twice."""
    return _one(
        tree,
        numbers,
        (exp.Where,),
        lambda node: exp.Where(this=exp.and_(exp.paren(node.this.copy()), exp.paren(node.this.copy()))),
    )


def doubly_negated(tree: exp.Expr, numbers: random.Random) -> exp.Expr | None:
    """NOT NOT."""
    return _one(
        tree,
        numbers,
        (exp.Where,),
        lambda node: exp.Where(this=exp.Not(this=exp.paren(exp.Not(this=exp.paren(node.this))))),
    )


def condition_to_where(tree: exp.Expr, numbers: random.Random) -> exp.Expr | None:
    """The condition of the only join, an inner one, in WHERE."""
    for select in tree.find_all(exp.Select):
        joins = select.args.get("joins") or []
        if len(joins) == 1 and not joins[0].side and not joins[0].kind and joins[0].args.get("on"):
            condition = joins[0].args["on"]
            joins[0].set("on", None)
            joins[0].set("kind", "CROSS")
            select.where(condition, copy=False)
            return tree
    return None


def sides_swapped(tree: exp.Expr, numbers: random.Random) -> exp.Expr | None:
    """LEFT JOIN as RIGHT JOIN, an inner join with its sources swapped."""
    for select in tree.find_all(exp.Select):
        joins = select.args.get("joins") or []
        if (
            len(joins) == 1
            and not joins[0].method
            and joins[0].kind in ("", "CROSS")
            and joins[0].side in ("", "LEFT", "RIGHT")
        ):
            join, from_ = joins[0], select.args["from_"]
            if not isinstance(join.this, (exp.Table, exp.Subquery)) or any(part.is_star for part in select.expressions):
                continue
            first, second = from_.this.copy(), join.this.copy()
            from_.set("this", second)
            join.set("this", first)
            join.set("side", {"LEFT": "RIGHT", "RIGHT": "LEFT"}.get(join.side))
            return tree
    return None


def branches_swapped(tree: exp.Expr, numbers: random.Random) -> exp.Expr | None:
    """The branches of a UNION the other way round, where their columns are called the same."""

    def out(node: exp.Expr) -> exp.Expr | None:
        names = [[part.alias_or_name for part in side.selects] for side in (node.this, node.expression)]
        if names[0] != names[1] or node.args.get("order") or node.args.get("with_"):
            return None
        return exp.Union(this=node.expression, expression=node.this, distinct=node.args.get("distinct"))

    return _one(tree, numbers, (exp.Union,), out)


def distinct_as_group(tree: exp.Expr, numbers: random.Random) -> exp.Expr | None:
    """SELECT DISTINCT of columns as GROUP BY."""

    def out(select: exp.Expr) -> exp.Expr | None:
        values = [part.unalias() for part in select.expressions]
        if (
            not select.args.get("distinct")
            or select.args.get("group")
            or not all(isinstance(v, exp.Column) for v in values)
        ):
            return None
        select = select.copy()
        select.set("distinct", None)
        select.set("group", exp.Group(expressions=[exp.Literal.number(place + 1) for place in range(len(values))]))
        return select

    return _one(tree, numbers, (exp.Select,), out)


def having_outside(tree: exp.Expr, numbers: random.Random) -> exp.Expr | None:
    """Groups filtered outside of a subquery."""
    if (
        not isinstance(tree, exp.Select)
        or not tree.args.get("having")
        or tree.args.get("order")
        or tree.args.get("with_")
    ):
        return None
    names = [part.alias_or_name for part in tree.expressions]
    condition = tree.args["having"].this.copy()
    inner = tree.copy()
    inner.set("having", None)
    inner.select(exp.alias_(condition, "kept"), copy=False)
    return sqlglot.parse_one(
        f"SELECT {', '.join(names)} FROM ({inner.sql('duckdb')}) AS q0 WHERE kept", dialect="duckdb"
    )


def count_of_one(tree: exp.Expr, numbers: random.Random) -> exp.Expr | None:
    """COUNT(*) as COUNT(1)."""
    return _one(
        tree,
        numbers,
        (exp.Count,),
        lambda node: exp.Count(this=exp.Literal.number(1)) if isinstance(node.this, exp.Star) else None,
    )


def unused_column(tree: exp.Expr, numbers: random.Random) -> exp.Expr | None:
    """One more column of a derived table, which nobody reads."""

    def out(source: exp.Expr) -> exp.Expr | None:
        inner = source.this
        if (
            not source.alias
            or not isinstance(inner, exp.Select)
            or inner.args.get("distinct")
            or inner.args.get("qualify")
        ):
            return None
        return exp.Subquery(this=inner.select("7 AS idle", dialect="duckdb"), alias=source.args["alias"])

    return _one(tree, numbers, (exp.Subquery,), out)


def idle_cte(tree: exp.Expr, numbers: random.Random) -> exp.Expr | None:
    """A CTE that nobody reads."""
    if not isinstance(tree, exp.Select) or tree.args.get("with_"):
        return None
    return tree.with_("idle", as_="SELECT k, count(*) AS n FROM u GROUP BY k", dialect="duckdb")


def idle_left_join(tree: exp.Expr, numbers: random.Random) -> exp.Expr | None:
    """A LEFT JOIN on a key, whose columns nobody reads."""
    if (
        not isinstance(tree, exp.Select)
        or tree.args.get("from_") is None
        or any(part.is_star for part in tree.expressions)
    ):
        return None
    source = tree.args["from_"].this
    key = {"t": "k", "u": "b", "emp": "mgr", "orders": "quantity", "customers": "id"}.get(source.name)
    if not isinstance(source, exp.Table) or key is None or not source.alias:
        return None
    if not all(column.table for column in tree.find_all(exp.Column)):
        return None
    return tree.join("u AS idle", on=f"idle.k = {source.alias}.{key}", join_type="left", dialect="duckdb")


def exists_as_in(tree: exp.Expr, numbers: random.Random) -> exp.Expr | None:
    """IN with a subquery of one table as EXISTS, right in WHERE."""
    for where in tree.find_all(exp.Where):
        node = where.this
        query = node.args.get("query") if isinstance(node, exp.In) else None
        inner = query.this if isinstance(query, exp.Subquery) else query
        if (
            not isinstance(inner, exp.Select)
            or inner.args.get("group")
            or inner.args.get("limit")
            or inner.args.get("qualify")
        ):
            continue
        value = inner.expressions[0].unalias()
        if not isinstance(value, exp.Column) or inner.args.get("having"):
            continue
        rows = inner.copy()
        rows.set("distinct", None)
        rows.where(exp.EQ(this=node.this.copy(), expression=value.copy()), copy=False)
        rows.set("expressions", [numbers.choice((exp.Literal.number(1), exp.Star()))])
        where.set("this", exp.Exists(this=rows))
        return tree
    return None


def case_of_value(tree: exp.Expr, numbers: random.Random) -> exp.Expr | None:
    """`CASE a WHEN b` as `CASE WHEN a = b`."""

    def out(case: exp.Expr) -> exp.Expr | None:
        if case.this is None:
            return None
        branches = [
            exp.If(this=exp.EQ(this=case.this.copy(), expression=one.this.copy()), true=one.args["true"].copy())
            for one in case.args["ifs"]
        ]
        return exp.Case(ifs=branches, default=case.args.get("default"))

    return _one(tree, numbers, (exp.Case,), out)


def filter_below(tree: exp.Expr, numbers: random.Random) -> exp.Expr | None:
    """A filter on one table put into a subquery: the table must be the only one, or joined inner."""
    if (
        not isinstance(tree, exp.Select)
        or tree.args.get("where") is None
        or tree.args.get("joins")
        or tree.args.get("from_") is None
    ):
        return None
    source = tree.args["from_"].this
    if not isinstance(source, exp.Table) or not source.alias or tree.args["where"].find(exp.Query):
        return None
    inner = exp.Select(expressions=[exp.Star()]).from_(source.copy())
    inner.set("where", tree.args["where"].copy())
    tree.set("where", None)
    tree.args["from_"].set("this", exp.Subquery(this=inner, alias=exp.TableAlias(this=exp.to_identifier(source.alias))))
    return tree


def _one(
    tree: exp.Expr,
    numbers: random.Random,
    kinds: tuple[type[exp.Expr], ...],
    change: Callable[[exp.Expr], exp.Expr | None],
) -> exp.Expr | None:
    """The tree with one node of some kinds changed."""
    nodes = [node for node in tree.find_all(*kinds) if not isinstance(node.args.get("expression"), (exp.Any, exp.All))]
    if not nodes:
        return None
    node = numbers.choice(nodes)
    found = change(node.copy())
    if found is None:
        return None
    if isinstance(found, (exp.Connector, exp.Binary, exp.Not)) and not isinstance(
        node, (exp.Select, exp.Where, exp.Union)
    ):
        found = exp.paren(found)
    if node is tree:
        return found
    node.replace(found)
    return tree


COLUMNS = {
    "t": ("a", "b", "c", "d", "f", "k"),
    "u": ("k", "b", "c", "n"),
    "customers": ("id", "name", "city", "joined"),
    "orders": ("id", "customer_id", "status", "amount", "quantity", "ordered_at"),
    "payments": ("id", "order_id", "method", "cents"),
    "dept": ("deptno", "dname"),
    "emp": ("empno", "ename", "deptno", "mgr", "sal", "comm", "hired"),
}
REWRITINGS: tuple[Rewriting, ...] = (
    whole_in_cte, source_in_subquery, source_in_cte, aliases, turned_connective, turned_comparison, negated_opposite,
    between_written_out, list_written_out, coalesce_as_case, truth_added, term_twice, doubly_negated,
    condition_to_where, sides_swapped, branches_swapped, distinct_as_group, having_outside, count_of_one,
    unused_column, idle_cte, idle_left_join, exists_as_in, case_of_value, filter_below,
)  # fmt: skip
