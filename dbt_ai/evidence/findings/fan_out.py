"""A sum that a join has multiplied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dbt_ai.evidence.findings.names import words
from dbt_ai.evidence.findings.values import Subject
from dbt_ai.evidence.findings.wording import figure, listed
from dbt_ai.evidence.profile.query import name, table
from dbt_ai.evidence.profile.types import TypeClass, type_class
from dbt_ai.sql.values import Aggregate, ColumnFacts, ColumnKind, ColumnRef, QueryFacts
from dbt_ai.values import Finding

MARGIN = 1.001
MAX_STEPS = 6  # models back
_PER_UNIT = frozenset({"price", "rate", "unit", "per", "factor", "percent", "pct"})


def fan_out(subject: Subject) -> tuple[Finding, ...]:
    """`fan-out`: `total_paid` adds up to 12,340, but orders.amount only to 8,230: the join with payments repeats rows,
    and the sum counts them more than once.

    Looks at sums of a column whose relation is joined, in the same query or in one before it, to several rows of
    another (as far as the SQL does not rule that out). The values summed must not be negative and the rows of this
    relation must stand for the groups of the sum, so that its total can only exceed the source's when rows were counted
    more than once; by at least 0.1 %. Prices and rates of a joined list are multiplied on purpose and not told.
    """
    facts = subject.facts
    if facts is None or not subject.profile.rows:
        return ()
    found: tuple[Finding, ...] = ()
    for column in facts.columns:
        aggregate = column.aggregate
        if not aggregate or aggregate.function != "sum" or aggregate.distinct or aggregate.argument is None:
            continue
        if set(words(aggregate.argument.column)) & _PER_UNIT or not _one_row_a_group(subject, facts, aggregate):
            continue
        for origin, repeating in _repeated(subject, facts, aggregate):
            told = _counted(subject, column, origin, repeating)
            if told:
                found += told
                break
    return found


def _repeated(subject: Subject, facts: QueryFacts, aggregate: Aggregate) -> Iterator[tuple[ColumnRef, list[str]]]:
    """The column summed, then where it was passed on from, wherever a join may repeat its rows; with the names of the
    relations that repeat them."""
    ref: ColumnRef | None = aggregate.argument
    query: QueryFacts | None = facts
    for step in range(MAX_STEPS):
        if ref is None or query is None:
            return
        repeating = _repeating(subject, query, ref)
        if repeating and not (step == 0 and aggregate.fans_out is False):
            yield ref, repeating
        query = subject.context.facts.get(ref.relation)
        column = query.column(ref.column) if query else None
        passed = column and column.kind in (ColumnKind.PASS_THROUGH, ColumnKind.RENAMED) and len(column.sources) == 1
        ref = column.sources[0] if column and passed and query and not query.grouped_by else None


def _repeating(subject: Subject, query: QueryFacts, ref: ColumnRef) -> list[str]:
    return sorted(
        {
            subject.context.relations[key].parts[2]
            for join in query.joins
            if ref.relation in join.left and join.keeps_grain is not True and not join.right_aggregated
            for key in join.right
            if key in subject.context.relations and key != ref.relation
        }
    )


def _counted(subject: Subject, column: ColumnFacts, origin: ColumnRef, repeating: Sequence[str]) -> tuple[Finding, ...]:
    source = subject.context.relations.get(origin.relation)
    profiled = subject.context.profiles.get(origin.relation)
    added, own = (profiled.column(origin.column) if profiled else None), subject.profile.column(column.name)
    if source is None or added is None or own is None:
        return ()
    if type_class(added.type) is not TypeClass.NUMBER or type_class(own.type) is not TypeClass.NUMBER:
        return ()
    sql = (
        f"SELECT (SELECT sum({name(own.name)}::DOUBLE) FROM {subject.table}) AS here, "
        f"sum({name(added.name)}::DOUBLE) AS there, count(*) FILTER (WHERE {name(added.name)} < 0) AS negative "
        f"FROM {table(source)}"
    )
    ((here, there, negative),) = subject.rows(sql)
    if here is None or not there or negative or here <= MARGIN * there:
        return ()
    sentence = (
        f"`{own.name}` adds up to {figure(here)}, but {source.parts[2]}.{added.name} only to {figure(there)}: the "
        f"join with {listed(repeating)} repeats rows, and the sum counts them more than once."
    )
    return subject.finding("fan-out", (own.name,), sentence, sql, here=here, there=there, factor=here / there)


def _one_row_a_group(subject: Subject, facts: QueryFacts, aggregate: Aggregate) -> bool:
    """Whether each group of the aggregate is at most one row of this relation, so that its sums may be added up."""
    if facts.single_row and not aggregate.group_by_sql:
        return True
    groups = [group for group in aggregate.group_by if group is not None]
    if len(groups) != len(aggregate.group_by) or not groups:
        return False
    if facts.grouped_by and len(facts.grouped_by) == len(groups) and facts.rows_of is None:
        return True
    # The sum was joined to other rows afterwards: by a key of theirs that is its group key.
    if len(groups) != 1:
        return False
    for column in facts.columns:
        profile = subject.profile.column(column.name)
        if profile and profile.unique and len(column.sources) == 1 and _joined_on(facts, column.sources[0], groups[0]):
            return True
    return False


def _joined_on(facts: QueryFacts, key: ColumnRef, group: ColumnRef) -> bool:
    return key == group or any(
        {key, group} == {left, right} for join in facts.joins for left, right in join.on if left and right
    )
