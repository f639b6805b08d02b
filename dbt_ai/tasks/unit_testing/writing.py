"""A case as a unit test in YAML: what is given, what is expected, its name and what it says."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from dbt_ai.project.values import Node
from dbt_ai.tasks.derived.wording import listed, sentence
from dbt_ai.tasks.unit_testing.literals import Value, rows_sql, value
from dbt_ai.tasks.unit_testing.rendering import tokens_of
from dbt_ai.tasks.unit_testing.values import Case, Input, Row, UnitTest
from dbt_ai.tasks.unit_testing.wording import phrases

LABEL = "Characterises what the model does today; written by dbtai."
_LONGEST_NAME = 60  # beside the model's own: dbt makes the name of a table of it
_MOST_PHRASES = 2
_NUMBER = len("_10")  # behind a name that is taken


def unit_test_of(node: Node, case: Case, taken: Collection[str], longest: int | None = None) -> UnitTest:
    """The unit test of a case of the model `node`; `taken` are the names, in lower case, that unit tests have. A name
    has no more than `longest` characters."""
    said = phrases(case)
    way = {True: "Later runs: ", False: "First run: ", None: ""}[case.way.incremental]
    words = listed(said[:_MOST_PHRASES])
    text = f"{way}{words}." if way else sentence(words)
    name = _name(node, case, said, taken, longest)
    item: dict[str, Any] = {"name": name, "description": f"{text} {LABEL}", "model": node.name}
    if node.version is not None:
        item["versions"] = {"include": [int(node.version) if node.version.isdigit() else node.version]}
    overrides: dict[str, Any] = {}
    if case.way.incremental is not None:
        overrides["macros"] = {"is_incremental": case.way.incremental}
    if case.way.variables:  # what the model gives today hangs on them
        overrides["vars"] = dict(case.way.variables)
    if overrides:
        item["overrides"] = overrides
    item["given"] = [_given(given, case) for given in case.way.inputs]
    item["expect"] = {"rows": [_cells(case.columns, row) for row in _ordered(case)]}
    return UnitTest(name, case, item)


def _name(node: Node, case: Case, said: list[str], taken: Collection[str], longest: int | None) -> str:
    version = f"_v{node.version}" if node.version is not None else ""
    later = "_later_runs" if case.way.incremental else ""
    prefix = f"test_{node.name}{version}{later}_"
    room = _LONGEST_NAME if longest is None else max(0, min(_LONGEST_NAME, longest - len(prefix) - _NUMBER))
    names = [f"{prefix}{slug(words, room)}" for words in (*said, listed(said[:_MOST_PHRASES]))]
    numbered = (f"{names[0]}_{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (*names, *numbered) if name.casefold() not in taken)


def slug(words: str, longest: int = _LONGEST_NAME) -> str:
    """Words as a part of a name.

    >>> slug("an order without payments keeps its row"), slug("`price_class` is 'budget' and NULL")
    ('order_without_payments_keeps_its_row', 'price_class_is_budget_and_null')
    """
    plain = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")
    plain = re.sub(r"^(an?|the)_", "", plain)
    return plain if len(plain) <= longest else plain[: longest + 1].rpartition("_")[0]


def _given(given: Input, case: Case) -> dict[str, Any]:
    """The rows of an input with the columns that have a value in one of them: what is left out is NULL for dbt."""
    rows = case.rows[given.key]
    columns = [(name, kind or "VARCHAR") for name, kind in given.relation.columns]
    filled = [place for place in range(len(columns)) if any(row[place] is not None for row in rows)]
    if given.as_sql:
        named = _named(case.way.sql)
        shown = [p for p, (name, _) in enumerate(columns) if p in filled or "*" in named or name.casefold() in named]
        kept = [columns[place] for place in shown or [0]]
        cells = [_cells(columns, row) for row in rows]
        return {"input": given.call, "format": "sql", "rows": rows_sql(kept, cells)}
    kept = [columns[place] for place in filled or [0]]
    return {"input": given.call, "rows": [_cells(kept, tuple(row[p] for p in filled or [0])) for row in rows]}


def _named(sql: str) -> set[str]:
    """All words of the SQL, in lower case; "*" where a star passes columns on."""
    return {token.text.casefold() for token in tokens_of(sql)}


def _ordered(case: Case) -> list[Row]:
    """The expected rows, those without NULL first: dbt would move them there itself, and say so."""
    return sorted(case.expected, key=lambda row: (None in row, [cell or "" for cell in row]))


def _cells(columns: Sequence[tuple[str, str]], row: Row) -> dict[str, Value]:
    return {name: value(cell, kind) for (name, kind), cell in zip(columns, row, strict=True)}
