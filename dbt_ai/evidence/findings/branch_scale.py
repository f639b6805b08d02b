"""A measure whose scale depends on where its rows come from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dbt_ai.evidence.findings.names import is_identifier, words
from dbt_ai.evidence.findings.values import MIN_ROWS, Subject
from dbt_ai.evidence.findings.wording import figure, listed, shareable
from dbt_ai.evidence.profile.query import name
from dbt_ai.evidence.profile.types import TypeClass, type_class
from dbt_ai.evidence.values import ColumnProfile
from dbt_ai.sql.values import ColumnKind
from dbt_ai.values import Finding

MAX_GROUPS = 20
MAX_MEASURES = 40
UNIT_FACTORS = (2, 3, 6)  # powers of ten between units: cents, thousandths, millionths
TOLERANCE = 0.35  # of the power: the branches need not hold the same goods
_SOURCE_WORDS = frozenset(
    {
        *("source", "system", "provider", "platform", "channel", "gateway", "processor", "origin", "vendor", "store"),
        *(
            "connector",
            "integration",
            "feed",
            "branch",
            "app",
            "application",
            "account",
            "database",
            "currency",
            "unit",
        ),
        *("file", "supplier", "tenant", "instance", "network", "dataset", "relation", "shop", "site"),
    }
)


@dataclass(frozen=True)
class _Group:
    """The size of a measure where the discriminator has one value: the middle and the outer tenths."""

    value: str
    rows: int
    low: float
    median: float
    high: float


def branch_scale(subject: Subject) -> tuple[Finding, ...]:
    """`branch-scale`: `amount` is about 100 times as large where `source` is 'shopify' (median 4,599) as where it is
    'stripe' (median 45.99): their units differ.

    Groups by columns of 2 to 20 values that tell branches of a union apart, by the SQL or by their name (source,
    system, provider, currency ...). Each group has at least 20 values; the groups fall into two whose medians are apart
    by about 100, 1,000 or a million (within a factor of 2.2), and nine tenths of the larger ones are above nine tenths
    of the smaller ones.
    """
    measures = [
        column
        for column in subject.columns
        if type_class(column.type) is TypeClass.NUMBER and column.distinct >= 10 and not is_identifier(column.name)
    ][:MAX_MEASURES]
    found: tuple[Finding, ...] = ()
    told: set[str] = set()
    for discriminator in subject.columns:
        if not measures or not _tells_branches(subject, discriminator):
            continue
        for measure, groups in zip(measures, _groups(subject, discriminator, measures), strict=True):
            split = split_by_unit(groups)
            if split and measure.name not in told:
                told.add(measure.name)
                found += _told(subject, measure, discriminator, *split)
    return found


def split_by_unit(groups: Sequence[_Group]) -> tuple[list[_Group], list[_Group], int] | None:
    """The groups in two, the smaller ones first, with the factor between them, when they lie a unit apart."""
    ordered = sorted((g for g in groups if g.rows >= MIN_ROWS and g.median > 0), key=lambda g: g.median)
    for cut in range(1, len(ordered)):
        small, large = ordered[:cut], ordered[cut:]
        if max(g.high for g in small) >= min(g.low for g in large):
            continue
        power = math.log10(_middle(large) / _middle(small))
        for factor in UNIT_FACTORS:
            if abs(power - factor) <= TOLERANCE:
                return small, large, 10**factor
    return None


def _middle(groups: Sequence[_Group]) -> float:
    """The geometric mean of the medians, weighed by rows."""
    rows = sum(g.rows for g in groups)
    return float(math.exp(sum(g.rows * math.log(g.median) for g in groups) / rows))


def _tells_branches(subject: Subject, column: ColumnProfile) -> bool:
    if not 2 <= column.distinct <= MAX_GROUPS or type_class(column.type) in (TypeClass.OPAQUE, TypeClass.TEMPORAL):
        return False
    facts = subject.facts.column(column.name) if subject.facts else None
    by_sql = subject.facts and subject.facts.union_of and facts and facts.kind in (ColumnKind.UNION, ColumnKind.LITERAL)
    # A measure is no discriminator, whatever it is called.
    return bool(by_sql and type_class(column.type) is TypeClass.TEXT) or bool(set(words(column.name)) & _SOURCE_WORDS)


def _groups(subject: Subject, discriminator: ColumnProfile, measures: Sequence[ColumnProfile]) -> list[list[_Group]]:
    asked = ", ".join(f"count(x{i}), quantile_cont(x{i}, [0.1, 0.5, 0.9])" for i in range(len(measures)))
    sizes = ", ".join(
        f"CASE WHEN isfinite({name(m.name)}::DOUBLE) THEN nullif(abs({name(m.name)}::DOUBLE), 0) END AS x{i}"
        for i, m in enumerate(measures)
    )
    quoted = name(discriminator.name)
    rows = subject.rows(
        f"SELECT v, {asked} FROM (SELECT {quoted}::VARCHAR AS v, {sizes} FROM {subject.table}) "
        "WHERE v IS NOT NULL GROUP BY v ORDER BY v"
    )
    return [
        [_Group(row[0], row[1 + 2 * i], *row[2 + 2 * i]) for row in rows if row[1 + 2 * i]]
        for i in range(len(measures))
    ]


def _told(
    subject: Subject,
    measure: ColumnProfile,
    discriminator: ColumnProfile,
    small: list[_Group],
    large: list[_Group],
    factor: int,
) -> tuple[Finding, ...]:
    less = listed(shareable([g.value for g in small], discriminator), "or")
    more = listed(shareable([g.value for g in large], discriminator), "or")
    where, there = (f" where `{discriminator.name}` is {more}", f" where it is {less}") if less and more else ("", "")
    by = "" if where else f" for some values of `{discriminator.name}` than for others"
    comparison = "as large" if where else "larger"
    sentence = (
        f"`{measure.name}` is about {factor:,} times {comparison}{where} (median {figure(_middle(large))})"
        + (f" as{there} (median {figure(_middle(small))})" if where else f"{by} (median {figure(_middle(small))})")
        + ": its unit seems not to be the same in all rows."
    )
    sql = (
        f"SELECT {name(discriminator.name)}, count(*), median({name(measure.name)}) FROM {subject.table} "
        "GROUP BY 1 ORDER BY 3"
    )
    numbers = {"factor": factor, "small_median": _middle(small), "large_median": _middle(large)}
    return subject.finding("branch-scale", (measure.name, discriminator.name), sentence, sql, **numbers)
