"""How hard a model is to think about a node: chosen by what makes the node hard, bounded by what the user allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dbt_ai.engines.values import Request
from dbt_ai.evidence.values import Evidence
from dbt_ai.sql.values import ColumnKind
from dbt_ai.values import EFFORTS

RESEARCH = "research"
_TOKENS = {"none": 4_000, "minimal": 4_000, "low": 8_000, "medium": 16_000, "high": 32_000}
_MOST_TOKENS = 64_000  # of an answer at more than high effort
_TOKENS_OF_A_COLUMN = 120  # a text of 300 characters, its key, and room
_HARD = ((10.0, "high"), (4.0, "medium"))  # from this difficulty on
_COMPUTED = (ColumnKind.AGGREGATED, ColumnKind.WINDOWED, ColumnKind.COMPUTED, ColumnKind.UNION)


@dataclass(frozen=True)
class Difficulty:
    """What makes a node hard to describe, as counts: `lines` of compiled SQL, `joins`, `parents` that it reads,
    `calculated` columns among those asked for (aggregates, windows, expressions), and `missing` pieces of evidence:
    asked columns whose sources nobody described, data that cannot be seen, SQL that was not understood."""

    lines: int
    joins: int
    parents: int
    calculated: int
    missing: int

    @property
    def score(self) -> float:
        """One number: a staging view has about 1, a mart with five joins and ten figures about 10."""
        further_parents = max(0, self.parents - 1)
        return self.lines / 60 + self.joins + further_parents / 2 + self.calculated / 4 + self.missing / 4


def difficulty_of(evidence: Evidence, columns: Sequence[str]) -> Difficulty:
    """How hard it is to describe `columns` of the node, and the node."""
    facts = evidence.facts
    known = [found for name in columns if (found := facts.column(name))] if facts else []
    described = {name.casefold() for name in evidence.upstream_descriptions}
    sources = {source.column.casefold() for column in known for source in column.sources}
    undescribed = len(sources - {name.rpartition(".")[2] for name in described})
    return Difficulty(
        lines=len((evidence.sql or "").splitlines()),
        joins=len(facts.joins) if facts else 0,
        parents=len(facts.base_relations) if facts else 0,
        calculated=sum(column.kind in _COMPUTED for column in known),
        missing=undescribed + 4 * (evidence.profile is None) + 4 * (facts is None and evidence.sql is not None),
    )


def effort_for(difficulty: Difficulty, asked_for: str, most: str) -> str:
    """The effort of a first question: the one that was asked for, and where that is "auto" by how hard it is.

    >>> effort_for(Difficulty(200, 6, 7, 8, 0), "auto", "high"), effort_for(Difficulty(200, 6, 7, 8, 0), "auto", "low")
    ('high', 'low')
    """
    if asked_for == RESEARCH:
        return "high"
    if asked_for != "auto":
        return asked_for
    return _least(next((effort for least, effort in _HARD if difficulty.score >= least), "low"), most)


def harder(effort: str, most: str) -> str:
    """The effort with which to ask again what a check refuted: the next one, never above `most` unless it was already.

    >>> harder("low", "high"), harder("high", "high"), harder("max", "high")
    ('medium', 'high', 'max')
    """
    place = EFFORTS.index(effort)
    further = EFFORTS[min(place + 1, len(EFFORTS) - 1)]
    return further if EFFORTS.index(further) <= EFFORTS.index(most) else effort


def most_output_tokens(effort: str, columns: int) -> int:
    """The most tokens, thinking included, that an answer about so many columns may take.

    >>> most_output_tokens("low", 10)
    9200
    """
    return min(_TOKENS.get(effort, _MOST_TOKENS) + columns * _TOKENS_OF_A_COLUMN, _MOST_TOKENS + 24_000)


def asked_again(request: Request, most: str) -> Request:
    """A request with the effort, and the room for an answer, of the round after it."""
    effort = harder(request.effort, most)
    more = most_output_tokens(effort, 0) - most_output_tokens(request.effort, 0)
    return replace(request, effort=effort, max_output_tokens=request.max_output_tokens + max(more, 0))


def _least(effort: str, most: str) -> str:
    return min(effort, most, key=EFFORTS.index)
