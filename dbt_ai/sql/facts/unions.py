"""The facts of a set operation: what its branches agree on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

from sqlglot import exp

from dbt_ai.sql.facts.domains import union_of
from dbt_ai.sql.facts.keys import best
from dbt_ai.sql.facts.nullability import combine
from dbt_ai.sql.facts.rows import Result, worst
from dbt_ai.sql.values import ColumnFacts, ColumnKind, Key, QueryFacts

_UNDECIDED = "The branches of a {} could not be matched column by column."
_AGREEING = (ColumnKind.PASS_THROUGH, ColumnKind.RENAMED, ColumnKind.CAST, ColumnKind.LITERAL)


def union_facts(operation: exp.SetOperation, left: Result, right: Result) -> Result:
    """The facts of `operation` over two queries."""
    word = operation.key.upper()
    bases = tuple(dict.fromkeys((*left.facts.base_relations, *right.facts.base_relations)))
    notes = tuple(dict.fromkeys((*left.facts.notes, *right.facts.notes)))
    ones, others = left.facts.columns, right.facts.columns
    by_name = operation.args.get("by_name") or operation.args.get("side") or operation.args.get("on")
    complete = left.complete and right.complete
    if not complete or by_name or len(ones) != len(others) or not left.known or not right.known:
        facts = QueryFacts((), base_relations=bases, notes=(*notes, _UNDECIDED.format(word)))
        return Result(facts, known=False)
    distinct = operation.args.get("distinct") is not False
    columns: tuple[ColumnFacts, ...]
    if isinstance(operation, exp.Union):
        columns = tuple(_column(one, other) for one, other in zip(ones, others, strict=True))
        keys = _disjoint_keys(left.facts, right.facts)
        single_row = False
    else:
        columns = tuple(replace(one, source_unique_kept=one.source_unique_kept) for one in ones)
        keys = list(left.facts.keys)
        single_row = left.facts.single_row
    names = [column.name for column in columns]
    if distinct and len({name.casefold() for name in names}) == len(names):
        shown = [c.name for c in columns if not (c.domain and len(c.domain.values) == 1 and c.nullability.never)]
        keys.append(Key(tuple(shown or names), "union" if isinstance(operation, exp.Union) else "distinct"))
    is_union = isinstance(operation, exp.Union)
    facts = QueryFacts(
        columns=columns,
        keys=() if single_row else tuple(best(keys, names)),
        filters=tuple(f for f in left.facts.filters if f in right.facts.filters) if is_union else left.facts.filters,
        union_of=(*_branches(left.facts), *_branches(right.facts)) if is_union else (),
        single_row=single_row,
        base_relations=bases,
        notes=notes,
    )
    whole = is_union and left.whole and right.whole and not operation.args.get("limit")
    return Result(facts, grouped=left.grouped or right.grouped, whole=whole)


def _branches(facts: QueryFacts) -> tuple[tuple[str, ...], ...]:
    return facts.union_of or (facts.base_relations,)


def _column(one: ColumnFacts, other: ColumnFacts) -> ColumnFacts:
    """The column of a UNION whose branches give `one` and `other`."""
    same = one.sql == other.sql and one.sources == other.sources and one.kind == other.kind
    kind = one.kind if same or (one.kind == other.kind and one.kind in _AGREEING) else ColumnKind.UNION
    if {one.kind, other.kind} == {ColumnKind.PASS_THROUGH, ColumnKind.RENAMED}:
        kind = ColumnKind.RENAMED
    sql = one.sql if same else " UNION ".join(dict.fromkeys((*one.sql.split(" UNION "), *other.sql.split(" UNION "))))
    return ColumnFacts(
        name=one.name,
        kind=kind,
        sql=sql,
        sources=tuple(dict.fromkeys((*one.sources, *other.sources))),
        type=one.type if one.type == other.type else None,
        aggregate=one.aggregate if same and one.aggregate == other.aggregate else None,
        window=one.window if same and one.window == other.window else None,
        branches=one.branches if same and one.branches == other.branches else (),
        default_sql=one.default_sql if same and one.default_sql == other.default_sql else None,
        factor=one.factor if same and one.factor == other.factor else None,
        nullability=combine((one.nullability, other.nullability)),
        domain=union_of((one.domain, other.domain), sql) if one.type == other.type else None,
        grain_kept=one.grain_kept and other.grain_kept,
        source_unique_kept=None if one.source_unique_kept is None and other.source_unique_kept is None else False,
        repeated=worst((one.repeated, other.repeated)) if _apart(one, other) else None,
        expression=one.expression if same else None,
    )


def _apart(one: ColumnFacts, other: ColumnFacts) -> bool:
    """Whether the two columns take their values from different relations."""
    return not {ref.relation for ref in one.sources} & {ref.relation for ref in other.sources}


def _disjoint_keys(left: QueryFacts, right: QueryFacts) -> list[Key]:
    """The keys of a UNION ALL: a column whose values tell the branches apart, with a key of each."""
    discriminators = [
        index
        for index, (one, other) in enumerate(zip(left.columns, right.columns, strict=True))
        if one.domain and other.domain and one.nullability.never and other.nullability.never
        and one.type == other.type
        and not {v.casefold() for v in one.domain.values} & {v.casefold() for v in other.domain.values}
    ]  # fmt: skip
    if not discriminators:
        return []
    places = {column.name.casefold(): index for index, column in enumerate(right.columns)}
    own = {column.name.casefold(): index for index, column in enumerate(left.columns)}
    if len(places) != len(right.columns) or len(own) != len(left.columns):
        return []
    found: list[Key] = []
    for one, other in product(_positions(left, own), _positions(right, places)):
        for index in discriminators:
            together = sorted({index, *one[0], *other[0]})
            names = tuple(left.columns[i].name for i in together)
            relies_on = tuple(dict.fromkeys((*one[1].relies_on, *other[1].relies_on)))
            found.append(
                Key(names, "union", left.columns[index].sql, relies_on, one[1].nulls_apart or other[1].nulls_apart)
            )
    return found


def _positions(facts: QueryFacts, places: dict[str, int]) -> Sequence[tuple[frozenset[int], Key]]:
    if facts.single_row:
        return [(frozenset(), Key((), "single row"))]
    return [(frozenset(places[name.casefold()] for name in key.columns), key) for key in facts.keys[:4]]
