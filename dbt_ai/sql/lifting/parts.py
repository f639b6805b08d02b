"""A query in parts, its CTEs and what follows them, each lifted alone: of a changed query one part is new.

What a CTE gives on every database can be kept in a table, and the CTE be read from there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sqlglot import exp

from dbt_ai.sql.lifting.lift import column_names, lift, one_query
from dbt_ai.sql.lifting.values import DATABASE, OWNER, TABLE, Around, Lifted, NotLifted, Refused, Resolution
from dbt_ai.sql.names import quoted
from dbt_ai.sql.query import RelationIndex
from dbt_ai.sql.values import Relation


@dataclass(frozen=True)
class Parts:
    """A query as text: the names of its CTEs, the names with their columns as written, and the queries: those of the
    CTEs in their order and last the one that follows."""

    names: tuple[str, ...]
    heads: tuple[str, ...]
    queries: tuple[str, ...]

    @cached_property
    def text(self) -> str:
        """The whole query."""
        return _whole(self.heads, self.queries)

    def changed(self, sql: str) -> Parts:
        """The parts of `sql`, which is quick where only one of them is not as it is here. Raises Refused."""
        start = len("WITH ") if self.names else 0
        for place, query in enumerate(self.queries):
            start += len(f"{self.heads[place]} AS (") if place < len(self.names) else 0
            left = len(self.text) - start - len(query)
            if (
                start + left <= len(sql)
                and sql.startswith(self.text[:start])
                and sql.endswith(self.text[len(self.text) - left :])
            ):
                piece = sql[start : len(sql) - left]
                return replace(self, queries=(*self.queries[:place], piece, *self.queries[place + 1 :]))
            start += len(query) + (len("), ") if place < len(self.names) - 1 else len(") "))
        return parts_of(sql)


def parts_of(sql: str) -> Parts:
    """The parts of a query; only one where its CTEs cannot be told apart. Raises Refused for what is not lifted.

    >>> parts_of("with a as (select 1 as x), b as (select x from a) select * from b").queries
    ('SELECT 1 AS x', 'SELECT x FROM a', 'SELECT * FROM b')
    """
    tree = one_query(sql)
    text = _written(tree)
    with_ = tree.args.get("with_")
    if with_ is None or not all(isinstance(cte.this, exp.Query) for cte in with_.expressions):
        return Parts((), (), (text,))
    heads = tuple(_written(cte.args["alias"]) for cte in with_.expressions)
    body = tree.copy()
    body.set("with_", None)
    parts = Parts(
        tuple(cte.alias for cte in with_.expressions),
        heads,
        (*(_written(cte.this) for cte in with_.expressions), _written(body)),
    )
    return parts if parts.text == text else Parts((), (), (text,))  # a recursive one, or one with a word of its own


class PartLifter:
    """Lifts queries that share most of their parts. Raises Refused where the first one has something to refuse."""

    def __init__(self, sql: str, relations: Sequence[Relation]) -> None:
        self.parts = parts_of(sql)
        self._lookup = RelationIndex(relations)
        self._columns = column_names(one_query(sql), relations)
        self._lifted: dict[tuple[tuple[str, ...], str], Lifted | NotLifted] = {}

    def lift(self, sql: str, kept: Sequence[Mapping[int, str]] = ()) -> Lifted | NotLifted:
        """`sql` over many databases, as `lift` does, but for the order of its rows, which nobody sees.

        `kept` has, for each way of breaking ties that the first query has, the tables that hold what its CTEs give, by
        their number; `sql` reads them as far as it begins with the same CTEs.
        """
        try:
            parts = self.parts.changed(sql)
        except Refused as error:
            return NotLifted(error.reason, error.detail)
        lifted = []
        for place, query in enumerate(parts.queries):
            part = self._part(parts.names[:place], query)
            if isinstance(part, NotLifted):
                return part
            lifted.append(part)
        left_open = tuple(sorted({code for part in lifted for code in part.left_open}))
        same = self._same(parts)
        resolutions = []
        for way in range(2 if left_open else 1):
            whole = kept[min(way, len(kept) - 1)] if kept else {}
            tables = {place: table for place, table in whole.items() if place < same}
            chosen = [part.resolutions[way if part.left_open else 0] for part in lifted]
            lateral = _whole(*_with_tables(parts, [one.lateral for one in chosen], tables))
            resolutions.append(Resolution(lateral, _whole(parts.heads, [one.alone for one in chosen])))
        read = dict.fromkeys(key for part in lifted for key in part.relations)
        alone = _whole(parts.heads, [part.alone for part in lifted])
        return Lifted(tuple(read), alone, tuple(resolutions), left_open, lifted[-1].ordered)

    def up_to(self, place: int, way: int, tables: Mapping[int, str]) -> str | None:
        """What the CTE number `place` of the first query gives, as a lateral query; None where it is not lifted."""
        queries = []
        for number, query in enumerate(self.parts.queries[: place + 1]):
            part = self._part(self.parts.names[:number], query)
            if isinstance(part, NotLifted):
                return None
            queries.append(part.resolutions[way if part.left_open else 0].lateral)
        names = self.parts.names[: place + 1]
        body = f"SELECT * FROM {quoted(names[-1])}"
        return _whole(*_with_tables(Parts(names, self.parts.heads[: place + 1], ()), [*queries, body], tables))

    def _part(self, names: tuple[str, ...], query: str) -> Lifted | NotLifted:
        if (names, query) not in self._lifted:
            ctes = frozenset(name.casefold() for name in names)
            self._lifted[names, query] = lift(query, self._lookup, Around(ctes, self._columns, part=True))
        return self._lifted[names, query]

    def _same(self, parts: Parts) -> int:
        """How many of the first CTEs are those of the first query."""
        pairs = zip(
            zip(parts.heads, parts.queries, strict=False),
            zip(self.parts.heads, self.parts.queries, strict=False),
            strict=False,
        )
        return next((place for place, (one, other) in enumerate(pairs) if one != other), len(parts.heads))


def _with_tables(parts: Parts, queries: Sequence[str], tables: Mapping[int, str]) -> tuple[list[str], list[str]]:
    """Heads and queries, those CTEs read from their `tables` that have one, and left out where nothing names them."""
    heads, chosen = list[str](), list(queries[-1:])
    for place in reversed(range(len(parts.heads))):
        name = parts.names[place].casefold()
        if place not in tables:
            heads.insert(0, parts.heads[place])
            chosen.insert(0, queries[place])
        elif any(name in query.casefold() for query in chosen):
            heads.insert(0, quoted(parts.names[place]))
            chosen.insert(
                0,
                f"SELECT * EXCLUDE ({DATABASE}) FROM {tables[place]} AS {TABLE} "
                f"WHERE {TABLE}.{DATABASE} = {OWNER}.{DATABASE}",
            )
    return heads, chosen


def _whole(heads: Sequence[str], queries: Sequence[str]) -> str:
    ctes = ", ".join(f"{head} AS ({query})" for head, query in zip(heads, queries, strict=False))
    return f"WITH {ctes} {queries[-1]}" if heads else queries[-1]


def _written(node: exp.Expr) -> str:
    return node.sql("duckdb", comments=False)
