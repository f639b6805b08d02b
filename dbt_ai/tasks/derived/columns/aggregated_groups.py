"""Figures over groups that were made before: the average of counts, the number of groups."""

from __future__ import annotations

from dbt_ai.sql.values import Aggregate, ColumnRef
from dbt_ai.tasks.derived.columns.aggregated_rows import is_group_filter, rows_of
from dbt_ai.tasks.derived.entities import entity_of_key
from dbt_ai.tasks.derived.values import ColumnContext, Draft, Strength, proved
from dbt_ai.tasks.derived.wording import code, listed

_OVER = {"avg": "Average", "min": "Lowest", "max": "Highest", "median": "Median"}
_INNER = {"sum": "sum of {}", "avg": "of the averages of {}", "min": "lowest {}", "max": "highest {}"}


def aggregate_of_groups(context: ColumnContext, found: Aggregate, scope: str) -> Draft | None:
    """`avg(n)` over a query that counts per ward is "Average number of visits per `ward_id`, over the visits of the
    patient."

    Sums of sums are sums of the rows; the number of groups is the number of what they are keyed by.
    """
    facts = context.facts
    further = [
        (ref, sql)
        for ref, sql in zip(found.groups_by, found.groups_by_sql, strict=True)
        if sql not in found.group_by_sql and not _joined_to(context, ref, found.group_by)
    ]
    if facts is None or found.condition_sql or any(ref is None for ref, _ in further) or not further:
        return None
    if any(not is_group_filter(context, found, sql) for sql in found.filters_sql):
        return None
    keys = [ref for ref, _ in further if ref is not None]
    text = _groups(context, found, keys, scope) if found.function == "count" else _figures(context, found, keys, scope)
    return Draft(proved(text + ".", facts.sql), Strength.MEANING) if text else None


def _joined_to(context: ColumnContext, ref: ColumnRef | None, keys: tuple[ColumnRef | None, ...]) -> bool:
    """Whether a join makes the column equal to one of the keys."""
    facts = context.evidence.facts
    pairs = {frozenset(pair) for join in (facts.joins if facts else ()) for pair in join.on}
    return any(key is not None and frozenset((ref, key)) in pairs for key in keys)


def _groups(context: ColumnContext, found: Aggregate, keys: list[ColumnRef], scope: str) -> str | None:
    """How many groups there are: how many different keys."""
    counted = found.argument_sql in ("*", "1") or (len(keys) == 1 and found.argument == keys[0])
    if not counted or len(keys) != 1:
        return None
    named, shown = entity_of_key(keys[0].column), context.world.shown(keys[0])
    return f"Number of different {named.many} ({shown}){scope}" if named else f"Number of different {shown}{scope}"


def _figures(context: ColumnContext, found: Aggregate, keys: list[ColumnRef], scope: str) -> str | None:
    inner = found.inner
    if inner is None or inner.inner is not None or inner.groups_by_sql or inner.condition_sql or inner.filters_sql:
        return None
    rows = rows_of(context, inner)
    figure = _figure(context, inner)
    if rows is None or figure is None:
        return None
    if found.function == "sum" and inner.function == "sum" and not inner.distinct:
        return f"{figure[0].upper()}{figure[1:]} over the {rows}{scope}"
    if found.function == "sum" and inner.function == "count" and inner.argument_sql == "*":
        return f"Number of {rows}{scope}"
    if found.function not in _OVER or found.distinct:
        return None
    per = listed([code(key.column) for key in keys])
    return f"{_OVER[found.function]} {figure} per {per}, over the {rows}{scope}"


def _figure(context: ColumnContext, inner: Aggregate) -> str | None:
    if inner.function == "count" and inner.argument_sql == "*":
        rows = rows_of(context, inner)
        return f"number of {rows}" if rows else None
    if inner.function not in _INNER or inner.distinct or inner.argument is None:
        return None
    return _INNER[inner.function].format(context.world.shown(inner.argument))
