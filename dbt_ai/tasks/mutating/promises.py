"""What the tests of a model promise of the relation whose rows it has."""

from __future__ import annotations

from dataclasses import replace

from dbt_ai.sql.values import ColumnKind, QueryFacts, Relation

_PASSED = (ColumnKind.PASS_THROUGH, ColumnKind.RENAMED)


def with_promises(read: Relation, own: Relation, facts: QueryFacts) -> Relation:
    """`read`, a relation that a model reads, with the keys of `own`, the model, and what is never NULL in it, as far as
    these are columns of `read` whose every row is one row of the model: while the model's tests pass, it has them, too.
    """
    if facts.rows_of != read.key or facts.filters or facts.base_relations != (read.key,):
        return read
    source = {
        column.name.casefold(): column.sources[0].column
        for column in facts.columns
        if column.kind in _PASSED and len(column.sources) == 1 and column.sources[0].relation == read.key
    }
    keys = [
        tuple(source[name.casefold()] for name in key)
        for key in own.unique_keys
        if all(name.casefold() in source for name in key)
    ]
    filled = {source[name.casefold()] for name in own.not_null if name.casefold() in source}
    return replace(read, unique_keys=tuple(dict.fromkeys((*read.unique_keys, *keys))), not_null=read.not_null | filled)
