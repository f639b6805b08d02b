"""Numbers, dates and texts that an engine writes into a query: fine thresholds would read a value off by halving.

A question that compares numbers or dates with a number of the engine's own choice is answered roughly only, and such a
number may have two digits that count, a date may be the first of a month.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from dbt_ai.evidence.aggregates.allowed import Refused
from dbt_ai.evidence.aggregates.scope import Scope
from dbt_ai.evidence.aggregates.tables import WITHHELD, Shown

_DATE = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?P<day>\d{2})(?: 00:00(?::00)?)?")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")
_QUOTED = re.compile(r"'((?:[^']|'')*)'")
_SPECIAL = frozenset({"inf", "infinity", "nan", "epoch", "now", "today", "true", "false"})
_UNITS = re.compile(r"(?:year|quarter|month|week|day|hour|minute|second|dow|isodow|doy)s?", re.IGNORECASE)
_WRAPPERS = (exp.Lower, exp.Upper, exp.Trim, exp.Paren)
_EQUALITIES = (exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ)


@dataclass(frozen=True)
class Known:
    """Literals that need no care, since the engine has them: those of the project's SQL, and values that are shown."""

    numbers: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()


def known_literals(sql: Iterable[str], values: Iterable[str]) -> Known:
    """The literals in pieces of SQL, and `values`."""
    pieces = list(sql)
    numbers = {_plain(found) for piece in pieces for found in _NUMBER.findall(piece)}
    texts = {found.replace("''", "'").casefold() for piece in pieces for found in _QUOTED.findall(piece)}
    return Known(frozenset(numbers), frozenset(texts | {value.casefold() for value in values}))


def is_rough(expressions: Sequence[exp.Expr], scope: Scope, known: Known, *, nested: bool) -> bool:
    """Whether a literal in the expressions of one SELECT makes its answer rough. Raises Refused for one that may not
    be written at all."""
    rough = False
    for root in expressions:
        for literal in _literals(root):
            rough |= _text(literal, scope, known) if literal.is_string else _number(literal, root, scope, known, nested)
    return rough


def _literals(expression: exp.Expr) -> Iterator[exp.Literal]:
    if isinstance(expression, exp.Query):
        return
    if isinstance(expression, exp.Var) and not _UNITS.fullmatch(expression.name):
        raise Refused(f"{expression.name[:40]} is no unit of time")
    if isinstance(expression, exp.Literal):
        yield expression
        return
    for child in expression.iter_expressions():
        yield from _literals(child)


def _number(literal: exp.Literal, root: exp.Expr, scope: Scope, known: Known, nested: bool) -> bool:
    parent = literal.parent
    places = (exp.DataTypeParam, exp.Ordered, exp.Group)
    if isinstance(parent, places) or (isinstance(parent, exp.Round) and literal.arg_key == "decimals"):
        return False
    try:
        number = float(literal.name)
    except ValueError:
        raise Refused(f"{literal.name[:40]} is no number") from None
    if number in (0.0, 1.0) or _plain(literal.name) in known.numbers or _digits(literal.name) == "1":
        return False
    within = _comparison(literal, root)
    if not scope.all_rows_of(within) and not (nested and within is root):
        return False  # compared with counts, categories and the like only
    if len(_digits(literal.name)) == 1 and not nested and not _further(literal, within):
        return False  # as coarse as a minimum or maximum that is shown
    if len(_digits(literal.name)) > 2:
        raise Refused(f"{literal.name[:40]} is too fine a threshold: use a number with at most two digits that count")
    return True


def _text(literal: exp.Literal, scope: Scope, known: Known) -> bool:
    value = literal.name
    if isinstance(literal.parent, exp.Interval):
        if not value.strip().isdigit() or len(_digits(value)) > 2:
            raise Refused("an interval may be a whole number of at most two digits and a unit")
        return True
    _refuse_unseen(literal, scope)
    if value.casefold() in known.texts:
        return False
    date = _DATE.fullmatch(value)
    if date is not None:
        if date["day"] != "01":
            raise Refused(f"{value} is too fine: a date may only be the first of a month")
        return True
    if any(character.isdigit() for character in value) or value.strip().casefold() in _SPECIAL:
        raise Refused("a text with digits may not be written, unless it is a value that is shown; numbers go unquoted")
    return False


def _refuse_unseen(literal: exp.Literal, scope: Scope) -> None:
    """A comparison with a value that is not shown would never be true: its answer would mislead."""
    parent = literal.parent
    if isinstance(parent, _EQUALITIES):
        other = parent.right if parent.left is literal else parent.left
    elif isinstance(parent, exp.In):
        other = parent.this
    else:
        return
    while isinstance(other, _WRAPPERS):
        other = other.this
    column = scope.find(other).column if isinstance(other, exp.Column) else None
    if column is None or literal.name == "":
        return
    if column.shown is Shown.TOKEN:
        raise Refused(f"the values of {column.name} are not shown ({column.why}): compare it with a column, or NULL")
    values = {value.casefold() for value in column.values}
    if column.shown is Shown.WORDS and literal.name.casefold() not in {*values, WITHHELD}:
        raise Refused(f"that is no value of {column.name} that may be shown; those are {', '.join(column.values)}")


def _comparison(literal: exp.Literal, root: exp.Expr) -> exp.Expr:
    """The nearest comparison around a literal, else the whole expression."""
    node: exp.Expr = literal
    while node is not root and node.parent is not None:
        node = node.parent
        if isinstance(node, exp.Predicate):
            return node
    return root


def _further(literal: exp.Literal, within: exp.Expr) -> bool:
    """Whether other numbers that count stand in the same comparison, but for the list of an IN."""
    others = [found for found in within.find_all(exp.Literal) if found is not literal and not found.is_string]
    return any(found.parent is not within and _digits(found.name) not in ("0", "1") for found in others)


def _digits(number: str) -> str:
    """The digits that count.

    >>> _digits("0.0150"), _digits("1200"), _digits("100")
    ('15', '12', '1')
    """
    return number.lower().partition("e")[0].replace(".", "").strip().strip("0") or "0"


def _plain(number: str) -> str:
    return f"{float(number):g}" if len(number) < 300 else number
