"""What the rules share: the shape of a SELECT, its conditions, and who names which column.

The trees are qualified: every column is written source.column, and no source of one tree has the name of another (see
`sources.py`), so that a column says by its name alone which source it is of, however deep it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from sqlglot import exp

_PLAIN_PARTS = frozenset({
    "expressions", "from_", "joins", "where", "group", "having", "distinct", "order", "limit", "offset", "kind",
    "operation_modifiers",
})  # fmt: skip
_SOURCE_PARTS = frozenset({"this", "alias", "db", "catalog"})
_UNSTABLE = (exp.Rand, exp.Randn, exp.Uuid, exp.Explode, exp.Unnest, exp.Inline, exp.Anonymous, exp.Columns, exp.Lambda)


def selects(tree: exp.Expr) -> list[exp.Select]:
    """Every SELECT of the tree, inner ones first."""
    return [node for node in reversed(list(tree.find_all(exp.Select))) if isinstance(node, exp.Select)]


def is_plain(select: exp.Expr) -> bool:
    """Whether a SELECT has nothing in it but what the rules know: sources, joins with ON, WHERE, GROUP BY of plain
    terms, HAVING, DISTINCT, ORDER BY and LIMIT."""
    if not isinstance(select, exp.Select) or any(
        value and part not in _PLAIN_PARTS for part, value in select.args.items()
    ):
        return False
    group, distinct = select.args.get("group"), select.args.get("distinct")
    if group is not None and any(value for part, value in group.args.items() if part != "expressions"):
        return False
    if group is not None and any(
        isinstance(key, (exp.Rollup, exp.Cube, exp.GroupingSets)) for key in group.expressions
    ):
        return False
    if distinct is not None and distinct.args.get("on") is not None:
        return False
    if not all(is_plain_source(source) for source in sources(select)):
        return False
    if any(join.method or join.args.get("using") or join.args.get("pivots") for join in joins(select)):
        return False
    return not any(part.find(exp.Explode, exp.Unnest, exp.Inline, exp.Columns) for part in select.expressions)


def is_plain_source(source: exp.Expr) -> bool:
    """Whether a source is a table or a derived table under a name, and nothing else."""
    if any(value and part not in _SOURCE_PARTS for part, value in source.args.items()):
        return False
    alias = source.args.get("alias")
    if isinstance(alias, exp.TableAlias) and alias.columns:
        return False
    if isinstance(source, exp.Table):
        return isinstance(source.this, exp.Identifier)
    return isinstance(source, exp.Subquery) and isinstance(source.this, exp.Query) and bool(source.alias)


def is_shared(source: exp.Expr) -> bool:
    """Whether the source is one of several copies of a CTE that must give the same rows in all of them."""
    return bool(source.meta_get("shared"))


def sources(select: exp.Select) -> list[exp.Expr]:
    """What the SELECT reads, in order."""
    from_ = select.args.get("from_")
    return ([from_.this] if from_ is not None else []) + [join.this for join in joins(select)]


def joins(select: exp.Select) -> list[exp.Join]:
    return list(select.args.get("joins") or [])


def is_inner(join: exp.Join) -> bool:
    """Whether a join keeps the pairs that meet its condition and no other rows."""
    return not join.side and not join.method and join.kind.upper() in ("", "INNER", "CROSS")


def is_left(join: exp.Join) -> bool:
    return join.side.upper() == "LEFT" and join.kind.upper() in ("", "OUTER") and not join.method


def is_spj(select: exp.Expr) -> bool:
    """Whether a SELECT only joins, filters and computes: one output row for one row of the join."""
    if not is_plain(select) or not isinstance(select, exp.Select):
        return False
    if any(select.args.get(part) for part in ("group", "having", "distinct", "order", "limit", "offset")):
        return False
    return select.args.get("from_") is not None and not has_aggregates(select)


def has_aggregates(select: exp.Select) -> bool:
    """Whether there is an aggregate or a window among the own expressions of a SELECT."""
    return any(isinstance(node, (exp.AggFunc, exp.Window)) or _may_aggregate(node) for node in own_nodes(select))


def _may_aggregate(node: exp.Expr) -> bool:
    return isinstance(node, (exp.Anonymous, exp.AnonymousAggFunc))


def is_grouped(select: exp.Select) -> bool:
    """Whether the rows of a SELECT are groups."""
    return select.args.get("group") is not None or select.args.get("having") is not None or has_aggregates(select)


def own_nodes(tree: exp.Expr) -> Iterator[exp.Expr]:
    """The nodes that are not inside a query within `tree`; the inner queries themselves are among them."""
    yield from tree.walk(prune=lambda node: node is not tree and isinstance(node, exp.Query))


def is_stable(expression: exp.Expr) -> bool:
    """Whether an expression is worth the same wherever it stands for a row: it may be copied, moved and dropped."""
    return expression.find(*_UNSTABLE, exp.Query, exp.Window, exp.AggFunc) is None


def conjuncts(condition: exp.Expr | None) -> list[exp.Expr]:
    """The terms of an AND; none for no condition."""
    if condition is None:
        return []
    if isinstance(condition, exp.Where | exp.Having):
        condition = condition.this
    return list(condition.flatten()) if isinstance(condition, exp.And) else [condition]


def conjunction(terms: Sequence[exp.Expr]) -> exp.Expr | None:
    """The terms with AND between them; None for no terms."""
    return combined(exp.And, terms)


def combined(kind: type[exp.Connector], terms: Sequence[exp.Expr]) -> exp.Expr | None:
    """The terms with AND or OR between them."""
    found: exp.Expr | None = None
    for term in terms:
        found = term.copy() if found is None else kind(this=found, expression=term.copy())
    return found


def set_condition(select: exp.Select, part: str, terms: Sequence[exp.Expr]) -> None:
    """Make the WHERE or HAVING of a SELECT that of the terms; none at all where there are none."""
    condition = conjunction(terms)
    kind = exp.Where if part == "where" else exp.Having
    select.set(part, kind(this=condition) if condition is not None else None)


def columns_of(node: exp.Expr, name: str) -> list[exp.Column]:
    """Every column of the source `name` that stands in `node`."""
    return [column for column in node.find_all(exp.Column) if column.table == name]


def names_in(node: exp.Expr) -> set[str]:
    """The sources whose columns stand in `node`."""
    return {column.table for column in node.find_all(exp.Column) if column.table}


def replace_columns(node: exp.Expr, name: str, values: Callable[[str], exp.Expr]) -> exp.Expr:
    """`node` with every column of the source `name` replaced by a copy of what `values` has for it."""
    for column in columns_of(node, name):
        value = values(column.name).copy()
        if column is node:
            return value
        column.replace(value)
    return node


def projection(select: exp.Select, name: str) -> exp.Expr | None:
    """What the output column `name` is; None where there is not exactly one of that name."""
    found = [part for part in select.expressions if part.alias_or_name == name]
    return found[0].unalias() if len(found) == 1 else None


def own_parts(select: exp.Select) -> Iterator[exp.Expr]:
    """The parts of a SELECT that compute something: all but its sources."""
    yield from select.expressions
    for join in joins(select):
        if join.args.get("on") is not None:
            yield join.args["on"]
    for part in ("where", "group", "having", "qualify", "order"):
        if select.args.get(part) is not None:
            yield select.args[part]


def uses_outside(select: exp.Select, name: str, but: Iterable[exp.Expr] = ()) -> list[exp.Column]:
    """Where the columns of a source are used in its SELECT, apart from the parts `but`."""
    left_out = {id(part) for part in but}
    return [column for part in own_parts(select) if id(part) not in left_out for column in columns_of(part, name)]


def rejects_null(condition: exp.Expr, name: str) -> bool:
    """Whether a condition is never true for a row in which all columns of the source `name` are NULL."""
    if isinstance(condition, exp.And):
        return any(rejects_null(term, name) for term in condition.flatten())
    if isinstance(condition, exp.Or):
        return all(rejects_null(term, name) for term in condition.flatten())
    if isinstance(condition, exp.Not):
        inner = condition.this
        if isinstance(inner, exp.Is) and isinstance(inner.expression, exp.Null):
            return is_null_with(inner.this, name)
        return _is_null_comparison(inner, name)
    if isinstance(condition, exp.Is):
        return isinstance(condition.expression, exp.Boolean) and _is_null_comparison(condition.this, name)
    return _is_null_comparison(condition, name)


def _is_null_comparison(condition: exp.Expr, name: str) -> bool:
    """Whether a comparison is NULL where the columns of `name` are."""
    if isinstance(condition, (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Like, exp.ILike)):
        if isinstance(condition.expression, (exp.Any, exp.All)):
            return False
        return is_null_with(condition.this, name) or is_null_with(condition.expression, name)
    if isinstance(condition, exp.In) and condition.expressions:
        return is_null_with(condition.this, name)
    if isinstance(condition, exp.Between):
        return is_null_with(condition.this, name)
    return isinstance(condition, exp.Column) and condition.table == name


def is_null_with(value: exp.Expr, name: str) -> bool:
    """Whether a value is NULL in every row in which all columns of the source `name` are."""
    if isinstance(value, exp.Column):
        return value.table == name
    if isinstance(value, (exp.Add, exp.Sub, exp.Mul, exp.Mod)):
        return is_null_with(value.this, name) or is_null_with(value.expression, name)
    if isinstance(value, (exp.Cast, exp.Neg, exp.Paren, exp.Upper, exp.Lower, exp.Length, exp.Abs)):
        return is_null_with(value.this, name)
    return False


def to_sql(tree: exp.Expr) -> str:
    """A tree as SQL again; the rules keep no parentheses, so they are put where they may be needed."""
    copy = tree.copy()
    for node in list(copy.walk()):
        for part in ("this", "expression", "low", "high") if isinstance(node, _OPERATORS) else ():
            inner = node.args.get(part)
            if isinstance(inner, _OPERATORS) and not isinstance(inner, (exp.Dot, exp.SetOperation)):
                node.set(part, exp.Paren(this=inner))
    return copy.sql("duckdb", comments=False)


_OPERATORS = (exp.Binary, exp.Not, exp.Neg, exp.Between, exp.In)


def order_by_values(select: exp.Select) -> None:
    """Write the output columns that ORDER BY names as what they are, so that they may be renamed or left out."""
    order = select.args.get("order")
    for column in list(order.find_all(exp.Column)) if order is not None else []:
        if not column.table:
            value = projection(select, column.name)
            if value is not None:
                column.replace(value.copy())


def fresh_name(tree: exp.Expr) -> str:
    """A name that no source of the tree has."""
    names = {source.alias_or_name for source in tree.find_all(exp.Table, exp.Subquery)}
    number = len(names)
    while f"s{number}" in names:
        number += 1
    return f"s{number}"


def is_correlated(query: exp.Expr) -> bool:
    """Whether a query names columns of a query around it."""
    own = {source.alias_or_name for source in query.find_all(exp.Table, exp.Subquery)}
    return not names_in(query) <= own
