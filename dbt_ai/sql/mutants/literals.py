"""Literals that are values of the data: what they are compared with, become, or are computed with."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlglot import exp

from dbt_ai.sql.mutants.conditions import is_always_true

COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between)
_VALUES = (exp.In, exp.If, exp.Case, exp.Coalesce, exp.Nullif, exp.Alias, exp.Greatest, exp.Least, exp.Tuple)
_PLACES = {
    "number": (
        *COMPARISONS, *_VALUES, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Neg, exp.Round, exp.Lag,
        exp.Lead, exp.Substring, exp.Cast,
    ),
    "text": (*COMPARISONS[:2], *_VALUES, exp.DPipe, exp.Concat),
    "date": (*COMPARISONS, *_VALUES),
}  # fmt: skip
_NUMBER = re.compile(r"\d+(\.\d+)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_NOT_JUST_TEXT = re.compile(r"[\d\s.,:+-]+|true|false|[\[{].*", re.IGNORECASE | re.DOTALL)


def is_value(node: exp.Expr, kind: str) -> bool:
    """Whether a literal (of "number", "text" or "date") stands where a value of the data could stand.

    Units, formats, patterns, positions and sizes are none; nor is what COUNT counts.
    """
    parent = node.parent
    while isinstance(parent, exp.Paren):
        parent = parent.parent
    if not isinstance(parent, _PLACES[kind]):
        return False
    if parent is None or is_always_true(parent):
        return False
    return not (isinstance(parent, (exp.If, exp.Case)) and _is_counted(parent))


def _is_counted(node: exp.Expr) -> bool:
    """Whether the value of a CASE is only counted: then all that is not NULL is the same."""
    case = node.parent if isinstance(node, exp.If) and isinstance(node.parent, exp.Case) else node
    return isinstance(case.parent, exp.Count)


def moved_number(text: str, by: int) -> exp.Expr | None:
    """A number, moved; None where that is written with more or fewer digits after all.

    >>> print(moved_number("100", 1), moved_number("0.5", -1), moved_number("99.5", 1))
    101 -0.5 None
    """
    if not _NUMBER.fullmatch(text):
        return None
    value = Decimal(text) + by
    moved = exp.Literal.number(str(abs(value)))
    if "." in text and len(moved.name) != len(text):
        return None
    return exp.Neg(this=moved) if value < 0 else moved


def moved_day(text: str, by: int) -> str | None:
    """A date, or a moment, moved by days; None where the text is none.

    >>> moved_day("2024-02-29", 1), moved_day("2024-02-29 12:00:00", -1), moved_day("tomorrow", 1)
    ('2024-03-01', '2024-02-28 12:00:00', None)
    """
    if not _DAY.match(text):
        return None
    try:
        if len(text) == 10:
            return (date.fromisoformat(text) + timedelta(days=by)).isoformat()
        return (datetime.fromisoformat(text[:19]) + timedelta(days=by)).isoformat(sep=text[10]) + text[19:]
    except (ValueError, OverflowError):
        return None


def is_just_text(text: str) -> bool:
    """Whether a text is no number, date, boolean or JSON in quotes.

    >>> is_just_text("paid"), is_just_text("2024-01-01"), is_just_text("")
    (True, False, True)
    """
    return not _NOT_JUST_TEXT.fullmatch(text)


def beside(node: exp.Expr) -> list[exp.Expr]:
    """What stands beside a value in a comparison, IN, COALESCE, ...: the parts that are no literals themselves."""
    others = node.parent.iter_expressions() if node.parent is not None else ()
    return [other for other in others if not isinstance(other, exp.Literal)]
