"""Which tables of a query are base tables, and what is put in their place."""

from __future__ import annotations

from collections.abc import Container, Mapping

from sqlglot import exp

from dbt_ai.sql.lifting.values import DATABASE, MANY, ONE, OWNER, TABLE, Refused
from dbt_ai.sql.names import quoted
from dbt_ai.sql.query import Lookup, table_parts
from dbt_ai.sql.values import Relation, same_name

_TAKEN_OVER = ("pivots", "joins", "laterals")


def base_tables(tree: exp.Expr, lookup: Lookup, ctes: Container[str] = ()) -> list[tuple[exp.Table, Relation]]:
    """The tables of `tree` that are no CTEs, with the relations they name. Raises Refused for an unknown one.

    `ctes` are the names, in lower case, of CTEs that are not in `tree`, but around it."""
    found = []
    for table in tree.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier) or _is_cte(table):
            continue
        if not table.args.get("db") and table.name.casefold() in ctes:
            continue
        relation = lookup(table_parts(table))
        if relation is None:
            raise Refused("unknown-table", table.sql("duckdb"))
        unknown = [name for name, value in table.args.items() if value and name not in _KNOWN]
        if unknown:
            raise Refused("unknown-table", table.sql("duckdb"))
        found.append((table, relation))
    return found


def put_in_place(tree: exp.Query, keys: Mapping[int, str]) -> exp.Query:
    """`tree`, changed in place, with each base table being that of the one database, under its old name.

    `keys` has the keys of the base tables by their place among all tables of the tree.
    """
    tables = list(tree.find_all(exp.Table))
    _shorten_columns(tree, [tables[place] for place in keys])
    for place, key in keys.items():
        table = tables[place]
        new = exp.Table(this=_quoted(key), db=_quoted("main"), catalog=_quoted(ONE))
        alias = table.args.get("alias") or exp.TableAlias(this=exp.to_identifier(table.name, quoted=True))
        if not alias.this:
            alias.set("this", exp.to_identifier(table.name, quoted=True))
        new.set("alias", alias)
        for name in _TAKEN_OVER:
            if table.args.get(name):
                new.set(name, table.args[name])
        table.replace(new)
    return tree


def of_many(sql: str, keys: Mapping[int, str]) -> str:
    """A query on the tables of the one database, made to read the rows that belong to the database of an outer row."""
    for key in dict.fromkeys(keys.values()):
        name = f'"main".{quoted(key)}'
        own = f"{TABLE}.{DATABASE} = {OWNER}.{DATABASE}"
        rows = f"(SELECT * EXCLUDE ({DATABASE}) FROM {quoted(MANY)}.{name} AS {TABLE} WHERE {own})"
        sql = sql.replace(f"{quoted(ONE)}.{name}", rows)
    return sql


def _is_cte(table: exp.Table) -> bool:
    """Whether the name is a CTE's where the table stands: one of the queries around it, or an earlier one beside it."""
    if table.args.get("db"):
        return False
    node: exp.Expr = table
    while node.parent is not None:
        parent = node.parent
        around = parent.args.get("with_")
        if around is not None and node is not around and any(_called(cte, table.name) for cte in around.expressions):
            return True
        if isinstance(parent, exp.With):
            for cte in parent.expressions:
                if cte is node:
                    if parent.recursive and _called(cte, table.name):
                        return True
                    break
                if _called(cte, table.name):
                    return True
        node = parent
    return False


def _called(cte: exp.Expr, name: str) -> bool:
    return same_name(cte.alias, name)


def _shorten_columns(tree: exp.Expr, tables: list[exp.Table]) -> None:
    """Write `schema.table.column` as `table.column`: the schema is gone from the FROM clause."""
    written = {(table.db.casefold(), table.name.casefold()) for table in tables if table.db and not table.alias}
    if not written:
        return
    for column in tree.find_all(exp.Column):
        if column.args.get("db") and (column.db.casefold(), column.table.casefold()) in written:
            column.set("catalog", None)
            column.set("db", None)


def _quoted(name: str) -> exp.Identifier:
    return exp.to_identifier(name, quoted=True)


_KNOWN = frozenset({"this", "db", "catalog", "alias", *_TAKEN_OVER})
