"""The facts of a whole query: its scopes from the inside out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope

from dbt_ai.sql.facts.relations import relation_facts
from dbt_ai.sql.facts.rows import Result, Source, make_source
from dbt_ai.sql.facts.selects import select_facts
from dbt_ai.sql.facts.unions import union_facts
from dbt_ai.sql.fallbacks import PIVOT
from dbt_ai.sql.query import Query
from dbt_ai.sql.values import ColumnFacts, ColumnKind, QueryFacts

_NOT_UNDERSTOOD = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, SqlglotError, TypeError, ValueError,
)  # fmt: skip


def facts_of(query: Query) -> QueryFacts:
    """What the SQL of `query` says of its rows and columns.

    Never raises: what is not understood (PIVOT, recursive CTEs, table functions, LATERAL ...) is left out and told in
    `notes`. A fact that is there follows from the SQL and from what is known of the relations that it reads.

    >>> from dbt_ai.sql.query import parse_query
    >>> facts = facts_of(parse_query("select a, sum(b) as total from t group by a", "duckdb", []))
    >>> facts.keys[0].columns, facts.column("total").kind.value, facts.column("total").sql
    (('a',), 'aggregated', 'SUM(t.b)')
    """
    walk = _Walk(query)
    result = walk.scope(query.root)
    facts = result.facts
    if not facts.columns and query.columns:
        facts = _names_only(query, facts)
    if not result.complete and "*" in query.columns:
        facts = replace(facts, notes=(*facts.notes, "Not all columns are known: a * could not be resolved."))
    read = dict.fromkeys((*facts.base_relations, *_relations_read(query)))
    return replace(facts, base_relations=tuple(read))


class _Walk:
    """Facts of each scope, found once."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self._found: dict[int, Result] = {}
        self._open: set[int] = set()

    def scope(self, scope: Scope) -> Result:
        found = self._found.get(id(scope))
        if found is not None:
            return found
        if id(scope) in self._open:
            return _unknown("A recursive CTE was not looked into.")
        self._open.add(id(scope))
        try:
            result = self._facts(scope)
        except _NOT_UNDERSTOOD as error:
            result = _unknown(f"A part of the query was not understood ({type(error).__name__}).")
        self._open.discard(id(scope))
        self._found[id(scope)] = result
        return result

    def _facts(self, scope: Scope) -> Result:
        expression = scope.expression
        if _is_recursive(expression):
            return _unknown("A recursive CTE was not looked into.")
        if isinstance(expression, exp.SetOperation):
            branches = [self.scope(branch) for branch in scope.set_operation_scopes]
            if len(branches) == 2:
                return union_facts(expression, branches[0], branches[1])
        if isinstance(expression, exp.Subquery):
            return _unknown("A query in parentheses was not looked into.")
        if not isinstance(expression, exp.Select):
            return _unknown(f"{expression.key.upper()} was not looked into.")
        if expression.meta_get(PIVOT) is not None:
            return _unknown("PIVOT was not looked into.")
        if expression.args.get("kind") or expression.args.get("match") or expression.args.get("connect"):
            return _unknown("A special form of SELECT was not looked into.")
        return select_facts(expression, self._query, list(self._sources(scope, expression)))

    def _sources(self, scope: Scope, select: exp.Select) -> list[tuple[Source, exp.Join | None]]:
        entries: list[tuple[exp.Expr, exp.Join | None]] = []
        from_ = select.args.get("from_")
        if from_ is not None:
            entries.append((from_.this, None))
            entries.extend((nested.this, nested) for nested in from_.this.args.get("joins") or ())
        entries.extend((node.this, node) for node in select.args.get("joins") or ())
        entries.extend((node, None) for node in select.args.get("laterals") or ())
        return [(make_source(node.alias_or_name, self._source(scope, node)), join) for node, join in entries]

    def _source(self, scope: Scope, node: exp.Expr) -> Result:
        inner = scope.sources.get(node.alias_or_name)
        alias = node.args.get("alias")
        if node.args.get("sample"):
            return replace(self._without_sample(inner, node, alias), whole=False)
        return self._without_sample(inner, node, alias)

    def _without_sample(self, inner: object, node: exp.Expr, alias: object) -> Result:
        if node.args.get("pivots") or (node.args.get("joins") and isinstance(node, exp.Subquery)):
            return _unknown("PIVOT and joins in parentheses were not looked into.")
        if isinstance(inner, Scope) and isinstance(node, (exp.Table, exp.Subquery)):
            result = self.scope(inner)
            if isinstance(alias, exp.TableAlias) and alias.columns and not _same_names(alias, result):
                return _unknown("A derived table with renamed columns was not looked into.")
            return result
        if isinstance(inner, exp.Table) and isinstance(inner.this, exp.Identifier):
            if isinstance(alias, exp.TableAlias) and alias.columns:
                return _unknown("A table with renamed columns was not looked into.")
            return relation_facts(self._query.relation_of(inner))
        return _unknown(f"{_word(node)} in FROM was not looked into.")


def _relations_read(query: Query) -> Iterator[str]:
    """The relations in FROM of the query or of a part of it that it uses, those of subqueries included."""
    seen: set[int] = set()
    todo: list[object] = [query.root]
    while todo:
        found = todo.pop(0)
        if isinstance(found, exp.Table) and isinstance(found.this, exp.Identifier):
            yield query.relation_of(found).key
        if not isinstance(found, Scope) or id(found) in seen:
            continue
        seen.add(id(found))
        todo.extend(source for _, source in found.selected_sources.values())
        todo.extend((*found.subquery_scopes, *found.set_operation_scopes, *found.udtf_scopes))


def _unknown(note: str) -> Result:
    return Result(QueryFacts((), notes=(note,)), known=False, complete=False)


def _word(node: exp.Expr) -> str:
    words: dict[type, str] = {
        exp.Unnest: "UNNEST",
        exp.Lateral: "LATERAL",
        exp.Values: "VALUES",
        exp.Table: "A table function",
    }
    return words.get(type(node), node.key.upper())


def _same_names(alias: exp.TableAlias, result: Result) -> bool:
    return [c.name.casefold() for c in alias.columns] == [c.name.casefold() for c in result.facts.columns]


def _is_recursive(expression: exp.Expr) -> bool:
    """Whether `expression` is the body of a CTE that reads itself."""
    cte = expression.parent
    if not isinstance(cte, exp.CTE) or not isinstance(cte.parent, exp.With) or not cte.parent.recursive:
        return False
    return any(table.name == cte.alias and not table.db for table in expression.find_all(exp.Table))


def _names_only(query: Query, facts: QueryFacts) -> QueryFacts:
    columns = tuple(ColumnFacts(name, ColumnKind.COMPUTED, name) for name in query.columns if name != "*")
    return QueryFacts(columns, base_relations=facts.base_relations, notes=facts.notes)
