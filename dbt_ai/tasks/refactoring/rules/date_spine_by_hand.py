"""A CTE that makes one date after the other becomes dbt_utils.date_spine, where that is installed."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlglot import exp

from dbt_ai.sql.islands import Splice
from dbt_ai.sql.outline import Cte, Part
from dbt_ai.tasks.refactoring.constants import of_cte
from dbt_ai.tasks.refactoring.cutting import InTheWayError, only_blank, without_comments
from dbt_ai.tasks.refactoring.using import is_named
from dbt_ai.tasks.refactoring.values import Change, Found, Left, ModelText

_MACRO = "dbt_utils.date_spine"
_TYPES: Mapping[str, str] = {"DATE": "date", "TIMESTAMP": "timestamp"}
_FEWEST = 3
_MONTHS: Mapping[str, int] = {"month": 1, "quarter": 3, "year": 12}
_STEPS: Mapping[str, timedelta] = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}


def date_spine_by_hand(model: ModelText) -> Found:
    if _MACRO not in model.known.macros:
        return
    query = model.outline.query
    for cte in query.ctes:
        body = Part(cte.opening, cte.end - 1)
        if not cte.has_columns and not _is_made_by_jinja(model, body):
            yield from _spine(model, body, of_cte(model.outline, cte), cte.name, _not_recursive(model, cte))
    if not query.ctes and not _is_made_by_jinja(model, query):
        yield from _spine(model, query, model.outline.text[query.start : query.end], "the final query", [])


def _is_made_by_jinja(model: ModelText, part: Part) -> bool:
    return any(part.start <= island.start < part.end for island in model.islands.islands)


def _spine(model: ModelText, body: Part, sql: str, name: str, more: list[Splice]) -> Found:
    found = model.known.rows(sql)
    if found is None or len(found.columns) != 1 or found.columns[0][1] not in _TYPES:
        return
    (column, kind), values = found.columns[0], sorted(row[0] for row in found.rows if row[0] is not None)
    step = _step(values) if len(values) == len(found.rows) >= _FEWEST else None
    if step is None or not column.isidentifier():
        return
    kind = _TYPES[kind]
    first, end = (f"\"cast('{value}' as {kind})\"" for value in (values[0], _after(values[-1], step)))
    sentence = f"`{name}` counts every {step} from {values[0]} to {values[-1]}, as {_MACRO} does."
    try:
        without_comments(model, body)
        text = _written(model, body, column, kind, f"{{{{ {_MACRO}('{step}', {first}, {end}) }}}}", step)
        yield Change("date-spine-by-hand", name, sentence, (Splice(body.start, body.end, text), *more))
    except InTheWayError as error:
        yield Left("date-spine-by-hand", name, sentence, error.reason)


def _written(model: ModelText, body: Part, column: str, kind: str, call: str, step: str) -> str:
    """The query, in the place and at the depth of the one that it stands for."""
    before = model.text[body.start : body.end]
    newline = "\r\n" if "\r\n" in before else "\n"
    head = before[: len(before) - len(before.lstrip())]
    tail = before[len(before.rstrip()) :]
    indent = head.rpartition("\n")[2]
    lines = (f"select cast(date_{step} as {kind}) as {column}", f"{indent}from ({call}) as spine")
    return head + newline.join(lines) + tail


def _not_recursive(model: ModelText, spine: Cte) -> list[Splice]:
    """The edit that takes away the word RECURSIVE, where no other CTE needs it."""
    query = model.outline.query
    if not query.recursive or query.with_ is None:
        return []
    for cte in query.ctes:
        reads_itself = any(
            cte.start <= _place(table) < cte.end for table in model.outline.tables if is_named(table, cte.name)
        )
        if cte is not spine and reads_itself:
            return []
    word = next(token for token in model.outline.tokens if token.start > query.with_.start)
    only_blank(model, query.with_.end, word.start)
    return [Splice(query.with_.end, word.end + 1)]


def _place(table: exp.Table) -> int:
    return int(table.this.meta.get("start", -1))


def _step(values: Sequence[Any]) -> str | None:
    """The unit by which each value follows the one before."""
    for step in (*_STEPS, *_MONTHS):
        if step == "hour" and not isinstance(values[0], datetime):
            continue
        if all(_after(one, step) == other for one, other in itertools.pairwise(values)):
            return step
    return None


def _after(value: date, step: str) -> date | None:
    if step in _STEPS:
        return value + _STEPS[step]
    if value.day > 28:
        return None
    months = value.month - 1 + _MONTHS[step]
    return value.replace(year=value.year + months // 12, month=months % 12 + 1)
