"""The units of time, as sqlglot writes them: a Var or a text."""

from __future__ import annotations

from sqlglot import exp

_COARSER = {
    "MICROSECOND": "MILLISECOND",
    "MILLISECOND": "SECOND",
    "SECOND": "MINUTE",
    "MINUTE": "HOUR",
    "HOUR": "DAY",
    "DAY": "WEEK",
    "WEEK": "MONTH",
    "MONTH": "QUARTER",
    "QUARTER": "YEAR",
    "YEAR": "MONTH",  # there is none above that people use
}
_OTHER_PART = {
    "YEAR": "MONTH",
    "QUARTER": "MONTH",
    "MONTH": "DAY",
    "WEEK": "MONTH",
    "DAY": "MONTH",
    "DOW": "DAY",
    "ISODOW": "DOW",
    "DAYOFWEEK": "DAY",
    "DOY": "DAY",
    "DAYOFYEAR": "DAY",
    "HOUR": "MINUTE",
    "MINUTE": "SECOND",
    "EPOCH": "HOUR",
}


def coarser(unit: exp.Expr | None) -> exp.Expr | None:
    """The next coarser unit, written as `unit` is; None where there is none."""
    return _like(unit, _COARSER)


def other_part(part: exp.Expr | None) -> exp.Expr | None:
    """Another part of a date or moment, written as `part` is; None where there is none."""
    return _like(part, _OTHER_PART)


def _like(unit: exp.Expr | None, others: dict[str, str]) -> exp.Expr | None:
    other = others.get(unit.name.upper()) if isinstance(unit, (exp.Var, exp.Literal)) else None
    if unit is None or other is None:
        return None
    other = other.lower() if unit.name.islower() else other
    return exp.Literal.string(other) if isinstance(unit, exp.Literal) else exp.Var(this=other)
