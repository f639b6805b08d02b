"""Checks texts against SQL and data, whoever proposed them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from dbt_ai.checks.claims import CheckedSentence, ClaimContext, check_claims, contradictions, read_claims
from dbt_ai.checks.substance import is_about, nothing_said
from dbt_ai.evidence.values import Evidence
from dbt_ai.project.values import Project
from dbt_ai.sql.names import quoted_relation
from dbt_ai.tasks.data import Data
from dbt_ai.tasks.derived.entities import entity_of_key, entity_of_relation
from dbt_ai.values import Claim, Target, Verdict

if TYPE_CHECKING:
    import duckdb


class Checker:
    """Checks the sentences of a text for a target; remembers what it has checked. `data` may have been let go of
    meanwhile."""

    def __init__(self, project: Project, evidence: Mapping[str, Evidence], data: Data) -> None:
        self._project = project
        self._evidence = evidence
        self._data = data
        self._contexts: dict[Target, ClaimContext] = {}
        self._checked: dict[tuple[Target, str], tuple[CheckedSentence, ...]] = {}

    @property
    def _connection(self) -> duckdb.DuckDBPyConnection | None:
        sandbox = self._data.sandbox
        return sandbox.connection if sandbox else None

    def check(self, target: Target, text: str) -> tuple[CheckedSentence, ...]:
        """Every sentence of `text` with the claims read in it and their verdicts."""
        known = self._checked.get((target, text))
        if known is None:
            context = self._context(target)
            known = tuple(check_claims(read_claims(text, context), context, self._connection))
            self._checked[target, text] = known
        return known

    def refutes(self, target: Target, text: str) -> bool:
        """Whether a claim in `text` is false for `target`."""
        return any(sentence.refuted for sentence in self.check(target, text))

    def says_nothing(self, target: Target, text: str, engine: str) -> str | None:
        """The reason code where a text of an engine's is not about its target: it says no more than a type, lists the
        columns, or is the text of a column that this one is not made of. What a student says has to share a word with
        what is known of its target: a small model that does not know says something anyway."""
        evidence = self._evidence[target.unique_id]
        if reason := nothing_said(text):
            return reason
        if target.column is not None and _normal(text) in _texts_of_others(evidence, target.column):
            return "copied"
        return "not-about-it" if engine == "student" and not is_about(text, _told_of(evidence, target.column)) else None

    def contradictions(self, target: Target, text: str) -> tuple[tuple[Claim, Verdict], ...]:
        """What a person's text asserts of `target` and is false."""
        return contradictions(text, self._context(target), self._connection)

    def _context(self, target: Target) -> ClaimContext:
        known = self._contexts.get(target)
        if known is None:
            if target.column is None:
                known = self._build(target)
            else:
                known = self._context(Target(target.unique_id)).about(target.column)
            self._contexts[target] = known
        return known

    def _build(self, target: Target) -> ClaimContext:
        evidence = self._evidence[target.unique_id]
        parents = [u for u in self._project.nodes[target.unique_id].depends_on if u in self._evidence]
        around = [target.unique_id, *parents]
        return ClaimContext(
            target=target,
            relation=quoted_relation(evidence.relation) if evidence.profile else None,
            facts=evidence.facts,
            lineage=evidence.lineage,
            relations={u: self._evidence[u].relation for u in around},
            parent_facts={u: facts for u in self._evidence if (facts := self._evidence[u].facts)},
            quoted={u: quoted_relation(e.relation) for u, e in self._evidence.items() if e.profile},
            names=self._names,
            columns=self._columns,
            entities=_entities(evidence),
            sql=evidence.sql,
            dialect=self._project.dialect,
        )

    @cached_property
    def _names(self) -> dict[str, str]:
        names = {}
        for unique_id, node in self._project.nodes.items():
            names[node.name] = unique_id
            if node.source_name:
                names[f"{node.source_name}.{node.name}"] = unique_id
        return names

    @cached_property
    def _columns(self) -> dict[str, tuple[str, ...]]:
        columns = {}
        for name, unique_id in self._names.items():
            found = self._evidence.get(unique_id)
            declared = tuple(column.name for column in self._project.nodes[unique_id].columns)
            known = tuple(column for column, _ in found.relation.columns) if found else ()
            columns[name] = known or declared
        return columns


def _normal(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")


def _texts_of_others(evidence: Evidence, column: str) -> set[str]:
    """What people wrote of columns that `column` is not made of, and not of those that it is made of."""
    facts = evidence.facts.column(column) if evidence.facts else None
    made_of = {source.column.casefold() for source in facts.sources} if facts else set()
    made_of.add(column.casefold())
    own: set[str] = set()
    others: set[str] = set()
    texts = [*evidence.column_descriptions.items(), *evidence.upstream_descriptions.items()]
    for name, text in texts:
        (own if name.rpartition(".")[2].casefold() in made_of else others).add(_normal(text))
    return others - own


def _told_of(evidence: Evidence, column: str | None) -> list[str]:
    """Names, SQL and people's words that have to do with a node or one of its columns."""
    if column is None:
        columns = [name for name, _ in evidence.relation.columns]
        parents = [name for name in evidence.upstream_descriptions if "." not in name]
        return [evidence.name, evidence.sql or "", *columns, *parents, *evidence.upstream_descriptions.values()]
    facts = evidence.facts.column(column) if evidence.facts else None
    told = [column, evidence.name]
    if facts is not None:
        named = {source.column.casefold() for source in facts.sources}
        told += [
            facts.sql,
            *(source.column for source in facts.sources),
            *(facts.domain.values if facts.domain else ()),
        ]
        told += [t for n, t in evidence.upstream_descriptions.items() if n.rpartition(".")[2].casefold() in named]
    return told


def _entities(evidence: Evidence) -> dict[str, tuple[str, ...]]:
    """The nouns that a text may call the rows by, and the key columns that stand for them."""
    entities: dict[str, tuple[str, ...]] = {}
    for column, _ in evidence.relation.columns:
        named = entity_of_key(column)
        if named:
            entities.setdefault(named.one, (column,))
    own = entity_of_relation(evidence.name)
    if own and evidence.relation.unique_keys:
        entities.setdefault(own.one, evidence.relation.unique_keys[0])
    return entities
