"""Whether two queries are the same: by their normal forms first, then on many small databases."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dbt_ai.checks.equivalence.values import Constraint, Constraints, Equivalence, constraints_of, without
from dbt_ai.checks.lifted import Comparison, Sameness, compare
from dbt_ai.sql.normal_form import normal_form
from dbt_ai.sql.values import Relation
from dbt_ai.values import VerdictKind

_STILL_PROVABLE = frozenset({
    "approximate", "column-type", "computed-limit", "depends-on-session", "engine-differs", "engine-failed",
    "engine-refused", "order-dependent", "order-left-open", "row-in-subquery", "time-limit",
})  # fmt: skip
"""Why queries may not be comparable on many databases, and still have a normal form that is worth something."""
_ALL = Constraints()
_MOST_TRIED = 8  # constraints that are left out one by one to see which ones a verdict needs


def equivalent(
    left: str,
    right: str,
    relations: Sequence[Relation],
    *,
    constraints: Constraints = _ALL,
    seed: int = 0,
    count: int = 3000,
    seconds: float = 30.0,
) -> Equivalence:
    """Whether two queries (DuckDB's SQL) over `relations` give the same columns and the same rows on every database.

    Names (but for their case), order and types of the columns count, and so does the order of rows where both queries
    end in an ORDER BY. `constraints` says which of the relations' constraints may be relied on; those that a verdict
    needs are named in it. `count` databases are tried, which hang on `seed`, and every one within a bound; `seconds`
    is the limit for one query on all of them. Never raises for what the queries are: that is UNPROVEN, with a reason.
    """
    known = constraints.of(relations)
    compared = compare(left, right, known, seed=seed, count=count, seconds=seconds)
    if compared.verdict is Sameness.DIFFERENT:
        return _refuted(compared)
    if compared.verdict is Sameness.NOT_COMPARABLE and compared.reason not in _STILL_PROVABLE:
        return _unproven(compared)
    bare = Constraints(False, False, False, False).of(known)
    used = [one for one in constraints_of(known) if one.relation in _read(left, right, known)]

    def proves(trusted: Sequence[Relation]) -> bool:
        ours = normal_form(left, trusted)
        return ours is not None and ours == normal_form(right, trusted)

    if proves(bare):
        return _proved(())
    if used and proves(known):
        return _proved(_needed(used, known, proves))
    if compared.verdict is Sameness.NOT_COMPARABLE:
        return _unproven(compared)

    def holds(trusted: Sequence[Relation]) -> bool:
        again = compare(left, right, trusted, seed=seed, count=count, seconds=seconds)
        return again.verdict is Sameness.SAME_SO_FAR

    relies_on = () if not used or holds(bare) else _needed(used, known, holds)
    return _bounded(compared, relies_on)


def _read(left: str, right: str, relations: Sequence[Relation]) -> frozenset[str]:
    names = (left + " " + right).casefold()
    return frozenset(relation.key for relation in relations if relation.parts[2].casefold() in names)


def _needed(
    used: Sequence[Constraint], known: Sequence[Relation], stands: Callable[[Sequence[Relation]], bool]
) -> tuple[str, ...]:
    """The constraints without which a verdict does not stand; all of them where there are too many to try."""
    dropped: list[Constraint] = []
    for constraint in used if len(used) <= _MOST_TRIED else ():
        if stands(without(known, [*dropped, constraint])):
            dropped.append(constraint)
    return tuple(one.text for one in used if one not in dropped)


def _proved(relies_on: tuple[str, ...]) -> Equivalence:
    return Equivalence(VerdictKind.PROVED, "same-normal-form", "Both have the same normal form.", relies_on)


def _unproven(compared: Comparison) -> Equivalence:
    return Equivalence(VerdictKind.UNPROVEN, compared.reason or "", compared.detail, seed=compared.seed)


def _refuted(compared: Comparison) -> Equivalence:
    shown = compared.counterexample
    if shown is None:
        return Equivalence(VerdictKind.REFUTED, "other-columns", _other_columns(compared), seed=compared.seed)
    reason = "other-order" if shown.order_only else "other-rows"
    rows = sum(len(table.rows) for table in shown.tables)
    what = "the same rows in another order" if shown.order_only else "other rows"
    detail = f"On a database with {rows} row{'' if rows == 1 else 's'} they give {what}."
    return Equivalence(
        VerdictKind.REFUTED, reason, detail, counterexample=shown, databases=compared.databases, seed=compared.seed
    )


def _other_columns(compared: Comparison) -> str:
    ours, theirs = compared.left_columns, compared.right_columns
    if len(ours) != len(theirs):
        return f"One has {len(ours)} columns, the other {len(theirs)}."
    for place, (mine, other) in enumerate(zip(ours, theirs, strict=True), start=1):
        if mine.name.casefold() != other.name.casefold():
            return f"Column {place} is called {mine.name} in one and {other.name} in the other."
        if mine.type != other.type:
            return f"Column {mine.name} is of type {mine.type} in one and {other.type} in the other."
    return ""


def _bounded(compared: Comparison, relies_on: tuple[str, ...]) -> Equivalence:
    bound = compared.bound
    within = ""
    if bound is not None and compared.exhaustive:
        within = (
            f", among them all {bound.databases} with up to {bound.rows} row{'' if bound.rows == 1 else 's'} a table"
        )
    detail = f"No difference on {compared.databases} generated databases (seed {compared.seed}){within}."
    return Equivalence(
        VerdictKind.BOUNDED,
        "no-difference-found",
        detail,
        relies_on,
        databases=compared.databases,
        seed=compared.seed,
        bound=bound if compared.exhaustive else None,
    )
