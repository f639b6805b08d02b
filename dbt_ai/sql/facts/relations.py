"""The facts of a base relation, read as if it were a query."""

from __future__ import annotations

from dbt_ai.sql.facts.inline import leaf
from dbt_ai.sql.facts.rows import OpenColumns, Result, quoted
from dbt_ai.sql.values import (
    ColumnFacts,
    ColumnKind,
    ColumnRef,
    Domain,
    Key,
    Nullability,
    NullCause,
    NullReason,
    QueryFacts,
    Relation,
    same_name,
)


def relation_facts(relation: Relation) -> Result:
    """What is known of the rows and columns of `relation`."""
    maker = _Columns(relation)
    keys = tuple(
        Key(columns, "inherited", relies_on=((relation.key, columns),), nulls_apart=not maker.all_not_null(columns))
        for columns in relation.unique_keys
        if columns
    )
    facts = QueryFacts(
        columns=tuple(maker.make(name, type_) for name, type_ in relation.columns),
        keys=keys,
        rows_of=relation.key,
        base_relations=(relation.key,),
    )
    return Result(facts, whole=True, open=None if relation.complete and relation.columns else maker)


class _Columns(OpenColumns):
    def __init__(self, relation: Relation) -> None:
        self._relation = relation
        self._not_null = {name.casefold() for name in relation.not_null}
        self._domains = {name.casefold(): values for name, values in relation.domains}
        self._unique = {key[0].casefold() for key in relation.unique_keys if len(key) == 1}

    def all_not_null(self, columns: tuple[str, ...]) -> bool:
        return all(column.casefold() in self._not_null for column in columns)

    def column(self, name: str) -> ColumnFacts | None:
        listed = next((type_ for column, type_ in self._relation.columns if same_name(column, name)), None)
        return self.make(name, listed)

    def make(self, name: str, type_: str | None) -> ColumnFacts:
        relation = self._relation
        ref = ColumnRef(relation.key, name)
        table = relation.parts[2]
        sql = f"{quoted(table)}.{quoted(name)}"
        if name.casefold() in self._not_null:
            nullability = Nullability(True, relies_on=(ref,))
        else:
            nullability = Nullability(False, (NullReason(NullCause.INPUT, sql, source=ref),))
        values = self._domains.get(name.casefold())
        return ColumnFacts(
            name=name,
            kind=ColumnKind.PASS_THROUGH,
            sql=sql,
            sources=(ref,),
            type=type_ or None,
            nullability=nullability,
            domain=_domain(sql, values) if values else None,
            grain_kept=True,
            source_unique_kept=True if name.casefold() in self._unique else None,
            repeated=False,
            expression=leaf(ref, table, name),
        )


def _domain(sql: str, values: tuple[str, ...]) -> Domain:
    listed = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    return Domain(values, f"{sql} IN ({listed})")
