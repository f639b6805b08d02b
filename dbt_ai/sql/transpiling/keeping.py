"""Whether what DuckDB says of two queries of another warehouse is true there as well.

Relational algebra, three-valued logic and equality are the same in all `DIALECTS`. Arithmetic, dates, texts that are
compared by size, casts and functions are nearly so: a verdict of DuckDB on two queries stands where both have the same
ones, and DuckDB only had to see that they are put together alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlglot import exp

from dbt_ai.sql.transpiling.query import one_select

# What means the same everywhere. Of a DISTINCT ON the expressions are looked at, as of any other node.
_ALIKE = (
    exp.Select, exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.Qualify, exp.CTE, exp.With, exp.Subquery,
    exp.Table, exp.TableAlias, exp.Column, exp.Identifier, exp.Star, exp.Alias, exp.Paren, exp.And, exp.Or, exp.Not,
    exp.EQ, exp.NEQ, exp.Is, exp.Null, exp.In, exp.Exists, exp.Boolean, exp.Literal, exp.Case, exp.If, exp.Coalesce,
    exp.Count, exp.SetOperation, exp.Distinct, exp.Tuple, exp.DataType, exp.DataTypeParam, exp.Var, exp.Order,
    exp.Ordered,
)  # fmt: skip
_DECIDING = (
    exp.Where, exp.Having, exp.Qualify, exp.Join, exp.Group, exp.Limit, exp.Offset, exp.Fetch, exp.Distinct,
)  # fmt: skip


def differently_made(left: str, right: str, dialect: str, proved: bool) -> str | None:
    """The first piece of two SELECTs of `dialect` for which DuckDB cannot speak; None where its verdict stands.

    `right` may have no such piece that is not in `left`, and may lack only what is worked out for a column. Two queries
    of one normal form (`proved`) have the same pieces but for casts. Raises Untranslatable for what is not a SELECT.

    >>> differently_made("select a / 2 as b, c from t", "select a / 2 as b from t", "postgres", False)
    >>> differently_made("select a / 2 as b from t", "select a * 0.5 as b from t", "postgres", False)
    'a * 0.5'
    """
    old, new = (_without_unread(one_select(sql, dialect)) for sql in (left, right))
    kinds: tuple[type[exp.Expr], ...] = (exp.Cast,) if proved else (exp.Expr,)
    before, after = (list(_pieces(tree, dialect, kinds)) for tree in (old, new))
    had, has = {text for text, _ in before}, {text for text, _ in after}
    added = next((text for text, _ in after if text not in had), None)
    gone = next((text for text, decides in before if decides and text not in has), None)
    return added or gone or _no_longer_cast(old, new, dialect)


def _pieces(tree: exp.Expr, dialect: str, kinds: tuple[type[exp.Expr], ...]) -> Iterator[tuple[str, bool]]:
    """(the text without the names of relations, whether rows hang on it)"""
    for node in tree.walk():
        alike = isinstance(node, _ALIKE) and not (isinstance(node, exp.Distinct) and node.args.get("on"))
        if isinstance(node, kinds) and not alike:
            yield _text(node, dialect), node.find_ancestor(*_DECIDING) is not None or isinstance(node, _DECIDING)


def _no_longer_cast(old: exp.Expr, new: exp.Expr, dialect: str) -> str | None:
    """What is read as it is and was cast before: DuckDB has one type where another warehouse has two."""
    cast = {_text(node.this, dialect) for node in old.find_all(exp.Cast)}
    before, after = (_uncast(tree, dialect, cast) for tree in (old, new))
    return next((text for text, count in after.items() if count > before[text]), None)


def _uncast(tree: exp.Expr, dialect: str, texts: set[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for node in tree.walk() if texts else ():
        if not isinstance(node.parent, exp.Cast) and isinstance(node, (exp.Column, exp.Condition)):
            text = _text(node, dialect)
            found[text] += text in texts
    return found


def _text(node: exp.Expr, dialect: str) -> str:
    copy = node.copy()
    for column in copy.find_all(exp.Column):
        for part in ("table", "db", "catalog"):
            column.set(part, None)
    return copy.sql(dialect, comments=False, normalize=True)


def _without_unread(tree: exp.Query) -> exp.Query:
    """The query without the CTEs that nobody reads."""
    while True:
        read = {table.name.casefold() for table in tree.find_all(exp.Table) if not table.db}
        unread = [cte for cte in tree.find_all(exp.CTE) if cte.alias.casefold() not in read]
        if not unread:
            return tree
        for cte in unread:
            cte.pop()
