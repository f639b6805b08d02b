"""A condition on one row that no person wrote: hostile until it is read, and then written anew from what was read.

Allowed is what is on the list: columns of the relation, values, comparisons, arithmetic and a few functions that give
the same for the same row on every warehouse. All else is refused, whatever it does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.simplify import simplify

MAX_LENGTH = 400  # characters
MAX_NODES = 120
_UNSAFE = re.compile(r"[{}\\\"`;#]|--|/\*")  # Jinja, comments, quotes that dialects differ in
_TEXT = re.compile(r"[^'\"\\{}%#\n\r]{0,60}")
_NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,10})?")
_TYPES = frozenset({"DATE", "INT", "BIGINT", "DOUBLE", "DECIMAL"})
_CONDITIONS = (
    *(exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.In, exp.Between),
)
_ALLOWED = frozenset(
    (
        *_CONDITIONS,
        *(exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Neg, exp.Add, exp.Sub),
        *(exp.Mul, exp.Div, exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Greatest, exp.Least, exp.Abs, exp.Round),
        *(exp.Floor, exp.Ceil, exp.Length, exp.Lower, exp.Upper, exp.Trim, exp.Cast, exp.DataType),
    )
)
_PARTS: Mapping[type[exp.Expr], Set[str]] = {
    exp.Column: {"this"},
    exp.In: {"this", "expressions"},
    exp.Cast: {"this", "to"},
    exp.DataType: {"this"},
}


class NotARowExpression(Exception):
    """It may not be run, let alone be written; `str(error)` says why, to follow "refused: "."""


@dataclass(frozen=True)
class RowExpression:
    """A condition on one row: its `sql`, the `columns` that it names and the values it compares with, and its parts
    between top-level ORs (of "a implies b" these are "not a" and "b")."""

    sql: str
    columns: tuple[str, ...]
    values: tuple[str, ...]
    parts: tuple[str, ...]


def row_expression(text: str, columns: Iterable[str], dialect: str = "duckdb") -> RowExpression:
    """The condition that `text`, in SQL of `dialect`, says of a row with these columns. Raises NotARowExpression.

    >>> row_expression("NOT (State = 'shipped') or shipped_on is not null", ["state", "shipped_on"]).sql
    "NOT (state = 'shipped') OR shipped_on IS NOT NULL"
    """
    text = " ".join(text.split())
    if len(text) > MAX_LENGTH:
        raise NotARowExpression(f"it has more than {MAX_LENGTH} characters")
    if _UNSAFE.search(text) or not text.isprintable():
        raise NotARowExpression("it has a sign that no condition needs")
    try:
        found = [tree for tree in sqlglot.parse(text, dialect=dialect) if tree is not None]
        if len(found) != 1:
            raise NotARowExpression("it is not one condition")
        return _checked(found[0], {name.casefold(): name for name in columns}, dialect)
    except (SqlglotError, ValueError) as error:
        raise NotARowExpression("it cannot be read as a condition") from error
    except RecursionError as error:
        raise NotARowExpression("it is too deep") from error


def _checked(tree: exp.Expr, columns: dict[str, str], dialect: str) -> RowExpression:
    if not isinstance(tree.unnest(), _CONDITIONS):
        raise NotARowExpression("it is no condition on a row")
    for number, node in enumerate(tree.walk()):
        if number > MAX_NODES:
            raise NotARowExpression("it is too long")
        _check(node, columns)
    named = [column.name for column in tree.find_all(exp.Column)]
    if not named:
        raise NotARowExpression("it names no column")
    digits = [each.args.get("decimals") for each in tree.find_all(exp.Round)]
    values = [literal.name for literal in tree.find_all(exp.Literal) if not any(literal is one for one in digits)]
    written = tree.transform(_is_not_null)
    sql = written.sql(dialect=dialect, comments=False)
    if sql != written.sql(dialect="duckdb", comments=False):
        raise NotARowExpression("DuckDB, where it is tried, says it in other words")
    plain = simplify(tree.copy(), dialect="duckdb")
    parts = list(plain.flatten()) if isinstance(plain, exp.Or) else [tree]
    shown = tuple(part.sql(dialect="duckdb", comments=False) for part in parts)
    return RowExpression(sql, tuple(dict.fromkeys(named)), tuple(dict.fromkeys(values)), shown)


def _is_not_null(node: exp.Expr) -> exp.Expr:
    """`x IS NOT NULL` as a person writes it."""
    if isinstance(node, exp.Not) and isinstance(node.this, exp.Is) and isinstance(node.this.expression, exp.Null):
        return exp.Is(this=node.this.this, expression=exp.Not(this=exp.Null()))
    return node


def _check(node: exp.Expr, columns: dict[str, str]) -> None:
    """Raises NotARowExpression for what is not on the list. Columns get their own spelling."""
    if type(node) not in _ALLOWED:
        raise NotARowExpression(f"{type(node).__name__.lower()} may not be used")
    parts = _PARTS.get(type(node))
    if parts is not None and {key for key, value in node.args.items() if value not in (None, False, [])} - parts:
        raise NotARowExpression(f"{type(node).__name__.lower()} is used in a form that may not be")
    if isinstance(node, exp.Identifier):
        spelled = columns.get(node.name.casefold())
        if spelled is None or not isinstance(node.parent, exp.Column):
            raise NotARowExpression("it names a column that does not exist")
        node.set("this", spelled)
        node.set("quoted", False)
    if isinstance(node, exp.Column) and not isinstance(node.this, exp.Identifier):
        raise NotARowExpression("it may name single columns only")
    if isinstance(node, exp.Literal) and not (_TEXT if node.is_string else _NUMBER).fullmatch(node.name):
        raise NotARowExpression("it has a value that may not be written")
    if isinstance(node, exp.DataType) and not (isinstance(node.this, exp.DType) and node.this.value in _TYPES):
        raise NotARowExpression("a cast may only be to a number or a date")
    if isinstance(node, exp.Div) and not isinstance(node.expression.unnest(), exp.Nullif | exp.Literal):
        raise NotARowExpression("a division must be by a number or by nullif(..., 0)")
