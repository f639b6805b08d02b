"""Questions that an engine asks of the data in SQL of its own, answered in aggregates that may leave the machine."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence, Set
from typing import Any

from sqlglot import exp

from dbt_ai.errors import WarehouseError
from dbt_ai.evidence.aggregates.allowed import Refused, parse
from dbt_ai.evidence.aggregates.literals import Known, known_literals
from dbt_ai.evidence.aggregates.rewriting import Rewriter, outermost_selects
from dbt_ai.evidence.aggregates.tables import WITHHELD, SafeTable, safe_tables
from dbt_ai.evidence.aggregates.telling import Shown, tell
from dbt_ai.evidence.masking import visible

__all__ = ["Refused", "SafeTable", "query_data", "safe_tables"]

MAX_ANSWER = 6_000  # characters
_SALT = secrets.token_hex(16)
_SPOKEN = ("Binder Error:", "Catalog Error:", "Parser Error:")  # told before a row was read


def query_data(
    sql: str,
    tables: Sequence[SafeTable],
    run: Callable[[str], Sequence[Sequence[Any]]],
    *,
    project_sql: Iterable[str] = (),
) -> str:
    """The answer to one SELECT over `tables`, or in a sentence why there is none. Never raises.

    `run` runs SQL that has been checked, and raises WarehouseError where that fails. `project_sql` is SQL that the
    asker has seen: its literals may be used as they are.
    """
    shown = [value for table in tables for column in table.columns for value in column.values]
    known = known_literals(project_sql, shown)
    try:
        query = parse(sql)
        named = {column.name.casefold() for column in query.find_all(exp.Column)}
        rewriter = Rewriter(tables, known, _SALT)
        guarded = [[rewriter.outermost(select) for select in parts] for parts in outermost_selects(query)]
    except Refused as refused:
        return visible(f"Refused: {refused}.")[:MAX_ANSWER]
    except RecursionError:
        return "Refused: the query is too deep."
    texts = _texts(query, known, shown)
    try:
        results = [[tell(each, run(each.sql), texts) for each in parts] for parts in guarded]
    except WarehouseError as error:
        return f"It could not be run: {_spoken(error)}"
    return _written(results, _notes(rewriter.read.values(), named))[:MAX_ANSWER]


def _texts(query: exp.Expr, known: Known, shown: Iterable[str]) -> frozenset[str]:
    """The words that an answer may hold: values that are shown, and what the query itself says."""
    own = {literal.name for literal in query.find_all(exp.Literal) if literal.is_string}
    return frozenset(text.strip().casefold() for text in (*shown, *own, WITHHELD))


def _spoken(error: WarehouseError) -> str:
    """DuckDB's words, unless they may quote a value that it met."""
    said = str(error)
    for kind in _SPOKEN:
        if kind in said:
            return visible(said[said.index(kind) :].splitlines()[0])[:300]
    return "it took too long, or a value could not be converted or computed with."


def _notes(tables: Iterable[SafeTable], named: Set[str]) -> list[str]:
    """What a reader has to know of the columns that a query names, though not where it came by a star."""
    withheld = sorted(
        f"{table.names[0]}.{column.name}"
        for table in tables
        for column in table.columns
        if column.values and not column.complete and column.name.casefold() in named
    )
    return [f"In {', '.join(withheld[:12])} rare or personal values read {WITHHELD}."] if withheld else []


def _written(results: Sequence[Sequence[Shown]], always: Sequence[str]) -> str:
    lines: list[str] = []
    notes: list[str] = []
    names: tuple[str, ...] = ()
    for parts in results:
        notes += [note for part in parts for note in part.notes if note not in notes]
        if any(not part.names for part in parts):
            continue
        if len(parts) > 1:
            one = Shown(tuple(p.names[0] for p in parts), (tuple(p.rows[0][0] for p in parts if p.rows),), ())
        else:
            (one,) = parts
        if one.names != names and not (names and len(one.names) == len(names) and len(results) > 1):
            lines.append(" | ".join(one.names))
            names = one.names
        lines += [" | ".join(row) for row in one.rows] or ["(no rows)"]
    return visible("\n".join([*lines, *notes, *always]))
