"""A column that is filled for some values of a category and NULL for all others."""

from __future__ import annotations

from dbt_ai.evidence.findings.names import is_identifier
from dbt_ai.evidence.findings.values import MIN_ROWS, Subject
from dbt_ai.evidence.findings.wording import listed, shareable
from dbt_ai.evidence.profile.query import name
from dbt_ai.evidence.profile.types import TypeClass, type_class
from dbt_ai.evidence.values import ColumnProfile
from dbt_ai.values import Finding

MAX_VALUES = 8
MIN_ROWS_A_VALUE = 5  # fewer rows of one value may agree by luck
MIN_ROWS_A_SIDE = 10
_CHUNK = 100


def filled_when(subject: Subject) -> tuple[Finding, ...]:
    """`filled-when`: `closed_at` is filled exactly where `state` is 'done' (210 of 300 rows).

    Every value of the category must have at least 5 rows that agree, and each side at least 10 rows. Of several
    categories that say the same, the one with the fewest values is told.
    """
    nullable = [column for column in subject.columns if 0 < column.nulls < column.rows]
    categories = sorted((column for column in subject.columns if _is_category(column)), key=lambda c: c.distinct)
    found: dict[str, tuple[Finding, ...]] = {}
    for category in categories if subject.whole else ():
        wanted = [c for c in nullable if c.name != category.name and c.name not in found]
        for start in range(0, len(wanted), _CHUNK):
            for column, told in _told(subject, category, wanted[start : start + _CHUNK]):
                found[column] = told
    return tuple(finding for findings in found.values() for finding in findings)


def _is_category(column: ColumnProfile) -> bool:
    text = type_class(column.type) in (TypeClass.TEXT, TypeClass.BOOLEAN)
    small = 2 <= column.distinct <= MAX_VALUES and column.all_values is not None
    return text and small and column.nulls == 0 and column.rows >= MIN_ROWS and not is_identifier(column.name)


def _told(
    subject: Subject, category: ColumnProfile, columns: list[ColumnProfile]
) -> list[tuple[str, tuple[Finding, ...]]]:
    if not columns:
        return []
    by = name(category.name)
    counts = ", ".join(f"count({name(column.name)})" for column in columns)
    sql = f"SELECT {by}::VARCHAR, count(*), {counts} FROM {subject.table} GROUP BY 1 ORDER BY 1"
    rows = subject.rows(sql)
    if any(total < MIN_ROWS_A_VALUE for _, total, *_ in rows):
        return []
    told = []
    for i, column in enumerate(columns):
        filled = [(value, total) for value, total, *counted in rows if counted[i] == total]
        empty = [(value, total) for value, total, *counted in rows if counted[i] == 0]
        many, few = sum(total for _, total in filled), sum(total for _, total in empty)
        if len(filled) + len(empty) != len(rows) or min(many, few) < MIN_ROWS_A_SIDE:
            continue
        values = listed(shareable([value for value, _ in filled], category), "or")
        if not values:
            continue
        sentence = (
            f"`{column.name}` is filled exactly where `{category.name}` is {values} ({many:,} of {many + few:,} rows)."
        )
        finding = subject.finding(
            "filled-when", (column.name, category.name), sentence, sql, filled=many, rows=many + few
        )
        told.append((column.name, finding))
    return told
