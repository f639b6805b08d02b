"""Questions about the data that whoever describes a table asks first, answered before they are asked.

What findings (evidence/findings) tell is not repeated here: these answers are for an engine, and seldom news to a
person. Only columns whose values may be told of are looked at, and only counts of at least 5 rows are told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, islice, permutations
from typing import Any

from dbt_ai.errors import WarehouseError
from dbt_ai.evidence.aggregates.tables import SafeColumn, SafeTable, Shown, safe_table
from dbt_ai.evidence.privacy import MIN_ROWS_PER_VALUE, visible_profile
from dbt_ai.evidence.profile.query import name
from dbt_ai.evidence.sharing import Sharing
from dbt_ai.evidence.values import Evidence

Run = Callable[[str], Sequence[Sequence[Any]]]

MIN_ROWS = 20  # of fewer rows nothing is concluded
MAX_ROWS = 1_000_000
MAX_MOMENTS = 6  # columns
MAX_NUMBERS = 6
MAX_CATEGORIES = 3
MAX_CATEGORY_VALUES = 8
MAX_ANSWERS = 12
_NEARLY = 0.95  # of the rows: an order that holds in so many is told with its exceptions
_APART = 0.5  # shares of filled rows that differ by so much between categories are told


def with_common_answers(
    evidence: Mapping[str, Evidence], wanted: Iterable[str], sharing: Mapping[str, Sharing], run: Run
) -> dict[str, Evidence]:
    """`evidence` with the answers to common questions about the nodes `wanted`, as far as `sharing` lets them be
    told."""
    answered = dict(evidence)
    for unique_id in wanted:
        one = evidence[unique_id]
        table = safe_table(one, (one.name,), visible_profile(one.profile, sharing.get(unique_id, Sharing())))
        answers = common_answers(one, table, run)
        if answers:
            answered[unique_id] = replace(one, answers=answers)
    return answered


def common_answers(evidence: Evidence, table: SafeTable | None, run: Run) -> tuple[str, ...]:
    """Sentences about the order of moments, sums and products of columns, and in which category a column is filled.

    `table` is what may be seen of the node's relation, None where nothing may; `run` runs SQL of ours. Never raises: a
    question that cannot be answered is left out.
    """
    profile = evidence.profile
    if table is None or profile is None or not MIN_ROWS <= profile.rows <= MAX_ROWS:
        return ()
    answers: list[str] = []
    for question in (_orders_of_moments, _identities, _filled_by_category):
        try:
            answers += question(evidence, table, run)
        except WarehouseError:
            continue
    return tuple(answers[:MAX_ANSWERS])


def _orders_of_moments(evidence: Evidence, table: SafeTable, run: Run) -> Iterator[str]:
    moments = [column.name for column in table.columns if column.shown is Shown.MOMENT][:MAX_MOMENTS]
    pairs = list(combinations(moments, 2))
    if not pairs:
        return
    asked = [
        f"count(*) FILTER (WHERE {name(a)}::TIMESTAMP {sign} {name(b)}::TIMESTAMP)"
        for a, b in pairs
        for sign in ("<", "=", ">")
    ]
    (counts,) = run(f"SELECT {', '.join(asked)} FROM {table.source}")
    for (a, b), before, same, after in zip(pairs, counts[::3], counts[1::3], counts[2::3], strict=True):
        if before < after:
            a, b, before, after = b, a, after, before
        rows = before + same + after
        if rows < MIN_ROWS or before < MIN_ROWS_PER_VALUE:
            continue
        if after == 0:
            yield f"`{b}` is never before `{a}`, of {rows:,} rows that have both."
        elif after >= MIN_ROWS_PER_VALUE and after <= rows * (1 - _NEARLY):
            yield f"`{b}` is before `{a}` in {after:,} of {rows:,} rows that have both."


def _identities(evidence: Evidence, table: SafeTable, run: Run) -> Iterator[str]:
    """A column that is the sum, the difference or the product of two others in all rows."""
    numbers = [column.name for column in table.columns if column.shown is Shown.NUMBER and _varies(evidence, column)]
    candidates = [
        (total, a, sign, b)
        for total, a, b in islice(permutations(numbers[:MAX_NUMBERS], 3), 200)
        if a < b
        for sign in ("+", "*")
    ]
    if not candidates:
        return
    asked = []
    for total, a, sign, b in candidates:
        three = [f"{name(column)}::DOUBLE" for column in (total, a, b)]
        both = f"{three[1]} NOT IN (0, 1) AND {three[2]} NOT IN (0, 1) AND {three[0]} IS NOT NULL"
        off = f"abs({three[0]} - ({three[1]} {sign} {three[2]}))"
        asked.append(f"count(*) FILTER (WHERE {both})")
        asked.append(f"count(*) FILTER (WHERE {off} > 0.011)")  # both sides may have been rounded to cents
    (counts,) = run(f"SELECT {', '.join(asked)} FROM {table.source}")
    for (total, a, sign, b), telling, wrong in zip(candidates, counts[::2], counts[1::2], strict=True):
        if wrong == 0 and telling >= MIN_ROWS:
            times = "times" if sign == "*" else "plus"
            yield f"`{total}` is `{a}` {times} `{b}` in every row that has all three."


def _varies(evidence: Evidence, column: SafeColumn) -> bool:
    known = evidence.profile.column(column.name) if evidence.profile else None
    return known is not None and known.distinct > 2


def _filled_by_category(evidence: Evidence, table: SafeTable, run: Run) -> Iterator[str]:
    told = {frozenset(finding.columns) for finding in evidence.findings if finding.code == "filled-when"}
    profile = evidence.profile
    known = {column.name: column for column in profile.columns} if profile else {}
    nullable = [
        column.name
        for column in table.columns
        if column.name in known and MIN_ROWS_PER_VALUE <= known[column.name].nulls <= known[column.name].rows - 5
    ]
    categories = [
        column
        for column in table.columns
        if column.shown is Shown.FLAG
        or (column.shown is Shown.WORDS and column.complete and 2 <= len(column.values) <= MAX_CATEGORY_VALUES)
    ]
    for category in categories[:MAX_CATEGORIES]:
        wanted = [column for column in nullable if column != category.name][:20]
        wanted = [column for column in wanted if frozenset((column, category.name)) not in told]
        if not wanted:
            continue
        counted = ", ".join(f"count({name(column)})" for column in wanted)
        rows = run(
            f"SELECT {name(category.name)}::VARCHAR, count(*), {counted} FROM {table.source} GROUP BY 1 ORDER BY 1"
        )
        rows = [row for row in rows if row[0] is not None and row[1] >= MIN_ROWS_PER_VALUE]
        for place, column in enumerate(wanted, 2):
            shares = [row[place] / row[1] for row in rows]
            small = any(0 < row[place] < MIN_ROWS_PER_VALUE for row in rows)
            if len(shares) > 1 and not small and max(shares) - min(shares) >= _APART:
                parts = ", ".join(f"'{row[0]}' {row[place]:,} of {row[1]:,}" for row in rows)
                yield f"Rows in which `{column}` is filled, by `{category.name}`: {parts}."
