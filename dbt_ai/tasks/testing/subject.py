"""What a rule for candidates looks at: one node with all that is known of it and around it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from dbt_ai.evidence.values import ColumnProfile, Evidence
from dbt_ai.project.values import DataTest, Node, Project
from dbt_ai.sql.values import ColumnFacts, ColumnKind, ColumnRef, EdgeKind, QueryFacts
from dbt_ai.tasks.gathering import columns_of
from dbt_ai.values import Target, Verdict

_PLAIN = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_PASSED = (ColumnKind.PASS_THROUGH, ColumnKind.RENAMED)


@dataclass(frozen=True)
class Column:
    """A column: its declared spelling, what its data and its SQL say (None where nothing is known)."""

    name: str
    profile: ColumnProfile | None
    facts: ColumnFacts | None

    @property
    def filled(self) -> bool:
        """Whether it has rows, and a value in each of them."""
        return self.profile is not None and self.profile.rows > 0 and self.profile.nulls == 0

    @property
    def values(self) -> int:
        """The number of its rows that have a value."""
        return self.profile.rows - self.profile.nulls if self.profile else 0

    @property
    def source(self) -> ColumnRef | None:
        """The column whose value it is, unchanged; None where it is made here."""
        facts = self.facts
        return facts.sources[0] if facts and facts.kind in _PASSED and len(facts.sources) == 1 else None


@dataclass(frozen=True)
class Subject:
    """One node. `evidence` is that of every node around it, `refers` what columns refer to, by (unique_id, column in
    lower case); `key_from_data` tells that its key is known from its rows alone."""

    project: Project
    node: Node
    evidence: Mapping[str, Evidence]
    refers: Mapping[tuple[str, str], tuple[ColumnRef, Verdict]]
    key_from_data: bool = False

    @property
    def own(self) -> Evidence:
        """The evidence of the node itself."""
        return self.evidence[self.node.unique_id]

    @property
    def facts(self) -> QueryFacts | None:
        """What its SQL says."""
        return self.own.facts

    @property
    def rows(self) -> int:
        """The number of its rows; 0 where it has no data."""
        return self.own.profile.rows if self.own.profile else 0

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Its columns, but for those whose name has to be quoted, which dbt's tests do not do."""
        profile, facts = self.own.profile, self.facts
        found = []
        for name in columns_of(self.own):
            if not is_plain(name):
                continue
            declared = self.node.column(name)
            spelled = declared.name if declared else name
            found.append(
                Column(spelled, profile.column(name) if profile else None, facts.column(name) if facts else None)
            )
        return tuple(found)

    def column(self, name: str) -> Column | None:
        """The column called `name` (case does not count)."""
        return next((column for column in self.columns if column.name.casefold() == name.casefold()), None)

    def target(self, column: str | None = None) -> Target:
        """The node, or one of its columns, as a target."""
        return Target(self.node.unique_id, column)

    @cached_property
    def children(self) -> tuple[Evidence, ...]:
        """The models that read it, as far as they are known."""
        own = self.node.unique_id
        return tuple(one for one in self.evidence.values() if one.facts and own in one.facts.base_relations)

    @property
    def has_sql(self) -> bool:
        """Whether it is a model or snapshot whose SQL is understood."""
        return self.facts is not None

    @cached_property
    def joined(self) -> frozenset[str]:
        """Its columns, in lower case, that relations are joined by, anywhere in what is known."""
        own = self.node.unique_id
        found = {name for uid, name in self.refers if uid == own}
        for one in self.evidence.values():
            for join in one.facts.joins if one.facts else ():
                for pair in join.on:
                    found |= {ref.column.casefold() for ref in pair if ref and ref.relation == own}
        return frozenset(found)

    @cached_property
    def is_key(self) -> frozenset[str]:
        """Its columns, in lower case, that are a unique key alone."""
        return frozenset(key[0].casefold() for key in self.own.relation.unique_keys if len(key) == 1)

    @cached_property
    def above(self) -> frozenset[str]:
        """The node itself and all that it is made from."""
        found, nodes = {self.node.unique_id}, [self.node]
        while nodes:
            parents = set(nodes.pop().depends_on) - found
            found |= parents
            nodes += [self.project.nodes[parent] for parent in parents if parent in self.project.nodes]
        return frozenset(found)

    def from_model(self, column: Column) -> Evidence | None:
        """The model that `column` is passed on from unchanged, where that is one: its tests are the place for what the
        value may be."""
        source = column.source
        parent = self.evidence.get(source.relation) if source else None
        if source is not None and parent is not None and self.is_conduit(parent):
            facts = parent.facts.column(source.column) if parent.facts else None
            parent = self.evidence.get(facts.sources[0].relation) if facts and facts.sources else None
        return parent if parent is not None and parent.resource_type == "model" else None

    def from_maker(self, column: Column) -> Evidence | None:
        """As `from_model`, where that model does more than to pass on what it reads."""
        parent = self.from_model(column)
        return None if parent is None or passes_on(parent) else parent

    def is_maker(self, unique_id: str) -> bool:
        """Whether it is a model that does more than to pass on what it reads."""
        one = self.evidence.get(unique_id)
        return one is not None and one.resource_type == "model" and not passes_on(one)

    def sums_up_known(self, column: Column) -> bool:
        """Whether it is an aggregate of values that models make: their tests are the place for what these may be."""
        facts = column.facts
        made = facts is not None and facts.kind is ColumnKind.AGGREGATED and facts.sources
        return facts is not None and bool(made) and all(self.is_maker(source.relation) for source in facts.sources)

    def is_made_into(self, unique_id: str) -> bool:
        """Whether another node is made from this one, over however many steps."""
        seen, to_see = set[str](), [unique_id]
        while to_see:
            node = self.project.nodes.get(to_see.pop())
            parents = set(node.depends_on) - seen if node else set()
            if self.node.unique_id in parents:
                return True
            seen |= parents
            to_see += parents
        return False

    def is_conduit(self, one: Evidence) -> bool:
        """Whether a model is no more than another name for what it reads (`select * from`), and one model reads it and
        keeps its rows: that has the tests of both."""
        facts = one.facts
        if facts is None or not passes_on(one) or any(c.kind is not ColumnKind.PASS_THROUGH for c in facts.columns):
            return False
        readers = [unique_id for unique_id, node in self.project.nodes.items() if one.unique_id in node.depends_on]
        return len(readers) == 1 and self._keeps_rows(readers[0], one.unique_id)

    @cached_property
    def is_tested_below(self) -> bool:
        """Whether the tests of its rows have their place in a model: where it is a seed that a model stages, row by
        row, or only another name for what that model reads."""
        own = self.node.unique_id
        if self.node.resource_type == "seed":
            return any(self._keeps_rows(reader.unique_id, own) for reader in self.children)
        return self.node.resource_type == "model" and self.is_conduit(self.own)

    @property
    def is_read_as_a_source(self) -> bool:
        """Whether it is a seed that is also declared as a source: models read, and tests watch, that."""
        return self.node.resource_type == "seed" and any(
            other.resource_type == "source" and other.relation == self.node.relation
            for other in self.project.nodes.values()
        )

    def _keeps_rows(self, reader: str, unique_id: str) -> bool:
        node, known = self.project.nodes.get(reader), self.evidence.get(reader)
        facts = known.facts if known is not None and node is not None and node.editable else None
        return facts is not None and facts.rows_of == unique_id and not facts.filters and len(facts.base_relations) == 1

    @property
    def passes_on(self) -> bool:
        """Whether it only passes on what it reads, as many staging views do: it gets the tests of its keys, references
        and lists, and what is made of it the others."""
        return passes_on(self.own)

    @cached_property
    def tests(self) -> tuple[DataTest, ...]:
        """The tests that the node has."""
        return tuple(test for test in self.project.data_tests if test.node == self.node.unique_id)

    def found(self, code: str) -> frozenset[str]:
        """The columns, in lower case, of the findings called `code`."""
        return frozenset(f.columns[0].casefold() for f in self.own.findings if f.code == code and f.columns)

    def reading(self, column: Column) -> Iterator[tuple[Evidence, ColumnFacts]]:
        """The columns of its children that pass `column` on unchanged."""
        for child in self.children:
            for facts in child.facts.columns if child.facts else ():
                ref = facts.sources[0] if facts.kind in _PASSED and len(facts.sources) == 1 else None
                if ref and ref.relation == self.node.unique_id and ref.column.casefold() == column.name.casefold():
                    yield child, facts

    def is_computed_with(self, column: Column) -> bool:
        """Whether it is made here, or a model that reads it makes something else of it; True where none reads it."""
        if column.source is None or not self.children:
            return True
        own, kinds = self.node.unique_id, (EdgeKind.AGGREGATED, EdgeKind.COMPUTED)
        return any(
            edge.source.relation == own and edge.source.column.casefold() == column.name.casefold()
            for child in self.children
            if child.lineage
            for edge in child.lineage.edges
            if edge.kind in kinds
        )

    def deciding(self) -> frozenset[str]:
        """Its columns, in lower case, that children are grouped, joined or filtered by."""
        own = self.node.unique_id
        kinds = (EdgeKind.JOINED_ON, EdgeKind.GROUPED_BY)
        return frozenset(
            edge.source.column.casefold()
            for child in self.children
            if child.lineage
            for edge in child.lineage.edges
            if edge.source.relation == own and edge.kind in kinds
        )


def passes_on(one: Evidence) -> bool:
    """Whether a model has the rows of one relation, and its columns, renamed at most."""
    facts = one.facts
    if facts is None or len(facts.base_relations) != 1 or facts.rows_of is None or facts.filters:
        return False
    return all(column.kind in _PASSED for column in facts.columns)


def is_plain(name: str) -> bool:
    """Whether `name` stands for itself in SQL without quotes; a word that SQL reserves shows when the test runs.

    >>> is_plain("order_id"), is_plain("5 racks")
    (True, False)
    """
    return _PLAIN.fullmatch(name) is not None
