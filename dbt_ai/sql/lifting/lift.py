"""The rewriting itself: a query becomes a lateral subquery, once for each database.

Each base table is replaced by those of its rows that belong to the outer row's database, and nothing else of the
query changes; DuckDB then takes the subquery apart into joins, groupings and windows over all databases at once
(Neumann and Kemper, "Unnesting Arbitrary Queries", 2015). That the result is what each database alone gives holds by
construction; that DuckDB does its part right is what the fuzz tests and the spot checks of each session look at.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dbt_ai.sql.lifting.pivots import write_out_pivots
from dbt_ai.sql.lifting.refusals import refuse
from dbt_ai.sql.lifting.rows_in import write_out_row_in
from dbt_ai.sql.lifting.tables import base_tables, of_many, of_one, put_in_place
from dbt_ai.sql.lifting.ties import break_ties
from dbt_ai.sql.lifting.values import RESERVED, Lifted, NotLifted, Refused, Resolution
from dbt_ai.sql.query import Lookup, RelationIndex
from dbt_ai.sql.values import Relation


def lift(query: exp.Query | str, relations: Iterable[Relation] | Lookup) -> Lifted | NotLifted:
    """`query` (DuckDB's SQL) as one query over many databases, or why it cannot be one.

    `relations` are those it may read; in the rewritten SQL their tables are called by their keys. A query that is
    given as a tree is not changed.

    >>> lifted = lift("SELECT count(*) AS n FROM orders", [Relation("orders", (None, None, "orders"))])
    >>> print(lifted.alone)
    SELECT COUNT(*) AS n FROM "__lift_one"."main"."orders" AS "orders"
    """
    lookup = relations if callable(relations) else RelationIndex(relations)
    try:
        tree = one_query(query)
        write_out_row_in(tree)
        columns = _column_names(tree, [relation for _, relation in base_tables(tree, lookup)])
        upwards, left_open = break_ties(tree.copy(), False, columns)
        both = [upwards, break_ties(tree.copy(), True, columns)[0]] if left_open else [upwards]
        read: dict[str, None] = {}
        resolutions = []
        for resolved in both:
            places = _places(resolved, lookup)
            read.update(dict.fromkeys(places.values()))
            lateral = put_in_place(_without_idle_order(resolved), places, of_many)
            alone = put_in_place(resolved, places, of_one)
            resolutions.append(Resolution(lateral.sql("duckdb"), alone.sql("duckdb")))
        as_it_stands = put_in_place(tree, _places(tree, lookup), of_one).sql("duckdb")
    except Refused as error:
        return NotLifted(error.reason, error.detail)
    ordered = tree.args.get("order") is not None
    return Lifted(tuple(read), as_it_stands, tuple(resolutions), left_open, ordered)


def one_query(query: exp.Query | str) -> exp.Query:
    """A tree of its own of one SELECT. Raises Refused for anything else, and for what is not lifted."""
    if isinstance(query, str):
        try:
            statements = [one for one in sqlglot.parse(query, dialect="duckdb") if one is not None]
        except (SqlglotError, RecursionError) as error:
            raise Refused("not-one-query", (str(error).splitlines() or ["?"])[0]) from error
        statements = [one for one in statements if not isinstance(one, exp.Semicolon)]
        if len(statements) != 1:
            raise Refused("not-one-query", f"{len(statements)} statements")
        tree: exp.Expr = statements[0]
    else:
        tree = query.copy()
    refuse(tree)
    while isinstance(tree, exp.Subquery) and tree.is_wrapper:
        tree = tree.this
    tree = write_out_pivots(tree)
    if isinstance(tree, exp.Values):
        alias = exp.TableAlias(this=exp.to_identifier(f"{RESERVED}_s"))
        return exp.Select(expressions=[exp.Star()]).from_(exp.Subquery(this=tree, alias=alias))
    if not isinstance(tree, exp.Query):
        raise Refused("not-one-query", tree.sql("duckdb")[:200])
    return tree


def _places(tree: exp.Query, lookup: Lookup) -> dict[int, str]:
    """The keys of the base tables by their place among all tables of the tree."""
    keys = {id(table): relation.key for table, relation in base_tables(tree, lookup)}
    return {place: keys[id(table)] for place, table in enumerate(tree.find_all(exp.Table)) if id(table) in keys}


def _column_names(tree: exp.Expr, relations: Iterable[Relation]) -> frozenset[str]:
    """All names that a column may have somewhere in the query, in lower case."""
    names = {name for relation in relations for name, _ in relation.columns}
    names |= {node.name for node in tree.find_all(exp.Column)}
    names |= {node.alias for node in tree.find_all(exp.Alias, exp.PropertyEQ)}
    names |= {column.name for alias in tree.find_all(exp.TableAlias) for column in alias.args.get("columns") or []}
    return frozenset(name.casefold() for name in names)


def _without_idle_order(tree: exp.Query) -> exp.Query:
    """Without an ORDER BY that decides neither which rows there are nor what is in them: one that only sorts."""
    distinct = tree.args.get("distinct")
    chooses = isinstance(distinct, exp.Distinct) and distinct.args.get("on") is not None
    if tree.args.get("order") is None or tree.args.get("limit") or tree.args.get("offset") or chooses:
        return tree
    copy = tree.copy()
    copy.set("order", None)
    return copy
