"""What is known of a node and of its columns, as the lines of a prompt: whatever is in it, a line stays one line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dbt_ai.evidence.masking import visible
from dbt_ai.evidence.personal_names import FREE_TEXT, PRIVATE, personal_name
from dbt_ai.evidence.sharing import Share, Sharing
from dbt_ai.evidence.values import Evidence
from dbt_ai.sql.values import Aggregate, ColumnFacts, ColumnRef, NullCause, NullReason, same_name

_LONGEST = 600  # characters of one expression or text
_MOST = 20  # values, branches, filters of one kind


def one_line(text: object, longest: int = _LONGEST) -> str:
    """`text` on one line, without what must not be sent, its middle left out where it is too long."""
    line = " ".join(visible(str(text)).split())
    if len(line) <= longest:
        return line
    half = (longest - 7) // 2
    return f"{line[:half]} [...] {line[-half:]}"


def node_name(unique_id: str) -> str:
    """The name that SQL and people use for a node of dbt.

    >>> node_name("model.shop.orders.v2"), node_name("source.shop.raw.payments")
    ('orders', 'payments')
    """
    parts = unique_id.split(".")
    if len(parts) < 3:
        return unique_id
    return parts[-1] if parts[0] == "source" else parts[2]


def node_lines(evidence: Evidence, levels: Sharing) -> Iterator[str]:
    """What is known of the node as a whole. What the data alone says of a key is a statistic of it."""
    yield f"name: {one_line(evidence.name)}"
    yield f"resource type: {evidence.resource_type}"
    relation, facts = evidence.relation, evidence.facts
    for key in relation.unique_keys:
        if _withheld(key, levels):
            continue
        yield f"unique together, by a test, a constraint or its SQL: {_names(key)}"
    for foreign in relation.foreign_keys:
        yield f"{_names(foreign.columns)} refers to {_refs(foreign.references)}"
    if facts is not None:
        if facts.single_row:
            yield "grain: a single row"
        if facts.rows_of:
            yield f"grain: one row for each row of {_node(facts.rows_of)} that passes the filters"
        if facts.grouped_by:
            yield f"grain: grouped by {'; '.join(one_line(key) for key in facts.grouped_by)}"
        for found in facts.keys[:3]:
            if _withheld(found.columns, levels) or any(parent in levels.silent for parent, _ in found.relies_on):
                continue
            apart = ", among rows without a NULL in it" if found.nulls_apart else ""
            yield f"unique together, as the SQL shows ({one_line(found.basis)}{apart}): {_names(found.columns)}"
        for branch in facts.union_of:
            yield f"one branch of a union reads: {_nodes(branch)}"
        for condition in facts.filters[:_MOST]:
            yield f"filter ({one_line(condition.clause)}): {one_line(condition.sql)}"
        for join in facts.joins[:_MOST]:
            known = None if levels.silent.intersection(join.right) else join.keeps_grain
            grain = {True: "keeps the grain", False: "can repeat rows", None: "may repeat rows"}[known]
            left, right = (_nodes(side) for side in (join.left, join.right))
            yield f"{one_line(join.kind)} join of {left} with {right} on {one_line(join.sql)}: {grain}"
        for note in facts.notes[:_MOST]:
            yield f"not known: {one_line(note)}"
    for problem in evidence.problems:
        yield f"not known: {one_line(problem)}"
    if evidence.downstream:
        yield f"read by: {', '.join(one_line(name) for name in evidence.downstream[:_MOST])}"


def column_lines(
    evidence: Evidence, name: str, key: str, data: Mapping[str, Any] | None, levels: Sharing
) -> Iterator[str]:
    """What is known of the column called `name`, to be answered under `key`. `data` is what may be shown of its
    profile."""
    yield f"- key {json.dumps(key, ensure_ascii=False)}" + ("" if key == name else f", column {one_line(name)}")
    facts = evidence.facts.column(name) if evidence.facts else None
    declared = next((type_ for column, type_ in evidence.relation.columns if same_name(column, name)), None)
    type_ = declared or (facts.type if facts else None)
    lines: list[str] = [] if type_ is None else [f"type: {one_line(type_)}"]
    if facts is not None:
        lines += _facts_lines(facts, evidence.upstream_descriptions, _holds_values_of_people(name, levels))
    lines += _relation_lines(evidence, name, levels)
    if data:
        shown = {k: _masked(v) for k, v in data.items() if k not in ("name", "type")}
        lines.append(f"data today: {one_line(json.dumps(shown, ensure_ascii=False, default=str), 2 * _LONGEST)}")
    yield from (f"  {line}" for line in lines)


def _facts_lines(facts: ColumnFacts, upstream: Mapping[str, str], people: bool) -> Iterator[str]:
    yield f"{facts.kind.value}: {one_line(facts.sql)}"
    for source in facts.sources[:_MOST]:
        written = upstream.get(f"{node_name(source.relation)}.{source.column}")
        if written:
            yield f"description of its source {_ref(source)}: {one_line(written)}"
    if facts.aggregate is not None:
        yield from _aggregate_lines(facts.aggregate)
    if facts.window is not None:
        window = facts.window
        parts = [f"window: {one_line(window.function)}({one_line(window.argument_sql)})"]
        if window.partition_by_sql:
            parts.append(f"for each {one_line(', '.join(window.partition_by_sql))}")
        if window.order_by_sql:
            parts.append(f"in the order of {one_line(', '.join(window.order_by_sql))}")
        yield " ".join(parts)
    for branch in facts.branches[:_MOST]:
        condition = "else" if branch.condition_sql is None else f"when {one_line(branch.condition_sql)}"
        yield f"{condition}: {one_line(branch.value_sql)}"
    if facts.default_sql is not None:
        yield f"instead of NULL: {one_line(facts.default_sql)}"
    if facts.factor is not None:
        yield f"conversion: {facts.factor[0]} {one_line(facts.factor[1])}"
    if facts.nullability.never:
        yield "NULL: never"
    for reason in facts.nullability.reasons[:_MOST]:
        yield f"NULL possible: {_null_reason(reason)}"
    if facts.domain is not None and not people:
        yield f"values that the SQL allows: {_values(facts.domain.values)}"


def _aggregate_lines(aggregate: Aggregate) -> Iterator[str]:
    distinct = "distinct " if aggregate.distinct else ""
    parts = [f"aggregate: {one_line(aggregate.function)}({distinct}{one_line(aggregate.argument_sql)})"]
    if aggregate.rows_of:
        parts.append(f"over rows of {_nodes(aggregate.rows_of)}")
    if aggregate.group_by_sql:
        parts.append(f"for each {one_line(', '.join(aggregate.group_by_sql))}")
    if aggregate.condition_sql is not None:
        parts.append(f"only where {one_line(aggregate.condition_sql)}")
    if aggregate.filters_sql:
        parts.append(f"among rows where {one_line(' and '.join(aggregate.filters_sql))}")
    yield " ".join(parts)
    if aggregate.fans_out:
        yield "a join before this aggregate can repeat the rows that go into it"


def _null_reason(reason: NullReason) -> str:
    if reason.cause is NullCause.INPUT and reason.source is not None:
        return f"where {_ref(reason.source)} is"
    if reason.cause is NullCause.OUTER_JOIN:
        pairs = [f"{_ref(left)} = {_ref(right)}" for left, right in reason.on if left and right]
        side = _nodes(reason.relations)
        filters = f", among rows where {one_line(' and '.join(reason.filters_sql))}" if reason.filters_sql else ""
        return f"no row of {side or 'the optional side'} matches{' on ' if pairs else ''}{' and '.join(pairs)}{filters}"
    return f"{reason.cause.value}: {one_line(reason.sql)}" if reason.sql else str(reason.cause.value)


def _relation_lines(evidence: Evidence, name: str, levels: Sharing) -> Iterator[str]:
    relation = evidence.relation
    unique = any(len(key) == 1 and same_name(key[0], name) for key in relation.unique_keys)
    if unique and not _withheld((name,), levels):
        yield "known to be unique"
    if any(same_name(column, name) for column in relation.not_null):
        yield "known to be never NULL"
    for column, values in relation.domains:
        if same_name(column, name) and not _holds_values_of_people(name, levels):
            yield f"values that a test or the SQL allows: {_values(values)}"


def _withheld(key: Iterable[str], levels: Sharing) -> bool:
    """Whether it may not be told that a key is one: its data says so, and nothing of it may be told."""
    return levels.data_key and any(levels.of(column) is Share.NOTHING for column in key)


def _holds_values_of_people(name: str, levels: Sharing) -> bool:
    folded = name.casefold()
    suspected = None if folded in levels.harmless else personal_name(name)
    return folded in levels.personal or suspected not in (None, PRIVATE, FREE_TEXT)


def _masked(value: Any) -> Any:
    """A value of a profile, masked before JSON puts it into other letters."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Mapping):
        return {key: _masked(each) for key, each in value.items()}
    return [_masked(each) for each in value] if isinstance(value, list) else value


def _values(values: Iterable[str]) -> str:
    shown = list(values)
    more = f" and {len(shown) - _MOST} more" if len(shown) > _MOST else ""
    return ", ".join(f"'{one_line(value, 80)}'" for value in shown[:_MOST]) + more


def _names(columns: Iterable[str]) -> str:
    return "(" + ", ".join(one_line(column) for column in columns) + ")"


def _node(unique_id: str) -> str:
    return one_line(node_name(unique_id))


def _nodes(unique_ids: Iterable[str]) -> str:
    return ", ".join(_node(unique_id) for unique_id in unique_ids)


def _ref(ref: ColumnRef) -> str:
    return one_line(f"{node_name(ref.relation)}.{ref.column}")


def _refs(refs: Iterable[ColumnRef]) -> str:
    return ", ".join(_ref(ref) for ref in refs)
