"""What two queries give on many databases, brought together where their rows are the same within a tolerance."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dbt_ai.checks.lifted.answers import ONE_BY_ONE, Answer, canonical, is_floating
from dbt_ai.checks.lifted.closeness import close_rows
from dbt_ai.checks.lifted.databases import Databases
from dbt_ai.checks.lifted.evaluation import EMPTY, FAILED, on_some_data
from dbt_ai.checks.lifted.generate import DATABASES
from dbt_ai.sql.lifting import DATABASE, MANY, Resolution
from dbt_ai.sql.lifting.values import OWNER, ROWS

RowsOf = Mapping[int, Sequence[Sequence[Any]]]
"""The rows of a query by database, of those that it was run on."""


def brought_together(databases: Databases, ours: Answer, theirs: Answer, tolerance: float) -> tuple[Answer, int]:
    """`theirs`, with the fingerprints of `ours` where the rows are close and not the same; and on how many databases
    that is so. Where there was no time to look at the rows, the database counts as one that was not evaluated."""
    if not any(is_floating(column.type) for column in theirs.columns):
        return theirs, 0
    until = time.monotonic() + databases.seconds
    wanted = [number for number in databases.ids if _may_be_close(ours, number) and _new(ours, theirs, number)]
    left, right = (
        [_rows(databases, answer, resolution, wanted, until) for resolution in answer.lifted.resolutions]
        for answer in (ours, theirs)
    )
    prints, together, unseen = [dict(one) for one in theirs.prints], set(), set()
    for number in wanted:
        if any(number not in rows for rows in (*left, *right)):
            unseen.add(number)
            continue
        known = {one[number] for one in ours.prints}
        for found, rows in zip(prints, right, strict=True):
            if found[number] in known:
                continue
            for mine, our_rows in zip(ours.prints, left, strict=True):
                if close_rows(our_rows[number], rows[number], tolerance):
                    found[number] = mine[number]
                    together.add(number)
                    break
    return replace(theirs, prints=tuple(prints), unevaluated=theirs.unevaluated | unseen), len(together)


def _may_be_close(answer: Answer, number: int) -> bool:
    return all(prints.get(number, FAILED) not in (EMPTY, FAILED) for prints in answer.prints)


def _new(ours: Answer, theirs: Answer, number: int) -> bool:
    """Whether the second query gives rows on a database that the first does not."""
    known = {prints[number] for prints in ours.prints}
    return _may_be_close(theirs, number) and any(prints[number] not in known for prints in theirs.prints)


def _rows(databases: Databases, answer: Answer, resolution: Resolution, wanted: Sequence[int], until: float) -> RowsOf:
    """The rows of one resolution of a query, as far as there is time."""
    import duckdb

    values = ", ".join(
        part
        for place, column in enumerate(answer.columns)
        for part in ((f"{ROWS}.c{place}",) if is_floating(column.type) else canonical(f"{ROWS}.c{place}", column.type))
    )
    named = f"{ROWS}({', '.join(f'c{place}' for place in range(len(answer.columns)))})"
    found: dict[int, list[Sequence[Any]]] = defaultdict(list)
    stopped: tuple[type[Exception], ...] = (duckdb.InterruptException, *on_some_data())
    try:
        for numbers, tables in databases.stores:
            here = sorted({*wanted} & {*numbers})
            if here:
                lateral = resolution.lateral.replace(f'"{MANY}"."main".', tables)
                asked = f"""SELECT {OWNER}.{DATABASE}, {values}
                    FROM {DATABASES} AS {OWNER}, LATERAL ({lateral}) AS {named}
                    WHERE {OWNER}.{DATABASE} IN ({", ".join(map(str, here))})"""
                for number, *row in databases.execute(asked, until - time.monotonic()).fetchall():
                    found[number].append(row)
        return found
    except stopped:
        pass
    found.clear()
    asked = f"SELECT {values} FROM ({resolution.alone}\n) AS {named}"
    for number in wanted[:ONE_BY_ONE]:
        if time.monotonic() > until:
            break
        databases.load(number, answer.lifted.relations)
        try:
            found[number] = list(databases.execute(asked, databases.seconds).fetchall())
        except stopped:
            continue
    return found
