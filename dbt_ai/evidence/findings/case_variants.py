"""Values that differ only in case or in blanks around them."""

from __future__ import annotations

from collections import defaultdict

from dbt_ai.evidence.findings.names import is_identifier
from dbt_ai.evidence.findings.values import MIN_ROWS, Subject
from dbt_ai.evidence.findings.wording import listed, shareable
from dbt_ai.evidence.profile.query import name
from dbt_ai.evidence.profile.types import TypeClass, type_class
from dbt_ai.values import Finding

MAX_DISTINCT = 200
MIN_ROWS_PER_VALUE = 5


def case_variants(subject: Subject) -> tuple[Finding, ...]:
    """`case-variants`: `status` writes the same value in different ways: 'paid' (120 rows) and 'Paid' (31 rows).

    Text of at most 200 distinct values with 5 rows each on average, of at least 20 rows; ids are not looked at, for
    case may matter in them.
    """
    found: tuple[Finding, ...] = ()
    for column in subject.columns:
        filled = column.rows - column.nulls
        if (
            type_class(column.type) is not TypeClass.TEXT
            or is_identifier(column.name)
            or filled < MIN_ROWS
            or not 2 <= column.distinct <= MAX_DISTINCT
            or filled < MIN_ROWS_PER_VALUE * column.distinct
        ):
            continue
        quoted = name(column.name)
        sql = (
            f"SELECT lower(trim({quoted})) AS value, count(DISTINCT {quoted}) AS ways FROM {subject.table} "
            f"WHERE {quoted} IS NOT NULL GROUP BY 1 HAVING count(DISTINCT {quoted}) > 1 ORDER BY 1 LIMIT 100"
        )
        folded = [str(value) for value, _ in subject.rows(sql)]
        if not folded:
            continue
        variants: dict[str, list[str]] = defaultdict(list)
        for value, _ in column.top_values:
            variants[value.strip().lower()].append(value)
        counts = dict(column.top_values)
        ways = variants.get(folded[0], [])
        shown = shareable(ways, column)
        example = [f"{text} ({counts[way]:,} rows)" for way, text in zip(ways, shown, strict=False)]
        what = "a value" if len(folded) == 1 else f"{len(folded)} values"
        sentence = f"`{column.name}` writes {what} in more than one way, differing in case or blanks"
        sentence += f": {listed(example)}." if len(example) > 1 else "."
        found += subject.finding("case-variants", (column.name,), sentence, sql, values=len(folded))
    return found
