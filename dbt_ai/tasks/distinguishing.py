"""Databases that might tell two queries apart, asked of a reasoning engine where nothing else told them apart.

What the engine thinks of the queries decides nothing: its databases are run, and a row that differs does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dbt_ai.checks.equivalence import Equivalence
from dbt_ai.checks.equivalence.telling import refuted_on
from dbt_ai.checks.lifted.given import differing_on
from dbt_ai.engines.values import Answer
from dbt_ai.errors import EngineError
from dbt_ai.evidence.pair_prompt import Database, read_databases, request_for_databases
from dbt_ai.sql.values import Relation
from dbt_ai.tasks.tiers import Asking, Result
from dbt_ai.values import VerdictKind

UNDECIDED = (VerdictKind.UNPROVEN, VerdictKind.BOUNDED, VerdictKind.HOLDS)
_TRIED = {VerdictKind.BOUNDED: "some thousand generated databases", VerdictKind.HOLDS: "the rows of one database"}
_HOPELESS = frozenset({
    "depends-on-session", "engine-too-old", "non-deterministic", "not-one-query", "parameters", "query-failed",
    "reserved-name", "sampling", "storage-order", "unknown-columns", "unknown-table", "unknown-table-function",
})  # fmt: skip
"""Why two queries may be undecided, and no database could decide them."""


@dataclass(frozen=True)
class Undecided:
    """Two queries over `relations` that nothing told apart so far; `target` is what reports call them."""

    target: str
    left: str
    right: str
    verdict: VerdictKind
    reason: str
    relations: tuple[Relation, ...]


def is_undecided(verdict: VerdictKind, reason: str) -> bool:
    """Whether databases might decide what is known of two queries."""
    return verdict in UNDECIDED and reason not in _HOPELESS


def databases_for(asking: Asking, pairs: Sequence[Undecided]) -> tuple[list[tuple[Database, ...]], list[str]]:
    """The databases that the reasoning engine suggests for each pair, all asked at once; and sentences that say why
    some were not answered."""
    tier = next((one for one in asking.tiers if one.name == "reasoning"), None)
    found: list[tuple[Database, ...]] = [() for _ in pairs]
    if tier is None or not pairs:
        return found, []
    effort = "low" if tier.effort in ("auto", "research") else tier.effort
    asked = [
        (place, request)
        for place, pair in enumerate(pairs)
        if (request := request_for_databases(
            pair.target, pair.left, pair.right, pair.relations, _TRIED.get(pair.verdict, pair.reason), effort
        )) is not None
    ]  # fmt: skip
    failed: list[str] = []

    def on_answer(number: int, result: Result) -> None:
        place = asked[number][0]
        try:
            if isinstance(result, EngineError):
                raise result
            if isinstance(result, Answer):
                found[place] = read_databases(result, pairs[place].relations)
        except EngineError as error:
            failed.append(f"{pairs[place].target} was not answered: {error}")

    asking.ask(tier, [request for _, request in asked], on_answer)
    return found, failed


def asked_about(
    asking: Asking,
    target: str,
    tolerance: float | None,
    found: Equivalence,
    left: str,
    right: str,
    relations: Sequence[Relation],
) -> Equivalence:
    """What is known of two queries when a reasoning engine has suggested databases for them; `found` itself where none
    of those tells them apart, beyond the `tolerance` where there is one."""
    if not is_undecided(found.verdict, found.reason):
        return found
    pair = Undecided(target, left, right, found.verdict, found.reason, tuple(relations))
    suggested, _ = databases_for(asking, [pair])
    shown = differing_on(left, right, relations, suggested[0], tolerance=tolerance) if suggested[0] else None
    return replace(refuted_on(shown), seed=found.seed) if shown is not None else found
