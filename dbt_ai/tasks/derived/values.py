"""What derived sentences are made from, and what they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from dbt_ai.evidence.values import ColumnProfile, Evidence
from dbt_ai.sql.values import ColumnFacts, ColumnRef
from dbt_ai.tasks.derived.entities import Entity
from dbt_ai.tasks.derived.naming import Naming, naming_of
from dbt_ai.tasks.derived.wording import code
from dbt_ai.values import Verdict, VerdictKind


class Strength(IntEnum):
    """How much a text tells a reader. A reasoning engine is asked to better what is below MEANING."""

    PROVENANCE = 1  # only where the value comes from
    MEANING = 2  # what the value says
    HUMAN = 3  # a person's words


@dataclass(frozen=True)
class Sentence:
    """One derived sentence and the verdict it rests on."""

    text: str
    verdict: Verdict
    travels: bool = False  # as a further sentence, also true where the value is passed on


def proved(text: str, basis: str) -> Sentence:
    """A sentence that follows from the SQL `basis`."""
    return Sentence(text, Verdict(VerdictKind.PROVED, "follows from the SQL", basis=basis))


def holds(text: str, basis: str, detail: str = "true on the data that is there") -> Sentence:
    """A sentence that is true on the data, as `basis` shows."""
    return Sentence(text, Verdict(VerdictKind.HOLDS, detail, basis=basis, where="duckdb"))


@dataclass(frozen=True)
class Draft:
    """A derived text in its parts, so that a column downstream can take the meaning and leave the rest.

    `main` says what the value is; `further` what else holds here (NULL condition, values). `travels` tells whether
    `main` stays true for a column that passes the value through at another grain. `doc_call` is the `{{ doc() }}` call
    that a person's text was rendered from.
    """

    main: Sentence
    strength: Strength
    further: tuple[Sentence, ...] = ()
    travels: bool = True
    doc_call: str | None = None

    @property
    def text(self) -> str:
        """The whole text."""
        return " ".join(part.text for part in (self.main, *self.further))

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What each sentence rests on, in order."""
        return tuple(part.verdict for part in (self.main, *self.further))


@dataclass(frozen=True)
class World:
    """What a rule may know beyond its own node. Relations are named by dbt's unique_id."""

    dialect: str
    names: Mapping[str, str]
    entities: Mapping[str, Entity | None]
    keys: Mapping[str, tuple[tuple[str, ...], ...]]
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    drafts: Mapping[tuple[str, str], Draft] = field(default_factory=dict)  # (unique_id, column in lower case)
    references: Mapping[tuple[str, str], tuple[ColumnRef, Verdict]] = field(default_factory=dict)
    # by (unique_id, column in lower case): the column it becomes, the model, and the factor of a conversion
    read_downstream: Mapping[tuple[str, str], tuple[str, str, tuple[str, str] | None]] = field(default_factory=dict)
    data_keys: frozenset[str] = frozenset()  # relations whose keys only the data shows
    _namings: dict[str, Naming] = field(default_factory=dict, compare=False, repr=False)

    def naming(self, evidence: Evidence) -> Naming:
        """How readers of a node find what its SQL speaks of."""
        found = self._namings.get(evidence.unique_id)
        if found is None:
            found = self._namings[evidence.unique_id] = naming_of(evidence, self.names, self.dialect, self.evidence)
        return found

    def shown(self, ref: ColumnRef) -> str:
        """The column as a reader finds it: `relation.column` in code."""
        return code(f"{self.names.get(ref.relation, ref.relation.removeprefix('unknown:'))}.{ref.column}")

    def relation(self, key: str) -> str:
        """The relation's name in code."""
        return code(self.names.get(key, key.removeprefix("unknown:")))

    def entity(self, key: str) -> Entity | None:
        """What the rows of a relation are."""
        return self.entities.get(key)

    def rows(self, key: str) -> str:
        """The rows of a relation as a plural noun, "rows of `name`" where they have none."""
        found = self.entity(key)
        return found.many if found else f"rows of {self.relation(key)}"

    def is_key(self, ref: ColumnRef) -> bool:
        """Whether the column alone is a known key of its relation."""
        wanted = (ref.column.casefold(),)
        return any(tuple(c.casefold() for c in key) == wanted for key in self.keys.get(ref.relation, ()))

    def draft(self, ref: ColumnRef) -> Draft | None:
        """The text of a column upstream, a person's or derived, as a draft."""
        return self.drafts.get((ref.relation, ref.column.casefold()))


@dataclass(frozen=True)
class ColumnContext:
    """One column to be described."""

    name: str
    evidence: Evidence
    world: World
    facts: ColumnFacts | None = None
    profile: ColumnProfile | None = None

    @property
    def ref(self) -> ColumnRef:
        """The column itself."""
        return ColumnRef(self.evidence.unique_id, self.name)

    @property
    def naming(self) -> Naming:
        """How readers of this relation find what its SQL speaks of."""
        return self.world.naming(self.evidence)

    @property
    def entity(self) -> Entity | None:
        """What one row of this column's relation is."""
        return self.world.entity(self.evidence.unique_id)
