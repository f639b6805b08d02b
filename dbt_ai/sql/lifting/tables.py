"""Which tables of a query are base tables, and what is put in their place."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlglot import exp

from dbt_ai.sql.lifting.values import DATABASE, MANY, ONE, OWNER, TABLE, Refused
from dbt_ai.sql.query import Lookup, table_parts
from dbt_ai.sql.values import Relation, same_name

_TAKEN_OVER = ("pivots", "joins", "laterals")


def base_tables(tree: exp.Expr, lookup: Lookup) -> list[tuple[exp.Table, Relation]]:
    """The tables of `tree` that are no CTEs, with the relations they name. Raises Refused for an unknown one."""
    found = []
    for table in tree.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier) or _is_cte(table):
            continue
        relation = lookup(table_parts(table))
        if relation is None:
            raise Refused("unknown-table", table.sql("duckdb"))
        unknown = [name for name, value in table.args.items() if value and name not in _KNOWN]
        if unknown:
            raise Refused("unknown-table", table.sql("duckdb"))
        found.append((table, relation))
    return found


def put_in_place(tree: exp.Query, keys: Mapping[int, str], source: Callable[[str], exp.Expr]) -> exp.Query:
    """A copy of `tree` in which each base table is what `source` makes of its key, under its old name.

    `keys` has the keys of the base tables by their place among all tables of the tree.
    """
    copy = tree.copy()
    tables = list(copy.find_all(exp.Table))
    _shorten_columns(copy, [tables[place] for place in keys])
    for place, key in keys.items():
        table = tables[place]
        new = source(key)
        alias = table.args.get("alias") or exp.TableAlias(this=exp.to_identifier(table.name, quoted=True))
        if not alias.this:
            alias.set("this", exp.to_identifier(table.name, quoted=True))
        new.set("alias", alias)
        for name in _TAKEN_OVER:
            if table.args.get(name):
                new.set(name, table.args[name])
        table.replace(new)
    return copy


def of_many(key: str) -> exp.Expr:
    """The rows of the table `key` that belong to the database of the outer row."""
    table = exp.Table(this=_quoted(key), db=_quoted("main"), catalog=_quoted(MANY), alias=_alias(TABLE))
    own = exp.column(DATABASE, table=TABLE).eq(exp.column(DATABASE, table=OWNER))
    rows = exp.Select(expressions=[exp.Star(except_=[exp.to_identifier(DATABASE)])]).from_(table).where(own)
    return exp.Subquery(this=rows)


def of_one(key: str) -> exp.Expr:
    """The table `key` of the one database."""
    return exp.Table(this=_quoted(key), db=_quoted("main"), catalog=_quoted(ONE))


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
    for column in tree.find_all(exp.Column):
        if column.args.get("db") and (column.db.casefold(), column.table.casefold()) in written:
            column.set("catalog", None)
            column.set("db", None)


def _quoted(name: str) -> exp.Identifier:
    return exp.to_identifier(name, quoted=True)


def _alias(name: str) -> exp.TableAlias:
    return exp.TableAlias(this=exp.to_identifier(name))


_KNOWN = frozenset({"this", "db", "catalog", "alias", *_TAKEN_OVER})
