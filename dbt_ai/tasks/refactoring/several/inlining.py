"""New models and seeds in the place of their names, so that the SQL before and after a change reads the same
relations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from dbt_ai.project.seed_files import SeedRows
from dbt_ai.project.values import Node
from dbt_ai.sql.outline import OutlineError, outline
from dbt_ai.tasks.refactoring.using import end_of, start_of

_PREFIX = "__dbt_ai_new_"


@dataclass(frozen=True)
class NewRelation:
    """A relation that only the changed project has, and the SQL that its rows are."""

    node: Node
    sql: str

    @property
    def cte(self) -> str:
        """The name of the CTE that it is read as."""
        return f"{_PREFIX}{self.node.name}"


def inlined(sql: str, new: Sequence[NewRelation], dialect: str) -> str | None:
    """A query with each relation of `new` (parents first) that it reads as a CTE; None where it cannot be taken
    apart."""
    needed: set[str] = set()
    text = _named(sql, new, dialect, needed)
    if text is None or not needed:
        return text
    bodies: dict[str, str] = {}
    for one in reversed(new):  # children first: what they read is needed, too
        if one.cte in needed:
            body = _named(one.sql, new, dialect, needed)
            if body is None:
                return None
            bodies[one.cte] = body
    ctes = ", ".join(f"{one.cte} as ({bodies[one.cte]}\n)" for one in new if one.cte in bodies)
    query = outline(text, dialect).query
    if query.with_ is None:
        return f"{text[: query.start]}with {ctes} {text[query.start :]}"
    first = query.ctes[0].start
    return f"{text[:first]}{ctes}, {text[first:]}"


def _named(sql: str, new: Sequence[NewRelation], dialect: str, read: set[str]) -> str | None:
    """The query with the names of CTEs instead of those of new relations, which are added to `read`."""
    sql = sql.strip().rstrip(";")
    try:
        tables = outline(sql, dialect).tables
    except OutlineError:
        return None
    by_name = {_key(one.node.relation): one for one in new}
    edits: list[tuple[int, int, str]] = []
    for table in tables:
        one = by_name.get(_key((table.catalog, table.db, table.name)))
        if one is None:
            continue
        start, end = start_of(table), end_of(table)
        if start < 0:
            return None
        alias = "" if table.alias else f' as "{table.name}"'
        edits.append((start, end, one.cte + alias))
        read.add(one.cte)
    for start, end, name in sorted(edits, reverse=True):
        sql = sql[:start] + name + sql[end:]
    return sql


def _key(parts: Sequence[str | None]) -> tuple[str, ...]:
    return tuple((part or "").casefold() for part in parts)


def seed_sql(seed: SeedRows) -> str:
    """The rows of a seed as a query, with the types that its table has."""
    kinds = [(name, declared or kind) for name, kind, declared in seed.columns]
    rows = seed.rows or (tuple(None for _ in kinds),)
    selects = [
        "select "
        + ", ".join(
            f"cast({_literal(value)} as {kind}) as {exp.to_identifier(name, quoted=True).sql('duckdb')}"
            for value, (name, kind) in zip(row, kinds, strict=True)
        )
        for row in rows
    ]
    return " union all ".join(selects) + ("" if seed.rows else " where false")


def _literal(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    number = isinstance(value, int) or type(value).__name__ == "Decimal"
    return exp.Literal.number(str(value)).sql() if number else exp.Literal.string(str(value)).sql("duckdb")
