"""Verdicts on claims, made in one place so that every reason code is one of the table."""

from __future__ import annotations

from typing import Any

from dbt_ai.checks.reasons import REASONS
from dbt_ai.values import Verdict, VerdictKind

Rows = tuple[tuple[tuple[str, Any], ...], ...]


def proved(detail: str, basis: str = "") -> Verdict:
    """It follows from the SQL."""
    return Verdict(VerdictKind.PROVED, detail, basis=basis)


def holds(detail: str, basis: str) -> Verdict:
    """It is true on the data that is there."""
    return Verdict(VerdictKind.HOLDS, detail, basis=basis, where="duckdb")


def refuted(reason: str, detail: str, basis: str = "", rows: Rows = (), where: str = "sql") -> Verdict:
    """The SQL or the data says otherwise. Raises KeyError for a reason that the table does not have."""
    assert REASONS[reason]
    return Verdict(VerdictKind.REFUTED, detail, reason, basis, rows, where)


def unproven(reason: str, detail: str = "", basis: str = "", where: str = "sql") -> Verdict:
    """It could not be decided. Raises KeyError for a reason that the table does not have."""
    return Verdict(VerdictKind.UNPROVEN, detail or REASONS[reason], reason, basis, where=where)
