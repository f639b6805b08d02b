"""Queries that read no table: they have one answer, and DuckDB gives it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dbt_ai.checks.sandbox import open_memory
from dbt_ai.errors import WarehouseError
from dbt_ai.sql.lifting.refusals import refuse
from dbt_ai.sql.lifting.values import Refused
from dbt_ai.sql.outline import Cte, Outline, OutlineError, outline
from dbt_ai.sql.values import Relation

_MOST = 100_000
_SECONDS = 10.0
_UNSTEADY = frozenset({"non-deterministic", "depends-on-session", "sampling", "approximate", "parameters"})


@dataclass(frozen=True)
class Rows:
    """What a query gives: `columns` are (name, type)."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Any, ...], ...]

    def same(self, other: Rows) -> bool:
        """Whether a table that is made of them is the same one."""
        named = [[(name.casefold(), kind) for name, kind in one.columns] for one in (self, other)]
        return named[0] == named[1] and Counter(map(repr, self.rows)) == Counter(map(repr, other.rows))


@lru_cache(maxsize=256)
def rows_of(sql: str) -> Rows | None:
    """The rows of a query (DuckDB's SQL) that reads no table and gives the same ones each time; None for any other, and
    where there are very many."""
    try:
        tree = sqlglot.parse_one(sql, dialect="duckdb")
    except (SqlglotError, RecursionError):
        return None
    if any(_tables(tree)) or not is_steady(tree):
        return None
    try:
        with open_memory(["constants"], threads=1, timeout=_SECONDS) as sandbox:
            columns = sandbox.connection.execute(f"DESCRIBE {sql}").fetchall() if isinstance(tree, exp.Query) else []
            rows = sandbox.run(f"SELECT * FROM ({sql}\n) AS t LIMIT {_MOST + 1}") if columns else []
    except (WarehouseError, _duckdb_error()):
        return None
    kept = tuple(map(tuple, rows))
    return Rows(tuple((str(one[0]), str(one[1])) for one in columns), kept) if 0 < len(kept) <= _MOST else None


def without_constants(left: str, right: str) -> tuple[str, str, tuple[Relation, ...]] | None:
    """Two queries without the CTEs that read no table and give the same rows in both, and a relation in the place of
    each; None where there is none."""
    try:
        old, new = outline(left, "duckdb"), outline(right, "duckdb")
    except OutlineError:
        return None
    theirs = {cte.name.casefold(): cte for cte in new.query.ctes}
    whole_names = {table.name.casefold() for table in (*old.tables, *new.tables) if table.db}
    relations, cut = [], set()
    for cte in old.query.ctes:
        name = cte.name.casefold()
        if name in whole_names:
            continue  # a table of that name would be taken for the CTE
        ours = rows_of(of_cte(old, cte))
        other = rows_of(of_cte(new, theirs[name])) if ours is not None and name in theirs else None
        if ours is not None and other is not None and ours.same(other):
            relations.append(Relation(f"constant:{cte.name}", (None, None, cte.name), ours.columns))
            cut.add(name)
    return (_without(old, cut), _without(new, cut), tuple(relations)) if cut else None


def of_cte(whole: Outline, cte: Cte) -> str:
    """The query of a CTE alone, which may read itself."""
    recursive = "RECURSIVE " if whole.query.recursive else ""
    return f"WITH {recursive}{whole.text[cte.start : cte.end]} SELECT * FROM {cte.name}"


def _without(whole: Outline, names: set[str]) -> str:
    query, text = whole.query, whole.text
    kept = [text[cte.start : cte.end] for cte in query.ctes if cte.name.casefold() not in names]
    recursive = "RECURSIVE " if query.recursive else ""
    head = f"WITH {recursive}{', '.join(kept)}\n" if kept else ""
    return head + text[query.body : query.end]


def _tables(tree: exp.Expr) -> Iterator[exp.Table]:
    ctes = {cte.alias.casefold() for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        if isinstance(table.this, exp.Identifier) and (table.db or table.name.casefold() not in ctes):
            yield table


def is_steady(tree: exp.Expr) -> bool:
    """Whether nothing in a query is another thing in another run: no chance, and no today."""
    for node in tree.walk():
        try:
            refuse(node)  # the node itself is the first that it looks at
        except Refused as refused:
            if refused.reason in _UNSTEADY:
                return False
    return True


def _duckdb_error() -> type[Exception]:
    import duckdb

    return duckdb.Error
