"""The rewriting itself: a query becomes a lateral subquery, once for each database.

Each base table is replaced by those of its rows that belong to the outer row's database, and nothing else of the
query changes; DuckDB then takes the subquery apart into joins, groupings and windows over all databases at once
(Neumann and Kemper, "Unnesting Arbitrary Queries", 2015). That the result is what each database alone gives holds by
construction; that DuckDB does its part right is what the fuzz tests and the spot checks of each session look at.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from dbt_ai.sql.lifting.pivots import write_out_pivots
from dbt_ai.sql.lifting.refusals import refuse
from dbt_ai.sql.lifting.rows_in import write_out_row_in
from dbt_ai.sql.lifting.tables import base_tables, of_many, put_in_place
from dbt_ai.sql.lifting.ties import break_ties, may_have_ties
from dbt_ai.sql.lifting.values import RESERVED, Around, Lifted, NotLifted, Refused, Resolution
from dbt_ai.sql.query import Lookup, RelationIndex
from dbt_ai.sql.values import Relation


def lift(
    query: exp.Query | str, relations: Iterable[Relation] | Lookup, around: Around | None = None
) -> Lifted | NotLifted:
    """`query` (DuckDB's SQL) as one query over many databases, or why it cannot be one.

    `relations` are those it may read; in the rewritten SQL their tables are called by their keys. A query that is
    given as a tree is not changed. `around` tells of the query that `query` is a part of.

    >>> lifted = lift("SELECT count(*) AS n FROM orders", [Relation("orders", (None, None, "orders"))])
    >>> print(lifted.alone)
    SELECT COUNT(*) AS n FROM "__lift_one"."main"."orders" AS "orders"
    """
    lookup = relations if callable(relations) else RelationIndex(relations)
    try:
        tree = one_query(query)
        write_out_row_in(tree)
        around = around or Around()
        ordered = tree.args.get("order") is not None
        both, left_open = _resolved(tree, lookup, around)
        read: dict[str, None] = {}
        resolutions = []
        for resolved in both:
            places = _places(resolved, lookup, around.ctes)
            read.update(dict.fromkeys(places.values()))
            sorts = _only_sorts(resolved)
            unsorted = resolved.copy() if sorts else resolved
            alone = _written(put_in_place(resolved, places))
            if sorts:
                unsorted.set("order", None)
                resolutions.append(Resolution(of_many(_written(put_in_place(unsorted, places)), places), alone))
            else:
                resolutions.append(Resolution(of_many(alone, places), alone))
        if left_open:
            as_it_stands = _written(put_in_place(tree, _places(tree, lookup, around.ctes)))
        else:
            as_it_stands = resolutions[0].alone
    except Refused as error:
        return NotLifted(error.reason, error.detail)
    return Lifted(tuple(read), as_it_stands, tuple(resolutions), left_open, ordered)


def one_query(query: exp.Query | str) -> exp.Query:
    """A tree of its own of one SELECT. Raises Refused for anything else, and for what is not lifted."""
    if isinstance(query, str):
        statements = _parsed(query)
        if len(statements) != 1:
            raise Refused("not-one-query", f"{len(statements)} statements")
        tree: exp.Expr = statements[0].copy()
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


@lru_cache(maxsize=32)
def _parsed(sql: str) -> tuple[exp.Expr, ...]:
    """The statements of a text. Raises Refused with the place where it cannot be read."""
    try:
        found = [one for one in sqlglot.parse(sql, dialect="duckdb") if one is not None]
    except ParseError as error:
        place = error.errors[0] if error.errors else {}
        at = f" at line {place['line']}, column {place['col']}" if place.get("line") else ""
        near = f", near {place['highlight'].strip()[:40]}" if (place.get("highlight") or "").strip() else ""
        raise Refused("not-one-query", f"it cannot be read{at}{near}") from error
    except SqlglotError as error:
        raise Refused("not-one-query", "it cannot be read: a quote or a sign is not closed") from error
    except RecursionError as error:
        raise Refused("not-one-query", "it is nested too deeply") from error
    return tuple(one for one in found if not isinstance(one, exp.Semicolon))


def _resolved(tree: exp.Query, lookup: Lookup, around: Around) -> tuple[list[exp.Query], tuple[str, ...]]:
    """The query for each way of breaking ties, and what it leaves open: where that is nothing, `tree` itself."""
    if not may_have_ties(tree, outermost=not around.part):
        return [tree], ()
    columns: Container[str] = ()
    if tree.find(exp.Qualify) is not None:  # which alone has to know the names of all columns
        relations = [relation for _, relation in base_tables(tree, lookup, around.ctes)]
        columns = column_names(tree, relations) | around.columns
    upwards, left_open = break_ties(tree.copy(), False, columns, outermost=not around.part)
    if not left_open:
        return [tree], ()
    return [upwards, break_ties(tree.copy(), True, columns, outermost=not around.part)[0]], left_open


def _written(tree: exp.Expr) -> str:
    """A tree that is of no use any more as SQL: writing it may change it."""
    return tree.sql("duckdb", copy=False)


def _places(tree: exp.Query, lookup: Lookup, ctes: Container[str]) -> dict[int, str]:
    """The keys of the base tables by their place among all tables of the tree."""
    keys = {id(table): relation.key for table, relation in base_tables(tree, lookup, ctes)}
    return {place: keys[id(table)] for place, table in enumerate(tree.find_all(exp.Table)) if id(table) in keys}


def column_names(tree: exp.Expr, relations: Iterable[Relation] = ()) -> frozenset[str]:
    """All names that a column may have somewhere in the query, in lower case."""
    names = {name for relation in relations for name, _ in relation.columns}
    names |= {node.name for node in tree.find_all(exp.Column)}
    names |= {node.alias for node in tree.find_all(exp.Alias, exp.PropertyEQ)}
    names |= {column.name for alias in tree.find_all(exp.TableAlias) for column in alias.args.get("columns") or []}
    return frozenset(name.casefold() for name in names)


def _only_sorts(tree: exp.Query) -> bool:
    """Whether it ends in an ORDER BY that decides neither which rows there are nor what is in them."""
    distinct = tree.args.get("distinct")
    chooses = isinstance(distinct, exp.Distinct) and distinct.args.get("on") is not None
    return not (tree.args.get("order") is None or tree.args.get("limit") or tree.args.get("offset") or chooses)
