"""Whether two queries are the same: by their normal forms first, then on many small databases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from dbt_ai.checks.equivalence.solving import same_but_for_formulas
from dbt_ai.checks.equivalence.telling import bounded, other_columns, proved, refuted, unproven
from dbt_ai.checks.equivalence.trees import called_alike, is_ordered, is_zoned, unordered
from dbt_ai.checks.equivalence.values import Constraint, Constraints, Equivalence, constraints_of, without
from dbt_ai.checks.equivalence.words import LARGEST_COUNT, ZONED, count_literals, more_words
from dbt_ai.checks.lifted import Comparison, Databases, NotComparable, Sameness, Vocabulary, compare
from dbt_ai.checks.lifted.answers import describe
from dbt_ai.sql.lifting.lift import one_query
from dbt_ai.sql.lifting.values import Refused
from dbt_ai.sql.normal_form import normal_form
from dbt_ai.sql.values import Relation
from dbt_ai.values import VerdictKind

_STILL_PROVABLE = frozenset({
    "approximate", "column-type", "computed-limit", "depends-on-session", "engine-differs", "engine-failed",
    "engine-refused", "order-dependent", "order-left-open", "row-in-subquery", "time-limit",
})  # fmt: skip
"""Why queries may not be comparable on many databases, and still have a normal form that is worth something."""
_STILL_SOLVABLE = _STILL_PROVABLE | {"nothing-reached", "count-not-reached"}
_ALL = Constraints()
_FOCUS = 0.25
_ENOUGH = 500
_CONFIRMING = 300  # databases on which two queries are run whose normal forms are the same
_OTHER_ZONE = "America/New_York"  # where a day has 23 hours, and another date than in UTC
_MOST_TRIED = 6  # constraints that are left out one by one to see which ones a verdict needs


def equivalent(
    left: str,
    right: str,
    relations: Sequence[Relation],
    *,
    constraints: Constraints = _ALL,
    ordered: bool = True,
    seed: int = 0,
    count: int = 3000,
    seconds: float = 30.0,
    tolerance: float | None = None,
) -> Equivalence:
    """Whether two queries (DuckDB's SQL) over `relations` give the same columns and the same rows on every database.

    Order and types of the columns count, and so do their names, but for case and where neither query gives one. The
    order of rows counts where a query ends in an ORDER BY, unless `ordered` is False: a table that is made of a query
    has no order. `constraints` says which of the relations' constraints may be relied on; those that a verdict needs
    are named in it. `count` databases are tried, which hang on `seed`, and every one within a bound; `seconds` is the
    limit for one query on all of them. With a `tolerance` floating point numbers that are as close (`lifted.closeness`)
    are the same, and what is the same only so is BOUNDED at best. Never raises for what the queries are: that is
    UNPROVEN, with a reason.
    """
    try:
        trees = tuple(one_query(query) for query in (left, right))
    except Refused as error:
        if error.reason not in _STILL_PROVABLE:
            return Equivalence(VerdictKind.UNPROVEN, error.reason, error.detail, seed=seed)
        trees = ()
    if trees:  # a semicolon and what follows it would come in the way of what is put around a query
        left, right = (
            tree.sql("duckdb") if ";" in query else query for query, tree in zip((left, right), trees, strict=True)
        )
    if trees and not ordered:
        left, right = (unordered(query, tree) for query, tree in zip((left, right), trees, strict=True))
    pair = _Pair(left, right, trees, constraints.of(relations), seed, count, seconds, tolerance)
    relies_on = pair.proof(_same_form)
    if relies_on is not None:
        confirmed = pair.confirmed(relies_on)
        if tolerance is None or confirmed.verdict is not VerdictKind.REFUTED:
            return confirmed
    found = pair.bounds()
    if found.verdict is VerdictKind.BOUNDED or found.reason in _STILL_SOLVABLE:
        relies_on = pair.proof(same_but_for_formulas)
        if relies_on is not None:
            confirmed = pair.confirmed(relies_on, by_z3=True)
            return found if found.tolerance is not None and not confirmed.same else confirmed
    if trees and ordered and is_ordered(trees[0]) != is_ordered(trees[1]):
        return unproven("order-on-one-side", seed=seed) if found.same else found
    return found


def _same_form(left: str, right: str, relations: Sequence[Relation]) -> bool:
    ours = normal_form(left, relations)
    return ours is not None and ours == normal_form(right, relations)


@dataclass(frozen=True)
class _Pair:
    """Two queries, their trees where those are understood, and what may be relied on."""

    left: str
    right: str
    trees: tuple[exp.Query, ...]
    relations: tuple[Relation, ...]
    seed: int
    count: int
    seconds: float
    tolerance: float | None

    def proof(self, same: Callable[[str, str, Sequence[Relation]], bool]) -> tuple[str, ...] | None:
        """The constraints that the two need to be the `same`; None where they are not."""

        def stands(trusted: Sequence[Relation]) -> bool:
            return same(self.left, self.right, trusted)

        if not stands(self.relations):
            return None
        used = self._constraints()
        bare = Constraints(False, False, False, False).of(self.relations)
        return () if not used or stands(bare) else self._needed(used, stands)

    def confirmed(self, relies_on: tuple[str, ...], *, by_z3: bool = False) -> Equivalence:
        """The verdict on two queries with one normal form. Columns are looked at, and some databases: a rule that is
        wrong must not have the last word. No tolerance is taken: what is only close is not proved."""
        compared = replace(self, tolerance=None)._compare(self.relations, min(self.count, _CONFIRMING), 0)
        if compared.verdict is Sameness.DIFFERENT:
            return refuted(compared)
        if compared.verdict is Sameness.SAME_SO_FAR:
            return proved(relies_on, by_z3=by_z3)
        if compared.reason not in _STILL_PROVABLE:
            return unproven(compared.reason or "", compared.detail, self.seed)
        try:
            with Databases(self.relations, count=0, seconds=self.seconds) as databases:
                ours, theirs = (describe(databases, query) for query in (self.left, self.right))
        except NotComparable as error:
            return unproven(error.reason, error.detail, self.seed)
        described = replace(compared, verdict=Sameness.DIFFERENT, left_columns=ours, right_columns=theirs)
        return refuted(described) if other_columns(described) else proved(relies_on, by_z3=by_z3)

    def bounds(self) -> Equivalence:
        """The verdict by many small databases."""
        compared = self._compare(self.relations, self.count)
        if compared.verdict is Sameness.DIFFERENT:
            return refuted(compared)
        if compared.verdict is Sameness.NOT_COMPARABLE:
            return unproven(compared.reason or "", compared.detail, self.seed)
        if not _enough(compared):
            return unproven("time-limit", f"{compared.databases} databases", self.seed)
        if compared.other_choices:
            return unproven("order-left-open", f"{compared.other_choices} databases", self.seed)
        if not compared.filled:
            return unproven("nothing-reached", f"{compared.databases} databases", self.seed)
        large = sorted({number for tree in self.trees for number in count_literals(tree) if number > LARGEST_COUNT})
        if large:
            return unproven("count-not-reached", str(large[0]), self.seed)
        if self._zoned():
            elsewhere = self._compare(self.relations, self.count, 0, _OTHER_ZONE)
            if elsewhere.verdict is Sameness.DIFFERENT:
                return refuted(elsewhere)

        def stands(trusted: Sequence[Relation]) -> bool:
            again = self._compare(trusted, self.count)
            return again.verdict is Sameness.SAME_SO_FAR and _enough(again)

        used = self._constraints()
        bare = Constraints(False, False, False, False).of(self.relations)
        relies_on = () if not used or stands(bare) else self._needed(used, stands)
        return bounded(compared, relies_on, self.tolerance if compared.close else None)

    def _compare(
        self, trusted: Sequence[Relation], count: int, exhaustive: int = 20_000, zone: str = "UTC"
    ) -> Comparison:
        words = more_words(self.trees) | (ZONED if self._zoned() else Vocabulary())

        def compared(left: str, right: str) -> Comparison:
            return compare(
                left,
                right,
                trusted,
                seed=self.seed,
                count=count,
                exhaustive=exhaustive,
                seconds=self.seconds,
                words=words,
                time_zone=zone,
                focus=_FOCUS,
                tolerance=self.tolerance,
            )

        found = compared(self.left, self.right)
        if found.reason == "other-columns" and len(self.trees) == 2:
            alike = called_alike(*self.trees)
            if alike is not None and all(
                mine.type == other.type for mine, other in zip(found.left_columns, found.right_columns, strict=True)
            ):
                return compared(*alike)
        return found

    def _zoned(self) -> bool:
        """Whether the time zone of the session may count."""
        return any(map(is_zoned, self.trees)) or _has_zones(self.relations)

    def _constraints(self) -> list[Constraint]:
        """The constraints of the relations that the queries name."""
        text = f"{self.left} {self.right}".casefold()
        read = {relation.key for relation in self.relations if relation.parts[2].casefold() in text}
        return [one for one in constraints_of(self.relations) if one.relation in read]

    def _needed(self, used: Sequence[Constraint], stands: Callable[[Sequence[Relation]], bool]) -> tuple[str, ...]:
        """The constraints without which a verdict does not stand; where there are many, kinds of them are tried first,
        and those that are left are not told apart."""
        dropped: list[Constraint] = []
        for kind in dict.fromkeys((one.relation, one.kind) for one in used):
            one_kind = [one for one in used if (one.relation, one.kind) == kind]
            if stands(without(self.relations, [*dropped, *one_kind])):
                dropped += one_kind
        left = [one for one in used if one not in dropped]
        for constraint in left if len(left) <= _MOST_TRIED else ():
            if stands(without(self.relations, [*dropped, constraint])):
                dropped.append(constraint)
        return tuple(one.text for one in used if one not in dropped)


def _enough(compared: Comparison) -> bool:
    """Whether queries were evaluated on most of the databases, or on so many that it is worth something."""
    return compared.unevaluated <= compared.databases or compared.databases >= _ENOUGH


def _has_zones(relations: Sequence[Relation]) -> bool:
    return any("TIMESTAMPTZ" in (kind or "").upper() or "TIME ZONE" in (kind or "").upper()
               for relation in relations for _, kind in relation.columns)  # fmt: skip
