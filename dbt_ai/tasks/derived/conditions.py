"""SQL conditions as English that says exactly the same, or as code where English would not be shorter."""

from __future__ import annotations

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from dbt_ai.tasks.derived.wording import code, listed, quoted

_COMPARISONS = {
    exp.EQ: "is",
    exp.NEQ: "is not",
    exp.NullSafeNEQ: "is not",
    exp.NullSafeEQ: "is",
    exp.GT: "is above",
    exp.GTE: "is at least",
    exp.LT: "is below",
    exp.LTE: "is at most",
}
_DATE_COMPARISONS = {exp.GT: "is after", exp.GTE: "is on or after", exp.LT: "is before", exp.LTE: "is on or before"}
MAX_CODE = 120


def condition_text(sql: str, dialect: str) -> str | None:
    """The condition `sql` as a clause that follows "where" ("`status` is 'paid' and `amount` is above 0").

    A condition that English would not make clearer is given as code; None where even that is longer than a reader
    would follow, or where it holds an aggregate.

    >>> condition_text("orders.status <> 'returned' AND orders.amount > 0", "duckdb")
    "`status` is not 'returned' and `amount` is above 0"
    >>> condition_text("o.paid_at IS NULL OR o.kind IN ('a', 'b')", "duckdb")
    "`paid_at` is NULL or `kind` is 'a' or 'b'"
    """
    tree = parsed(sql, dialect)
    return expression_condition(tree.transform(_unqualified), dialect) if tree is not None else None


def parsed(sql: str, dialect: str) -> exp.Expr | None:
    """`sql` as a tree, None for what stands only inside of something else (`x ORDER BY y` of a list, `ROLLUP (x)`).

    >>> parsed("a ORDER BY b", "duckdb") is None
    True
    """
    try:
        return parse_one(sql, read=dialect)
    except SqlglotError:
        return None


def expression_condition(tree: exp.Expr, dialect: str) -> str | None:
    """As `condition_text`, for a parsed condition."""
    if tree.find(exp.AggFunc, exp.Window, exp.Query):
        return None
    english = _clause(tree, dialect)
    if english is not None and len(english) <= 2 * MAX_CODE:
        return english
    written = plain_sql(tree, dialect)
    return code(written) if len(written) <= MAX_CODE else None


def plain_sql(tree: exp.Expr, dialect: str) -> str:
    """`tree` as SQL on one line, without needless quotes."""

    def unquoted(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Identifier) and exp.SAFE_IDENTIFIER_RE.match(node.name):
            node.set("quoted", False)
        return node

    return str(tree.copy().transform(unquoted).sql(dialect=dialect, comments=False))


def column_name(column: exp.Column) -> str:
    """The column with its relation, where it is written with one."""
    return ".".join(part.name for part in column.parts)


def _unqualified(node: exp.Expr) -> exp.Expr:
    return exp.Column(this=node.this.copy()) if isinstance(node, exp.Column) else node


def operand(tree: exp.Expr, dialect: str) -> str | None:
    """A column as code, a literal as a value, a short expression as code; None where it is too long."""
    tree = tree.unnest()
    if isinstance(tree, exp.Column):
        return code(column_name(tree))
    if isinstance(tree, exp.Literal):
        return quoted(tree.name) if tree.is_string else tree.name
    if isinstance(tree, exp.Boolean):
        return "true" if tree.this else "false"
    if isinstance(tree, exp.Neg) and isinstance(tree.this, exp.Literal):
        return f"-{tree.this.name}"
    if isinstance(tree, exp.Cast) and isinstance(tree.this, exp.Literal):
        return quoted(tree.this.name)
    written = plain_sql(tree, dialect)
    return code(written) if len(written) <= MAX_CODE // 2 else None


def _clause(tree: exp.Expr, dialect: str) -> str | None:
    tree = tree.unnest()
    if isinstance(tree, (exp.And, exp.Or)):
        return _connected(tree, dialect)
    if isinstance(tree, exp.Column):
        return f"{code(column_name(tree))} is true"
    if isinstance(tree, exp.Not):
        inner = tree.this.unnest()
        if isinstance(inner, exp.Is) and isinstance(inner.expression, exp.Null):
            return _joined(operand(inner.this, dialect), "is not NULL")
        if isinstance(inner, exp.In):
            return _membership(inner, dialect, negated=True)
        if isinstance(inner, exp.Column):
            return f"{code(column_name(inner))} is false"
        return None
    if isinstance(tree, exp.Is):
        if isinstance(tree.expression, exp.Not) and isinstance(tree.expression.this, exp.Null):
            return _joined(operand(tree.this, dialect), "is not NULL")
        if isinstance(tree.expression, exp.Null):
            return _joined(operand(tree.this, dialect), "is NULL")
        if isinstance(tree.expression, exp.Boolean):
            return _joined(operand(tree.this, dialect), "is true" if tree.expression.this else "is false")
        return None
    if isinstance(tree, exp.In):
        return _membership(tree, dialect, negated=False)
    if isinstance(tree, exp.Between):
        low, high = operand(tree.args["low"], dialect), operand(tree.args["high"], dialect)
        return _joined(operand(tree.this, dialect), f"is between {low} and {high}") if low and high else None
    for kind, words in _COMPARISONS.items():
        if type(tree) is kind:
            if _is_date(tree.expression):
                words = _DATE_COMPARISONS.get(kind, words)
            right = operand(tree.expression, dialect)
            return _joined(operand(tree.this, dialect), f"{words} {right}") if right else None
    return None


def _connected(tree: exp.Expr, dialect: str) -> str | None:
    word, other = (" and ", exp.Or) if isinstance(tree, exp.And) else (" or ", exp.And)
    parts = []
    for part in tree.flatten():
        text = _clause(part, dialect)
        if text is None:
            return None
        # A reader would group "a and b or c" differently from SQL: rather show the SQL.
        if isinstance(part.unnest(), other):
            return None
        parts.append(text)
    return word.join(parts)


def _membership(tree: exp.In, dialect: str, *, negated: bool) -> str | None:
    values = [operand(value, dialect) for value in tree.expressions]
    if not values or not all(values) or len(values) > 12:
        return None
    known = [value for value in values if value]
    words = f"is neither {listed(known, 'nor')}" if negated and len(known) > 1 else f"is {listed(known, 'or')}"
    if negated and len(known) == 1:
        words = f"is not {known[0]}"
    return _joined(operand(tree.this, dialect), words)


def _is_date(tree: exp.Expr) -> bool:
    if isinstance(tree, exp.Cast):
        return tree.to.is_type(*exp.DataType.TEMPORAL_TYPES)
    return isinstance(tree, (exp.CurrentDate, exp.CurrentTimestamp))


def _joined(subject: str | None, rest: str) -> str | None:
    return f"{subject} {rest}" if subject else None
