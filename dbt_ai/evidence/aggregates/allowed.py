"""Which SQL an engine may write: what is not on a list is refused, whatever it does."""

from __future__ import annotations

import re
from collections.abc import Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

MAX_SQL = 6_000  # characters
MAX_NODES = 1_500
MAX_DEPTH = 60


class Refused(Exception):
    """The query may not be run; `str(error)` says why, in words for whoever wrote it."""


_STRUCTURE = (
    *(exp.Select, exp.Union, exp.Subquery, exp.With, exp.CTE, exp.TableAlias, exp.Table, exp.Identifier, exp.From),
    *(exp.Join, exp.Where, exp.Group, exp.Having, exp.Qualify, exp.Order, exp.Ordered, exp.Limit, exp.Distinct),
    *(exp.Alias, exp.Column, exp.Star, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Tuple, exp.DataType),
    *(exp.DataTypeParam, exp.Interval, exp.Var),
)
_CONDITIONS = (
    *(exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ),
    *(exp.NullSafeNEQ, exp.Is, exp.In, exp.Between, exp.Exists),
)
_SCALARS = (
    *(exp.Neg, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Case, exp.If, exp.Coalesce, exp.Nullif),
    *(exp.Greatest, exp.Least, exp.Abs, exp.Round, exp.Floor, exp.Ceil, exp.Cast, exp.TryCast, exp.Lower, exp.Upper),
    *(exp.Trim, exp.DateTrunc, exp.TimestampTrunc, exp.Extract, exp.DateDiff, exp.Year, exp.Month, exp.Day),
    *(exp.Quarter, exp.DayOfWeek, exp.Hour),
)
RANKS = (exp.RowNumber, exp.Rank, exp.DenseRank)
COUNTS = (exp.Count, exp.CountIf, exp.ApproxDistinct)
SUMS = (exp.Sum, exp.Avg)
EXTREMES = (exp.Min, exp.Max, exp.Median)
ALL_OR_ANY = (exp.LogicalAnd, exp.LogicalOr)
AGGREGATES = (*COUNTS, *SUMS, *EXTREMES, *ALL_OR_ANY)
_ALLOWED = frozenset((*_STRUCTURE, *_CONDITIONS, *_SCALARS, *RANKS, *AGGREGATES, exp.Window, exp.Filter))

# What each of these may consist of; anything beyond changes what they read or mean.
_PARTS: Mapping[type[exp.Expr], frozenset[str]] = {
    exp.Select: frozenset(
        {"with_", "expressions", "from_", "joins", "where", "group", "having", "qualify", "order", "limit", "distinct"}
    ),
    exp.Union: frozenset({"with_", "this", "expression", "distinct", "order", "limit"}),
    exp.Table: frozenset({"this", "db", "catalog", "alias"}),
    exp.TableAlias: frozenset({"this"}),
    exp.Subquery: frozenset({"this", "alias"}),
    exp.Join: frozenset({"this", "side", "kind", "on", "using"}),
    exp.Group: frozenset({"expressions", "all"}),
    exp.Window: frozenset({"this", "partition_by", "order", "over"}),
    exp.With: frozenset({"expressions"}),
    exp.CTE: frozenset({"this", "alias"}),
    exp.Column: frozenset({"this", "table"}),
    exp.Star: frozenset(),
    exp.Distinct: frozenset({"expressions"}),
    exp.Cast: frozenset({"this", "to"}),
    exp.TryCast: frozenset({"this", "to", "safe"}),
    exp.In: frozenset({"this", "expressions", "query"}),
    exp.Trim: frozenset({"this"}),
    exp.DataType: frozenset({"this", "expressions"}),
    exp.Limit: frozenset({"expression"}),
    exp.Interval: frozenset({"this", "unit"}),
}
_DATED = re.compile(r"\s*\d{4}-")
_PARTS_OF_AGGREGATES = frozenset({"this", "big_int"})
_TYPES = frozenset(
    {
        *("BOOLEAN", "DATE", "TIMESTAMP", "TIMESTAMPTZ", "TINYINT", "SMALLINT", "INT", "BIGINT", "INT128"),
        *("FLOAT", "DOUBLE", "DECIMAL"),
    }
)
_WHAT = (
    "SELECT with joins on equality, WITH, GROUP BY, CASE, arithmetic, comparisons, IS NULL, IN, BETWEEN, EXISTS, "
    "count, count_if, sum, avg, min, max, median, bool_and, bool_or, approx_count_distinct with FILTER; row_number, "
    "rank and dense_rank; date_trunc, extract, date_diff, round, abs, coalesce, nullif, lower, upper, trim"
)


def parse(sql: str) -> exp.Query:
    """The one query that `sql` is. Raises Refused for anything that is not on the lists."""
    if len(sql) > MAX_SQL:
        raise Refused(f"the query has more than {MAX_SQL:,} characters")
    try:
        statements = [statement for statement in sqlglot.parse(sql, dialect="duckdb") if statement is not None]
    except (SqlglotError, RecursionError) as error:
        raise Refused(f"it cannot be read as SQL: {str(error).splitlines()[0] if str(error) else 'too deep'}") from None
    if len(statements) != 1:
        raise Refused("only one statement may be asked at a time")
    (query,) = statements
    if not isinstance(query, exp.Select | exp.Union):
        raise Refused("only a SELECT may be asked")
    dated = any(literal.is_string and _DATED.match(literal.name) for literal in query.find_all(exp.Literal))
    if dated and query.find(exp.Interval) is not None:
        raise Refused("dates and intervals may not be written into the same query")
    for number, node in enumerate(query.walk()):
        if number > MAX_NODES or node.depth > MAX_DEPTH:
            raise Refused("the query is too long or too deep")
        _check(node)
    return query


def _check(node: exp.Expr) -> None:
    if type(node) not in _ALLOWED:
        raise Refused(f"{_called(node)} may not be used; what may be: {_WHAT}")
    if isinstance(node, exp.Select) and not node.expressions:
        raise Refused("a SELECT has to name what it asks for")
    parts = _PARTS_OF_AGGREGATES if isinstance(node, AGGREGATES) else _PARTS.get(type(node))
    given = {key for key, value in node.args.items() if value not in (None, False, [])}
    if parts is not None and given - parts:
        raise Refused(f"{_called(node)} with {', '.join(sorted(given - parts)).rstrip('_')} may not be used")
    if isinstance(node, exp.Identifier) and node.name.startswith("__"):
        raise Refused("names that begin with two underscores are kept for the guard")
    if isinstance(node, exp.DataType):
        of_date = isinstance(node.this, exp.DType) and node.this.value in _TYPES
        if not of_date or any(not isinstance(part, exp.DataTypeParam) for part in node.expressions):
            raise Refused("a cast may only be to a number, a date, a timestamp or a boolean")
    if isinstance(node, exp.Table) and not isinstance(node.this, exp.Identifier):
        raise Refused("a FROM may only name models, sources, seeds and snapshots, not functions or files")
    if isinstance(node, exp.Union) and node.args.get("distinct"):
        raise Refused("use UNION ALL instead of UNION")
    if isinstance(node, exp.Window) and type(node.this) not in (*RANKS, exp.Count):
        raise Refused("of window functions only row_number, rank, dense_rank and count may be used")


def _called(node: exp.Expr) -> str:
    if isinstance(node, exp.Anonymous):
        return f"the function {node.name[:60]}"
    if isinstance(node, exp.Func):
        return f"the function {node.sql_name().lower()}"
    return type(node).__name__.upper()
