"""What the classifier looks at: named things that are so of a column or not, by its name, its type and its SQL.

Of the data only the type: whether a test is meant is the classifier's to say, and what the rows say of it is weighed
after that. Were the rows asked both times, a chance regularity among them would be its own witness.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import inflection

from dbt_ai.evidence.values import ColumnProfile, Evidence
from dbt_ai.sql.facts.types import family
from dbt_ai.sql.values import ColumnFacts, ColumnKind, ColumnRef, QueryFacts, Relation, same_name

_PASSED = (ColumnKind.PASS_THROUGH, ColumnKind.RENAMED)


def features_of(evidence: Evidence, column: str, parents: Mapping[str, Relation]) -> frozenset[str]:
    """The features of a column. `parents` has what is known of the relations that the SQL reads, by their keys."""
    profile = evidence.profile.column(column) if evidence.profile else None
    facts = evidence.facts.column(column) if evidence.facts else None
    found = set(_of_name(evidence, column))
    found.add(f"type: {family(_type(evidence, column, profile, facts)) or 'unknown'}")
    if evidence.facts is not None:
        found.update(_of_query(evidence.facts, column))
    if evidence.facts is not None and facts is not None:
        found.update(_of_expression(facts), _of_source(evidence.facts, facts, parents))
    return frozenset(found)


def words_of(name: str) -> list[str]:
    """The words of a name, in lower case.

    >>> words_of("ShippedAt"), words_of("order_id2")
    (['shipped', 'at'], ['order', 'id'])
    """
    spelled = inflection.underscore(name) if re.search("[a-z][A-Z]", name) else name.lower()
    return re.findall(r"[^\W\d_]+", spelled)


def _of_name(evidence: Evidence, column: str) -> Iterator[str]:
    words = words_of(column)
    for word in words:
        yield f"word: {word}"
    if words:
        yield f"first word: {words[0]}"
        yield f"last word: {words[-1]}"
    if len(words) == 1:
        yield "one word"
    rows = {inflection.singularize(word) for word in words_of(evidence.name)}
    if words and inflection.singularize(words[0]) in rows:
        yield "named for the rows"
    names = [name for name, _ in evidence.relation.columns]
    if names and same_name(names[0], column):
        yield "first column"


def _type(evidence: Evidence, column: str, profile: ColumnProfile | None, facts: ColumnFacts | None) -> str | None:
    declared = next((type_ for name, type_ in evidence.relation.columns if same_name(name, column)), None)
    return (profile.type if profile else None) or declared or (facts.type if facts else None)


def _of_query(facts: QueryFacts, column: str) -> Iterator[str]:
    for key in facts.keys:
        alone = len(key.columns) == 1
        if alone and same_name(key.columns[0], column):
            yield "unique where not NULL, by the SQL" if key.nulls_apart else "unique by the SQL"
        elif any(same_name(name, column) for name in key.columns):
            yield "part of a key"
        elif alone:
            yield "another column is the key"
    if facts.grouped_by:
        is_grouped_by = any(same_name(name, column) for name in facts.grouped_by)
        yield "grouped by it" if is_grouped_by else "of a group"
    if facts.union_of:
        yield "of a union"


def _of_expression(facts: ColumnFacts) -> Iterator[str]:
    yield f"made: {facts.kind.value}"
    if facts.aggregate is not None:
        yield f"aggregate: {facts.aggregate.function}{' distinct' if facts.aggregate.distinct else ''}"
    if facts.window is not None:
        yield f"window: {facts.window.function}"
    if facts.domain is not None and len(facts.domain.values) > 1:
        yield "values listed in the SQL"
    if facts.factor is not None:
        yield "converted by a factor"
    if facts.expression is not None:
        yield f"outermost: {type(facts.expression).__name__.lower()}"
        inside = {type(node).__name__.lower() for node in facts.expression.walk()}
        yield from (f"inside: {name}" for name in inside)
    if facts.nullability.never:
        yield "never NULL by the SQL"
    for cause in {reason.cause for reason in facts.nullability.reasons}:
        yield f"NULL by: {cause.value}"


def _of_source(query: QueryFacts, facts: ColumnFacts, parents: Mapping[str, Relation]) -> Iterator[str]:
    if len(facts.sources) != 1:
        return
    source = facts.sources[0]
    for word in words_of(source.column)[-1:]:
        yield f"last word of its source: {word}"
    if facts.kind not in _PASSED:
        return
    relation = parents.get(source.relation)
    if relation is not None and any(fk.columns == (source.column,) for fk in relation.foreign_keys):
        yield "refers to a key"
    if _is_key(source, parents):
        yield "key of what it is from"
    for join in query.joins:
        for pair in join.on:
            if source in pair:
                others = [ref for ref in pair if ref is not None and ref != source]
                yield "joined by"
                if any(_is_key(ref, parents) for ref in others):
                    yield "joined to a key"


def _is_key(ref: ColumnRef, parents: Mapping[str, Relation]) -> bool:
    relation = parents.get(ref.relation)
    return relation is not None and any(len(key) == 1 and same_name(key[0], ref.column) for key in relation.unique_keys)
