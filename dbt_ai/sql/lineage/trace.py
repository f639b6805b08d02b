"""From a qualified query to its edges."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, find_all_in_scope

from dbt_ai.sql.fallbacks import pivoted_columns
from dbt_ai.sql.lineage.origins import OriginWalk
from dbt_ai.sql.lineage.steps import Origins, Step, merge
from dbt_ai.sql.query import Query
from dbt_ai.sql.values import ColumnRef, Edge, EdgeKind, Lineage, same_name

FORMAT = 2
"""Raised whenever the same SQL would give other edges than before: caches are keyed by it."""

_KINDS = {
    Step.CAST: EdgeKind.CAST,
    Step.COMPUTED: EdgeKind.COMPUTED,
    Step.AGGREGATED: EdgeKind.AGGREGATED,
}


def trace(query: Query) -> Lineage:
    """The column lineage of `query`, never failing: what cannot be traced is told in `unresolved`.

    There is at most one edge between an output column and a source column; where the column arrives in several ways
    (branches of a union, a CASE), its kind is the one that changes the value most. A column that is renamed and named
    back is passed through. Relation-wide edges (filters, join keys, group keys) have the column "*".

    >>> from dbt_ai.sql.query import parse_query
    >>> trace(parse_query("select a as b from t", "duckdb", [])).edges[0].kind.value
    'renamed'
    """
    walk = OriginWalk(query)
    edges: list[Edge] = []
    seen: set[str] = set()
    for position, column in enumerate(query.columns):
        if column in seen:
            continue
        seen.add(column)
        for (relation, source), (step, guess) in sorted(walk.of_output(query.root, position).items()):
            kind = _KINDS.get(step)
            if kind is None:
                kind = EdgeKind.PASS_THROUGH if column == "*" or same_name(column, source) else EdgeKind.RENAMED
            edges.append(Edge(column, ColumnRef(relation, source), kind, guess))
    wide: dict[EdgeKind, Origins] = {}
    for scope in _reachable(query.root, set()):
        if pivoted_columns(scope.expression):
            walk.unresolved.append("The columns that PIVOT makes depend on the data.")
        for kind, expression in _conditions(scope):
            merge(wide.setdefault(kind, {}), walk.of_expression(expression, scope, Step.COMPUTED))
    for kind in (EdgeKind.FILTERED_BY, EdgeKind.JOINED_ON, EdgeKind.GROUPED_BY):
        for (relation, source), (_, guess) in sorted(wide.get(kind, {}).items()):
            edges.append(Edge("*", ColumnRef(relation, source), kind, guess))
    return Lineage(query.columns, tuple(edges), tuple(dict.fromkeys(walk.unresolved)))


def _reachable(scope: Scope, seen: set[int]) -> Iterator[Scope]:
    """The scopes whose rows reach the output: a CTE that nobody reads filters nothing."""
    if id(scope) in seen:
        return
    seen.add(id(scope))
    yield scope
    inner = [*scope.set_operation_scopes, *scope.table_scopes, *scope.subquery_scopes]
    names = {name for name, _ in scope.references}
    inner += [source for name, source in scope.sources.items() if isinstance(source, Scope) and name in names]
    # A pivoted CTE is registered as a table; its scope is found by the table's name.
    inner += [
        source
        for table in scope.tables
        if not table.db and isinstance(source := scope.cte_sources.get(table.name), Scope)
    ]
    for child in inner:
        yield from _reachable(child, seen)


def _conditions(scope: Scope) -> Iterator[tuple[EdgeKind, exp.Expr]]:
    """The expressions of a SELECT that decide its rows and groups, with the kind of edge they make."""
    arguments = scope.expression.args
    for clause in ("where", "having", "qualify"):
        if condition := arguments.get(clause):
            yield EdgeKind.FILTERED_BY, condition.this
    for join in arguments.get("joins") or ():
        if condition := join.args.get("on"):
            yield EdgeKind.JOINED_ON, condition
    if group := arguments.get("group"):
        yield EdgeKind.GROUPED_BY, group
        if group.args.get("all"):
            for select in getattr(scope.expression, "selects", ()):
                if not any(find_all_in_scope(select, exp.AggFunc)):
                    yield EdgeKind.GROUPED_BY, select
