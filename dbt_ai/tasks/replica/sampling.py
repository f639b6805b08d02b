"""The SELECT that reads some rows of a table, the same ones each time and those that belong to the rows of others."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from dbt_ai.tasks.replica.links import Links


@dataclass(frozen=True)
class Table:
    """A table of the warehouse: its name, and the names of its columns as SQL takes them, by their folded name."""

    name: str
    columns: Mapping[str, str]


def sampling_sql(
    unique_id: str,
    tables: Mapping[str, Table],
    links: Links,
    cut: Collection[str],
    rows: int,
    asked: Sequence[str] = ("*",),
    more: int = 0,
) -> str:
    """SQL for at most `rows` rows of the table `unique_id`, in the order of its key where one is known, and for `more`
    to see whether there are more. Of a table that
    refers to another one of which not all rows are read (`cut`), only the rows that refer to those that are.

    >>> links = Links({"orders": ("id",)}, ())
    >>> print(sampling_sql("orders", {"orders": Table("shop.orders", {"id": '"ID"'})}, links, (), 10))
    select * from shop.orders order by "ID" limit 10
    """
    table = tables[unique_id]
    conditions = []
    for link in links.of:
        column = table.columns.get(link.column.column.casefold())
        if link.column.relation != unique_id or link.parent.relation not in cut or column is None:
            continue
        key = tables[link.parent.relation].columns.get(link.parent.column.casefold())
        if key is not None:
            of_parent = sampling_sql(link.parent.relation, tables, links, cut, rows, (key,))
            conditions.append(f"({column} is null or {column} in (select {key} from ({of_parent}) as dbt_ai_parent))")
    where = f" where {' and '.join(conditions)}" if conditions else ""
    key_columns = [table.columns.get(name.casefold()) for name in links.keys.get(unique_id, ())]
    ordered = [column for column in key_columns if column is not None]
    order = f" order by {', '.join(ordered)}" if ordered and len(ordered) == len(key_columns) else ""
    return f"select {', '.join(asked)} from {table.name}{where}{order} limit {rows + more}"
