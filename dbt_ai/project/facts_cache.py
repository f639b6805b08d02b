"""Facts of a project's queries, each worked out once for the same SQL over the same knowledge of its parents."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Sequence
from dataclasses import asdict
from importlib.metadata import version

from dbt_ai.project.cache import Cache
from dbt_ai.sql.facts import facts_from_bytes, facts_of, facts_to_bytes
from dbt_ai.sql.query import parse_query
from dbt_ai.sql.values import QueryFacts, Relation

KIND = "facts"
FORMAT = 2  # raise it with every change of what facts say


class CachedFacts:
    """Facts of queries by name, from `cache` where they are there."""

    def __init__(self, dialect: str, cache: Cache) -> None:
        self._dialect = dialect
        self._cache = cache
        self._salt = f"{FORMAT}|{version('dbtai')}|{version('sqlglot')}|{dialect}|".encode()
        self._new: dict[str, tuple[bytes, bytes]] = {}

    def of(self, name: str, sql: str, parents: Sequence[Relation]) -> QueryFacts:
        """The facts of the query `sql` of the node `name`, which reads `parents`: a seed and a source of the same table
        are told apart by which of them is one.

        Raises QueryError for SQL that cannot be read.
        """
        key = self._key(sql, parents)
        known = self._cache.get(KIND, name, key)
        if known is not None:
            try:
                return facts_from_bytes(known)
            except ValueError:
                pass  # of another version: worked out again
        facts = facts_of(parse_query(sql, self._dialect, parents))
        self._new[name] = (key, facts_to_bytes(facts))
        return facts

    def save(self, names: Container[str]) -> None:
        """Keeps what is new, and forgets what is not among `names`."""
        gone = [name for name in self._cache.read(KIND) if name not in names] if self._new else []
        self._cache.write(KIND, self._new, gone)

    def _key(self, sql: str, parents: Sequence[Relation]) -> bytes:
        digest = hashlib.blake2b(self._salt, digest_size=16)
        digest.update(sql.encode("utf-8", "surrogatepass"))
        for parent in parents:
            known = {**asdict(parent), "not_null": sorted(parent.not_null)}
            digest.update(json.dumps(known, sort_keys=True).encode())
        return digest.digest()
