"""Where the columns of each scope come from: one walk over the scopes of a query, each column of each scope once."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from dbt_ai.sql.fallbacks import is_guess, pivoted_columns
from dbt_ai.sql.lineage.pivots import PivotColumns
from dbt_ai.sql.lineage.steps import Origins, Step, merge, parts_of
from dbt_ai.sql.query import Query
from dbt_ai.sql.values import Relation

_LONG = 40
"""Scopes of a query from which on all columns are traced from the sources down, used or not."""

_LATERAL_ALIASES = frozenset({"", "duckdb", "snowflake", "redshift", "databricks", "spark", "clickhouse", "teradata"})
"""Dialects where a projection may name the alias of an earlier one of the same SELECT."""


class OriginWalk:
    """The walk over one query. `unresolved` fills as it goes, in whole sentences."""

    def __init__(self, query: Query) -> None:
        self.unresolved: list[str] = []
        self._query = query
        self._memo: dict[tuple[int, int], Origins] = {}
        self._positions: dict[int, tuple[dict[str, int], list[exp.Expr]]] = {}
        self._spelled: dict[str, dict[str, str]] = {}
        self._pivots: dict[int, PivotColumns] = {}
        self._running: set[tuple[int, str]] = set()
        scopes = list(query.root.traverse())
        self._traversed = {id(scope.expression): scope for scope in scopes}
        if len(scopes) > _LONG:
            # Sources first, so that a long chain of CTEs is no deep recursion.
            for scope in scopes:
                for position in range(len(self._selects(scope)[1])):
                    self.of_output(scope, position)

    def of_output(self, scope: Scope, position: int) -> Origins:
        """Origins of the output column of `scope` at `position`."""
        key = (id(scope), position)
        known = self._memo.get(key)
        if known is None:
            # A recursive CTE reads itself: while its column is being traced, that adds nothing.
            self._memo[key] = {}
            known = self._memo[key] = self._trace_output(scope, position)
        return known

    def of_expression(self, expression: exp.Expr, scope: Scope, step: Step = Step.IDENTITY) -> Origins:
        """Origins of the value of an expression that stands in `scope`."""
        origins: Origins = {}
        self._visit(expression, scope, step, origins)
        return origins

    def of_name(self, scope: Scope, name: str) -> Origins:
        """Origins of the column that `scope` puts out under `name`; through a "*" that could not be expanded, too."""
        expression = scope.expression
        # A recursive CTE knows itself by a scope of its first branch that sqlglot does not fill.
        scope = self._traversed.get(id(expression), scope)
        if isinstance(expression, exp.UDTF) and not isinstance(expression.args.get("this"), exp.Subquery):
            return self._of_table_function(scope, name)
        if isinstance(expression, (exp.Subquery, exp.Lateral)) and (inner := _inner_scope(scope)) is not None:
            return self.of_name(inner, self._inner_name(scope, inner, name))
        positions, selects = self._selects(scope)
        position = positions.get(name)
        if position is None and scope.outer_columns and name in scope.outer_columns:
            position = scope.outer_columns.index(name)
        if position is not None and (isinstance(expression, exp.Select) or not any(s.is_star for s in selects)):
            return self.of_output(scope, position)
        key = (id(scope), name)
        if key in self._running:
            return {}
        self._running.add(key)
        origins: Origins = {}
        if isinstance(expression, exp.SetOperation):
            for branch in scope.set_operation_scopes:
                merge(origins, self.of_name(branch, name), guess=True)
        else:
            for select in selects:
                if select.is_star:
                    merge(origins, self._through_star(select, scope, name))
            for column in pivoted_columns(expression) if not origins else ():
                for source in self._star_sources(exp.Star(), scope):
                    merge(origins, self._of_source(source, column), least=Step.AGGREGATED)
        self._running.discard(key)
        return origins

    def _trace_output(self, scope: Scope, position: int) -> Origins:
        expression = scope.expression
        if isinstance(expression, exp.SetOperation):
            return self._of_branches(scope, position)
        if isinstance(expression, (exp.Subquery, exp.Lateral)):
            inner = _inner_scope(scope)
            return {} if inner is None else self.of_output(inner, position)
        _, selects = self._selects(scope)
        if position >= len(selects):
            return {}
        select = selects[position]
        if not select.is_star:
            return self.of_expression(select, scope)
        for source in self._star_sources(select, scope):
            if not isinstance(source, Scope):
                self.unresolved.append(f"The columns of {self._title(source)} are not known, so * stays as it is.")
        return {}

    def _of_branches(self, scope: Scope, position: int) -> Origins:
        origins: Origins = {}
        by_name = bool(scope.expression.args.get("by_name"))
        _, selects = self._selects(scope)
        name = selects[position].alias_or_name if position < len(selects) else ""
        for branch in scope.set_operation_scopes:
            _, its_selects = self._selects(branch)
            starred = any(select.is_star for select in its_selects)
            if by_name:
                merge(origins, self.of_name(branch, name))
            elif starred and name:
                merge(origins, self.of_name(branch, name), guess=True)
            else:
                merge(origins, self.of_output(branch, position))
        return origins

    def _visit(self, expression: exp.Expr, scope: Scope, step: Step, origins: Origins) -> None:
        """Add what flows out of `expression`; `step` is what already happens to it further up.

        A loop, not a recursion: real models concatenate more columns than Python has stack.
        """
        waiting = [(expression, step)]
        while waiting:
            node, step = waiting.pop()
            if isinstance(node, exp.Column):
                merge(origins, self._of_column(node, scope), least=step)
            elif isinstance(node, (exp.Alias, exp.Paren, exp.Aliases, exp.Subquery)):
                waiting.append((node.this, step))
            elif isinstance(node, exp.Cast):
                waiting.append((node.this, max(step, Step.CAST)))
            elif isinstance(node, exp.UNWRAPPED_QUERIES):
                self._of_subquery(node, scope, max(step, Step.COMPUTED), origins)
            elif isinstance(node, exp.TableColumn):
                self._of_row(node.name, scope, max(step, Step.COMPUTED), origins)
            else:
                waiting.extend(parts_of(node, step, scope, self._query.joins_using))

    def _of_subquery(self, node: exp.Expr, scope: Scope, step: Step, origins: Origins) -> None:
        for inner in scope.subquery_scopes:
            if inner.expression is node:
                _, selects = self._selects(inner)
                for position in range(len(selects)):
                    merge(origins, self.of_output(inner, position), least=step)
                return

    def _of_row(self, name: str, scope: Scope, step: Step, origins: Origins) -> None:
        """A source used as a value (to_json(t)): every column of it that is known takes part."""
        source = scope.sources.get(name)
        if isinstance(source, Scope):
            _, selects = self._selects(source)
            for position in range(len(selects)):
                merge(origins, self.of_output(source, position), least=step)
        elif isinstance(source, exp.Table):
            relation = self._query.relation_of(source)
            for column, _ in relation.columns:
                merge(origins, {(relation.key, column): (step, False)})

    def _of_column(self, column: exp.Column, scope: Scope) -> Origins:
        name = column.name
        table = column.table
        if not table:
            return self._of_unqualified(column, scope)
        place: Scope | None = scope
        while place is not None:
            pivot = self._pivot(place, table)
            if pivot is not None:
                return self._through_pivot(pivot, place, name)
            source = place.sources.get(table)
            if source is not None:
                origins = self._of_source(source, name)
                if is_guess(column):
                    return {key: (step, True) for key, (step, _) in origins.items()}
                return origins
            place = place.parent
        if table not in {"excluded"}:
            self.unresolved.append(f"{table}.{name} names no source of its SELECT.")
        return {}

    def _of_source(self, source: Scope | exp.Expr, name: str) -> Origins:
        if isinstance(source, Scope):
            return self.of_name(source, name)
        assert isinstance(source, exp.Table)
        relation = self._query.relation_of(source)
        spelled = self._spelled_columns(relation)
        found = spelled.get(name) or spelled.get(name.casefold())
        guess = found is None and relation.complete and bool(relation.columns)
        return {(relation.key, found or self._query.spell(name)): (Step.IDENTITY, guess)}

    def _of_unqualified(self, column: exp.Column, scope: Scope) -> Origins:
        """A column that sqlglot could not give a source: take the only one it can be from, and call that a guess
        where another could have it too."""
        name = column.name
        sources = {alias: source for alias, (_, source) in scope.selected_sources.items()}
        if not sources and scope.parent is not None and scope.expression.args.get("from_") is None:
            sources = {alias: source for alias, source in scope.sources.items() if alias not in scope.cte_sources}
        alias, doubtful = self._alias_meant(column, scope, sources)
        origins: Origins = {}
        if alias is not None:
            merge(origins, self.of_output(scope, alias), guess=doubtful)
            return origins
        if len(sources) == 1:
            merge(origins, self._of_source(next(iter(sources.values())), name), guess=doubtful)
            return origins
        having = [source for source in sources.values() if self._has(source, name)]
        if having:
            certain = len(having) == 1 and all(self._has(source, name) is not None for source in sources.values())
            for source in having:
                merge(origins, self._of_source(source, name), guess=not certain)
            return origins
        open_ended = [source for source in sources.values() if self._has(source, name) is None]
        if len(open_ended) == 1:
            return {key: (step, True) for key, (step, _) in self._of_source(open_ended[0], name).items()}
        if not open_ended and scope.can_be_correlated and scope.parent is not None:
            return self._of_unqualified(column, scope.parent)
        titles = " or ".join(sorted(sources)) or "no source"
        self.unresolved.append(f"{self._query.spell(name)} can be from {titles}: their columns are not known.")
        return {}

    def _alias_meant(
        self, column: exp.Column, scope: Scope, sources: Mapping[str, Scope | exp.Expr]
    ) -> tuple[int | None, bool]:
        """The position of the projection of the same SELECT that an unqualified name means, None where it means a
        column of a source; and whether that is doubtful.

        It means a column where a source has it, or must have it because the projection is made of it (`trim(x) as x`).
        """
        name = column.name
        if not isinstance(scope.expression, exp.Select) or any(self._has(source, name) for source in sources.values()):
            return None, False
        positions, selects = self._selects(scope)
        select = selects[positions[name]] if name in positions else None
        if not isinstance(select, exp.Alias) or any(found.name == name for found in select.this.find_all(exp.Column)):
            return None, False
        clause = column.find_ancestor(exp.Where, exp.Having, exp.Qualify, exp.Group, exp.Order, exp.Join, exp.Select)
        if isinstance(clause, exp.Select):
            if self._query.dialect not in _LATERAL_ALIASES:
                return None, False
            if isinstance(column.parent, exp.Alias):
                return None, True  # nobody names an alias again: `id as user_id, user_id as owner_id`
        return positions[name], any(self._has(source, name) is None for source in sources.values())

    def _has(self, source: Scope | exp.Expr, name: str) -> bool | None:
        """Whether a source puts out `name`; None where it may."""
        if isinstance(source, Scope):
            positions, selects = self._selects(source)
            if name in positions or name in source.outer_columns or name in source.expression.alias_column_names:
                return True
            return None if any(select.is_star for select in selects) else False
        if not isinstance(source, exp.Table):
            return None
        relation = self._query.relation_of(source)
        spelled = self._spelled_columns(relation)
        if name in spelled or name.casefold() in spelled:
            return True
        return False if relation.complete and relation.columns else None

    def _through_star(self, select: exp.Expr, scope: Scope, name: str) -> Origins:
        star = select.this if isinstance(select, exp.Column) else select
        if any(excluded.name == name for excluded in star.args.get("except_") or ()):
            return {}
        for renamed in star.args.get("rename") or ():
            if renamed.alias == name:
                name = renamed.this.name
                break
        for replaced in star.args.get("replace") or ():
            if replaced.alias == name:
                return self.of_expression(replaced, scope, Step.COMPUTED)
        if isinstance(select, exp.Column):
            return self._of_column(exp.column(name, table=select.table), scope)
        sources = self._star_sources(select, scope)
        if len(sources) == 1:
            return self._of_source(sources[0], name)
        having = [source for source in sources if self._has(source, name)]
        candidates = having or [source for source in sources if self._has(source, name) is None]
        if not having and len(candidates) > 1:
            self.unresolved.append(
                f"{self._query.spell(name)} comes through a * over several sources whose columns are not known."
            )
            return {}
        origins: Origins = {}
        for source in candidates:
            merge(origins, self._of_source(source, name), guess=len(having) != 1)
        return origins

    def _star_sources(self, select: exp.Expr, scope: Scope) -> list[Scope | exp.Expr]:
        table = select.table if isinstance(select, exp.Column) else ""
        sources: list[Scope | exp.Expr] = [
            source for alias, (_, source) in scope.selected_sources.items() if not table or alias == table
        ]
        return sources

    def _of_table_function(self, scope: Scope, name: str) -> Origins:
        """UNNEST, EXPLODE, VALUES: a column is computed from every column that the function reads."""
        key = (id(scope), name)
        if key in self._running:
            return {}
        self._running.add(key)
        origins: Origins = {}
        for child in scope.expression.iter_expressions():
            if not isinstance(child, exp.TableAlias):
                self._visit(child, scope, Step.COMPUTED, origins)
        self._running.discard(key)
        return origins

    def _pivot(self, scope: Scope, table: str) -> PivotColumns | None:
        key = id(scope)
        pivots = self._pivots.get(key)
        if pivots is None:
            pivots = self._pivots[key] = PivotColumns(scope)
        return pivots if pivots.alias == table and pivots.alias else None

    def _through_pivot(self, pivot: PivotColumns, scope: Scope, name: str) -> Origins:
        origins: Origins = {}
        source = pivot.source
        for column, aggregated in pivot.inputs(name):
            step = Step.AGGREGATED if aggregated else Step.IDENTITY
            if column != name and not aggregated:
                step = Step.COMPUTED
            merge(origins, self._of_source(source, column), least=step)
        return origins

    def _selects(self, scope: Scope) -> tuple[dict[str, int], list[exp.Expr]]:
        key = id(scope)
        known = self._positions.get(key)
        if known is None:
            selects = list(getattr(scope.expression, "selects", ()) or ())
            positions: dict[str, int] = {}
            for position, select in enumerate(selects):
                positions.setdefault(select.alias_or_name, position)
            known = self._positions[key] = (positions, selects)
        return known

    def _inner_name(self, scope: Scope, inner: Scope, name: str) -> str:
        """`name` as the inner query knows it, where the alias of the table renames its columns by position."""
        aliased = scope.expression.alias_column_names
        _, selects = self._selects(inner)
        if name in aliased and aliased.index(name) < len(selects):
            return selects[aliased.index(name)].alias_or_name
        return name

    def _spelled_columns(self, relation: Relation) -> dict[str, str]:
        known = self._spelled.get(relation.key)
        if known is None:
            known = {column.casefold(): column for column, _ in relation.columns}
            known.update((column, column) for column, _ in relation.columns)
            self._spelled[relation.key] = known
        return known

    def _title(self, source: Scope | exp.Expr) -> str:
        return (
            ".".join(part for part in self._query.relation_of(source).parts if part)
            if isinstance(source, exp.Table)
            else "a subquery"
        )


def _inner_scope(scope: Scope) -> Scope | None:
    """The scope of the query that a parenthesised or lateral scope wraps."""
    for inner in (*scope.derived_table_scopes, *scope.subquery_scopes, *scope.table_scopes):
        return inner
    return None
