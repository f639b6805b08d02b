"""What reading and checking claims may know, and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from dbt_ai.sql.values import ColumnFacts, ColumnKind, Lineage, QueryFacts, Relation
from dbt_ai.values import Claim, Target, Verdict, VerdictKind


@dataclass(frozen=True)
class ClaimContext:
    """What is known around one target. Everything but `target` is optional; what is missing is not checked.

    `relation` is the quoted name of the target's relation on the connection, `quoted` the same for other relations by
    key. `relations` are the target's own relation and its parents by key; `parent_facts` the parents' facts by key.
    `names` maps the names of the project's relations to their keys and `columns` those names to their columns.
    `entities` maps a noun ("customer") to the columns of the target's relation that identify it. `sql` is the
    compiled SQL, read for its literals and functions. `vocabulary` are further names that exist: macros, variables.
    """

    target: Target
    relation: str | None = None
    facts: QueryFacts | None = None
    lineage: Lineage | None = None
    relations: Mapping[str, Relation] = field(default_factory=dict)
    parent_facts: Mapping[str, QueryFacts] = field(default_factory=dict)
    quoted: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    entities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sql: str | None = None
    dialect: str | None = None
    vocabulary: frozenset[str] = frozenset()
    looked_up: dict[str, Mapping[str, str]] = field(default_factory=dict, compare=False, repr=False)

    def about(self, column: str | None) -> ClaimContext:
        """The same for another target of the same relation; what was looked up for one serves both."""
        return replace(self, target=replace(self.target, column=column))

    @property
    def own(self) -> Relation | None:
        """The target's own relation."""
        return self.relations.get(self.target.unique_id)

    @cached_property
    def name(self) -> str:
        """The name of the target's relation."""
        key = self.target.unique_id
        named = next((name for name, its_key in self.names.items() if its_key == key), None)
        return named or (self.own.parts[2] if self.own else key.rsplit(".", 1)[-1])

    @cached_property
    def own_columns(self) -> tuple[str, ...]:
        """The columns of the target's relation, as far as they are known."""
        return tuple(self._spelled(self.target.unique_id).values())

    @cached_property
    def columns_complete(self) -> bool:
        """Whether there can be no further column in the target's relation."""
        if self.own is not None and self.own.columns:
            return self.own.complete
        return self.facts is not None and all(column.name != "*" for column in self.facts.columns)

    def own_column(self, name: str) -> str | None:
        """The column of the target's relation called `name`, spelled as it is known."""
        return self._spelled(self.target.unique_id).get(name.casefold())

    def is_model(self) -> bool:
        """Whether the target's relation is made by SQL of the project."""
        return self.facts is not None or self.sql is not None or self.target.unique_id.split(".")[0] == "model"

    def column_facts(self, name: str | None) -> ColumnFacts | None:
        """The facts of a column of the target's relation."""
        return self.facts.column(name) if self.facts and name else None

    def defining_facts(self, name: str | None) -> ColumnFacts | None:
        """The facts of a column, taken from the parent that computes it where it is only passed on.

        The column's own facts come back where that parent's are not known.
        """
        found = self.column_facts(name)
        for _ in range(20):
            if found is None or found.kind not in _PASSED_ON or len(found.sources) != 1:
                break
            source = found.sources[0]
            parent = self.parent_facts.get(source.relation)
            above = parent.column(source.column) if parent else None
            if above is None:
                break
            found = above
        return found

    def keys_named(self, name: str) -> str | None:
        """The key of the project's relation called `name` (case does not count), or of a parent so called."""
        if name in self.names:
            return self.names[name]
        folded = name.casefold()
        known = self._keys_by_name.get(folded)
        parents = (key for key, relation in self.relations.items() if relation.parts[2].casefold() == folded)
        return known or next(parents, None)

    def name_of(self, key: str) -> str:
        """The name of the relation with this key."""
        relation = self.relations.get(key)
        return relation.parts[2] if relation else key.rsplit(".", 1)[-1]

    @cached_property
    def _keys_by_name(self) -> Mapping[str, str]:
        return {name.casefold(): key for name, key in self.names.items()}

    def columns_of(self, key: str) -> tuple[str, ...]:
        """The columns of the relation with this key, as far as they are known."""
        return tuple(self._spelled(key).values())

    def has_column(self, key: str, name: str) -> bool:
        """Whether the relation with this key has a column called `name` (case does not count), as far as is known."""
        return name.casefold() in self._spelled(key)

    def _spelled(self, key: str) -> Mapping[str, str]:
        """The known columns of a relation, by their names in lower case."""
        known = self.looked_up.get(key)
        if known is None:
            relation, own = self.relations.get(key), key == self.target.unique_id
            names = [name for name, _ in relation.columns] if relation else []
            facts = self.facts if own else self.parent_facts.get(key)
            names += [column.name for column in facts.columns] if facts else []
            for called, its_key in self.names.items():
                if its_key == key or (own and called == self.name):
                    names += self.columns.get(called, ())
            known = self.looked_up[key] = _by_name(names)
        column = self.target.column if key == self.target.unique_id else None
        return known if column is None or column.casefold() in known else {**known, column.casefold(): column}


def _by_name(names: Sequence[str]) -> dict[str, str]:
    """The first spelling of each name, in the order of the names."""
    spelled: dict[str, str] = {}
    for name in names:
        spelled.setdefault(name.casefold(), name)
    return spelled


_PASSED_ON = (ColumnKind.PASS_THROUGH, ColumnKind.RENAMED)


@dataclass(frozen=True)
class Sentence:
    """One sentence of a text and where it stands in it."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class SentenceClaims:
    """One sentence, where it stands in the text (`text[start:end]`), and what it asserts."""

    text: str
    start: int
    end: int
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True)
class CheckedSentence:
    """One sentence with its claims and, in the same order, their verdicts."""

    text: str
    start: int
    end: int
    claims: tuple[Claim, ...] = ()
    verdicts: tuple[Verdict, ...] = ()

    @property
    def writable(self) -> bool:
        """True when nothing that the sentence asserts was refuted or left open."""
        return all(verdict.writable for verdict in self.verdicts)

    @property
    def refuted(self) -> bool:
        """True when a claim of the sentence is false."""
        return any(verdict.kind is VerdictKind.REFUTED for verdict in self.verdicts)
