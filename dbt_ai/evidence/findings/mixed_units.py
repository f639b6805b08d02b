"""A measure in two units at once, with nothing to tell them apart."""

from __future__ import annotations

import math

from dbt_ai.evidence.findings.names import is_identifier
from dbt_ai.evidence.findings.values import Subject
from dbt_ai.evidence.findings.wording import figure
from dbt_ai.evidence.profile.query import name
from dbt_ai.evidence.profile.types import TypeClass, is_whole_number, type_class
from dbt_ai.values import Finding

MIN_ROWS = 50  # on each side of the gap
MIN_SHARE = 0.05
MIN_GAP = 2.0  # nothing lies between a bound and twice as much
MIN_FRACTIONAL = 0.5


def mixed_units(subject: Subject) -> tuple[Finding, ...]:
    """`mixed-units`: `price` holds two groups about 100 times apart: 900 values around 24.9, of which most have a
    fraction, and 310 around 2,490, all whole. Part of it seems to be in cents.

    Each group has at least 50 values and 5 % of all; no value lies in a gap of at least a factor of 2 between them;
    their medians are 100 or 1,000 times apart (within a factor of 2); at least half of the smaller values have a
    fraction, and no larger one has.
    """
    found: tuple[Finding, ...] = ()
    for column in subject.columns:
        if (
            type_class(column.type) is not TypeClass.NUMBER
            or is_whole_number(column.type)
            or is_identifier(column.name)
            or column.rows - column.nulls < 2 * MIN_ROWS
            or column.distinct < 20
        ):
            continue
        quoted = f"{name(column.name)}::DOUBLE"
        values = f"SELECT {quoted} AS x FROM {subject.table} WHERE {quoted} > 0 AND isfinite({quoted})"
        gap = (
            f"SELECT x, lead(x) OVER (ORDER BY x) AS y FROM (SELECT DISTINCT x FROM ({values})) "
            f"QUALIFY y >= {MIN_GAP} * x ORDER BY y / x DESC LIMIT 5"
        )
        for low, _ in subject.rows(gap):
            sql = (
                f"SELECT x > {low!r} AS larger, count(*) AS n, median(x), avg((x <> floor(x))::INT) AS fractional "
                f"FROM ({values}) GROUP BY 1 ORDER BY 1"
            )
            (_, small, small_median, fractional), (_, large, large_median, whole_not) = subject.rows(sql)
            power = math.log10(large_median / small_median)
            if (
                min(small, large) >= max(MIN_ROWS, MIN_SHARE * (small + large))
                and any(abs(power - factor) <= 0.3 for factor in (2, 3))
                and fractional >= MIN_FRACTIONAL
                and not whole_not
            ):
                factor = 10 ** round(power)
                sentence = (
                    f"`{column.name}` holds two groups about {factor:,} times apart: {small:,} values around "
                    f"{figure(small_median)}, most with a fraction, and {large:,} around {figure(large_median)}, all "
                    "whole: part of it is in another unit."
                )
                numbers = {"factor": factor, "small": small, "large": large}
                found += subject.finding("mixed-units", (column.name,), sentence, sql, **numbers)
                break
    return found
