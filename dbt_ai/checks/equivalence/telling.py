"""Verdicts in words: what each rests on, in one sentence."""

from __future__ import annotations

from dataclasses import replace

from dbt_ai.checks.equivalence.values import Equivalence
from dbt_ai.checks.lifted import Comparison, Counterexample
from dbt_ai.values import VerdictKind


def proved(relies_on: tuple[str, ...], *, by_z3: bool = False) -> Equivalence:
    """Both have the same normal form, or one but for conditions and values that z3 finds the same."""
    if by_z3:
        detail = "Both have one normal form, but for conditions or values that z3 finds the same."
        return Equivalence(VerdictKind.PROVED, "same-by-z3", detail, relies_on)
    return Equivalence(VerdictKind.PROVED, "same-normal-form", "Both have the same normal form.", relies_on)


def unproven(reason: str, detail: str = "", seed: int = 0) -> Equivalence:
    """It could not be decided."""
    return Equivalence(VerdictKind.UNPROVEN, reason, detail, seed=seed)


def refuted(compared: Comparison) -> Equivalence:
    """The columns or, on some database, the rows differ."""
    shown = compared.counterexample
    if shown is None:
        return Equivalence(VerdictKind.REFUTED, "other-columns", other_columns(compared), seed=compared.seed)
    return replace(refuted_on(shown), databases=compared.databases, seed=compared.seed)


def refuted_on(shown: Counterexample) -> Equivalence:
    """There is a database on which the rows differ."""
    reason = "other-order" if shown.order_only else "other-rows"
    rows = sum(len(table.rows) for table in shown.tables)
    what = "the same rows in another order" if shown.order_only else "other rows"
    detail = f"On a database with {rows} row{'' if rows == 1 else 's'} they give {what}."
    return Equivalence(VerdictKind.REFUTED, reason, detail, counterexample=shown)


def bounded(compared: Comparison, relies_on: tuple[str, ...], tolerance: float | None) -> Equivalence:
    """No database tells them apart; where a `tolerance` is needed for that, it is named."""
    bound = compared.bound
    among = ""
    if bound is not None and compared.exhaustive:
        rows = f"{bound.rows} row{'' if bound.rows == 1 else 's'}"
        among = f", among them all {bound.databases} with up to {rows} a table and few values a column"
    same = "No difference" if tolerance is None else f"The same {within(tolerance)}"
    detail = f"{same} on {compared.databases} generated databases (seed {compared.seed}){among}."
    return Equivalence(
        VerdictKind.BOUNDED,
        "no-difference-found" if tolerance is None else "within-tolerance",
        detail,
        relies_on,
        databases=compared.databases,
        seed=compared.seed,
        bound=bound if compared.exhaustive else None,
        tolerance=tolerance,
    )


def within(tolerance: float) -> str:
    """A tolerance in words.

    >>> within(1e-9)
    'within 1e-9'
    """
    return f"within {tolerance:g}".replace("e-0", "e-")


def other_columns(compared: Comparison) -> str:
    """The first column in which two queries differ, in one sentence."""
    ours, theirs = compared.left_columns, compared.right_columns
    if len(ours) != len(theirs):
        return f"One has {len(ours)} columns, the other {len(theirs)}."
    for place, (mine, other) in enumerate(zip(ours, theirs, strict=True), start=1):
        if mine.name.casefold() != other.name.casefold():
            return f"Column {place} is called {mine.name} in one and {other.name} in the other."
        if mine.type != other.type:
            return f"Column {mine.name} is of type {mine.type} in one and {other.type} in the other."
    return ""
