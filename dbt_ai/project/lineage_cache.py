"""Column lineage of a project's queries, each worked out once for the same SQL over the same parents' columns."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Mapping, Sequence
from importlib.metadata import version

import networkx as nx

from dbt_ai.project.cache import Cache
from dbt_ai.project.values import Project
from dbt_ai.sql.lineage import FORMAT, trace
from dbt_ai.sql.query import QueryError, parse_query
from dbt_ai.sql.values import ColumnRef, Edge, EdgeKind, Lineage, Relation

KIND = "lineage"
_EDGE_KINDS = tuple(EdgeKind)


class CachedLineage:
    """Lineage of queries by name, from `cache` where it is there. `results` holds every lineage that was asked for."""

    def __init__(self, dialect: str, cache: Cache | None) -> None:
        self.results: dict[str, Lineage] = {}
        self._dialect = dialect
        self._cache = cache
        self._known = cache.read(KIND) if cache else {}
        self._new: dict[str, tuple[bytes, bytes]] = {}
        self._salt = f"{FORMAT}|{version('sqlglot')}|{dialect}|".encode()
        self._fingerprints: dict[int, bytes] = {}
        self._hashed: list[Relation] = []

    def of(self, name: str, sql: str, parents: Sequence[Relation]) -> Lineage:
        """The lineage of the query `sql` of the node `name`. SQL that cannot be read gives one without columns, and
        the reason in `unresolved`."""
        key = self._key(sql, parents)
        known = self._known.get(name)
        lineage = decode(known[1]) if known and known[0] == key else None
        if lineage is None:
            lineage = _work_out(sql, self._dialect, parents)
            self._new[name] = (key, encode(lineage))
        self.results[name] = lineage
        return lineage

    def save(self, names: Container[str]) -> None:
        """Keep what is new, and forget what is not among `names`."""
        if self._cache:
            self._cache.write(KIND, self._new, [name for name in self._known if name not in names])

    def _key(self, sql: str, parents: Sequence[Relation]) -> bytes:
        digest = hashlib.blake2b(self._salt, digest_size=16)
        digest.update(sql.encode("utf-8", "surrogatepass"))
        for parent in parents:
            digest.update(self._fingerprint(parent))
        return digest.digest()

    def _fingerprint(self, relation: Relation) -> bytes:
        """A hash of what lineage reads of a relation, worked out once a relation object."""
        known = self._fingerprints.get(id(relation))
        if known is None:
            names = [name for name, _ in relation.columns]
            text = json.dumps([relation.key, relation.parts, relation.complete, names])
            known = self._fingerprints[id(relation)] = hashlib.blake2b(text.encode(), digest_size=16).digest()
            self._hashed.append(relation)  # keeps the id from being given to another object
        return known


def _work_out(sql: str, dialect: str, parents: Sequence[Relation]) -> Lineage:
    try:
        query = parse_query(sql, dialect, parents)
    except QueryError as error:
        return Lineage((), (), (str(error),))
    return trace(query)


def encode(lineage: Lineage) -> bytes:
    """A lineage as compact JSON: names once, edges as numbers."""
    columns = list(dict.fromkeys([*lineage.columns, *(edge.column for edge in lineage.edges)]))
    sources = list(dict.fromkeys((edge.source.relation, edge.source.column) for edge in lineage.edges))
    column_at = {name: position for position, name in enumerate(columns)}
    source_at = {source: position for position, source in enumerate(sources)}
    edges = [
        number
        for edge in lineage.edges
        for number in (
            column_at[edge.column],
            source_at[edge.source.relation, edge.source.column],
            _EDGE_KINDS.index(edge.kind) * 2 + edge.guess,
        )
    ]
    content = [[column_at[name] for name in lineage.columns], columns, sources, edges, lineage.unresolved]
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def decode(content: bytes) -> Lineage | None:
    """The lineage that `encode` wrote; None for anything else."""
    try:
        positions, columns, source_names, numbers, unresolved = json.loads(content)
        sources = [ColumnRef(relation, column) for relation, column in source_names]
        flags = [(kind, guess) for kind in _EDGE_KINDS for guess in (False, True)]
        numbered = iter(numbers)
        edges = tuple(
            Edge(columns[column], sources[source], *flags[flag])
            for column, source, flag in zip(numbered, numbered, numbered, strict=True)
        )
        return Lineage(tuple(columns[position] for position in positions), edges, tuple(unresolved))
    except (ValueError, TypeError, LookupError):
        return None


def readable_parents(project: Project) -> dict[str, tuple[str, ...]]:
    """The nodes whose relations the compiled SQL of each node may read: its parents, and through an ephemeral one,
    which is inlined, what that reads. In topological order, ties by name."""
    readable: dict[str, tuple[str, ...]] = {}
    for unique_id in nx.lexicographical_topological_sort(project.graph()):
        parents: dict[str, None] = {}
        for parent in project.nodes[unique_id].depends_on:
            if parent in readable:
                parents[parent] = None
                if project.nodes[parent].materialized == "ephemeral":
                    parents.update(dict.fromkeys(readable[parent]))
        readable[unique_id] = tuple(parents)
    return readable


def project_lineage(
    project: Project, compiled: Mapping[str, str], relations: Mapping[str, Relation], cache: Cache | None = None
) -> dict[str, Lineage]:
    """Lineage of the nodes whose compiled SQL is given, by unique_id; `relations` as `relations_of` gives them."""
    lineages = CachedLineage(project.dialect, cache)
    for unique_id, parents in readable_parents(project).items():
        if unique_id in compiled:
            lineages.of(unique_id, compiled[unique_id], [relations[parent] for parent in parents])
    lineages.save(project.nodes)
    return lineages.results
