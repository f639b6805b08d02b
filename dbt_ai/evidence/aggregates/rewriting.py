"""From a query over names of the project to one over what may be seen of them, with the questions that decide what of
its answer may be told.

Every relation is replaced by its projection (tables.py), whose rows are numbered. The numbers are passed up through
subqueries, as they are or as the smallest of each group, so that the outermost SELECT can count how many different
rows of each relation a figure rests on: a join that repeats one row a thousand times still rests on one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from sqlglot import exp

from dbt_ai.evidence.aggregates.allowed import Refused
from dbt_ai.evidence.aggregates.figures import Figure, Told, figure
from dbt_ai.evidence.aggregates.literals import Known, is_rough
from dbt_ai.evidence.aggregates.scope import Field, Scope, Source, columns, is_aggregated
from dbt_ai.evidence.aggregates.tables import ROW, SafeTable, Shown

MAX_SOURCES = 12
MAX_SELECTS = 12
MAX_GROUPS = 2_000  # that are looked at; fewer are shown
_RAW = (Shown.NUMBER, Shown.MOMENT)


class Check(str, Enum):
    """A number asked beside the figures, that decides what may be told."""

    GROUP = "group"  # different rows of one source in the group
    COUNT = "count"  # a count within a figure
    RESTS_ON = "rests on"  # different rows whose values go into a figure
    KEY = "key"  # different rows that a group's value is of
    DOMINATED = "dominated"  # whether one row makes up most of a sum


@dataclass(frozen=True)
class Guarded:
    """One query that may be run. Its rows hold a value for each of `figures`, then one for each of `checks`: what is
    checked, and the place of the figure that it decides on. `rough` answers are rounded; `limit` rows were wanted."""

    sql: str
    figures: tuple[Figure, ...]
    checks: tuple[tuple[Check, int], ...]
    rough: bool
    limit: int | None


class Rewriter:
    """Rewrites SELECTs over `tables`; `salt` is the secret of their tokens. `read` are the tables that were read."""

    def __init__(self, tables: Sequence[SafeTable], known: Known, salt: str) -> None:
        self._tables = {name.casefold(): table for table in reversed(tables) for name in table.names}
        self._told = sorted({table.names[0] for table in tables})
        self._known, self._salt = known, salt
        self._rough = False
        self._sources = 0
        self.read: dict[str, SafeTable] = {}

    def outermost(self, select: exp.Select) -> Guarded:
        """The guarded form of an outermost SELECT. Raises Refused."""
        self._rough = False
        limit = _limit(select)
        scope = self._scope(select, {}, None)
        if select.args.get("qualify") is not None:
            raise Refused("QUALIFY may only be used in a subquery or a CTE")
        self._check(select, scope, nested=False)
        if select.args.get("distinct") is not None:
            _group_instead_of_distinct(select)
        if not select.args.get("group") and not is_aggregated(select.expressions):
            raise Refused("rows are not shown: ask for counts and other aggregates, by groups if need be")
        figures = [figure(projection, scope) for projection in select.expressions]
        asked = [(Check.GROUP, 0, _different(*number)) for number in scope.numbers()]
        for place, found in enumerate(figures):
            asked += [(Check.COUNT, place, count) for count in found.counts]
            asked += [(Check.RESTS_ON, place, _parsed(sql)) for sql in found.rests_on]
            asked += [(Check.DOMINATED, place, _parsed(sql)) for sql in found.dominated]
            if found.told is Told.KEY:
                asked += [(Check.KEY, place, _different(*number)) for number in sorted(found.rows)]
        for _, _, question in asked:
            select.append("expressions", question)
        select.set("limit", exp.Limit(expression=exp.Literal.number(MAX_GROUPS)))
        checks = tuple((check, place) for check, place, _ in asked)
        sql = select.sql(dialect="duckdb", identify=True, comments=False)
        return Guarded(sql, tuple(figures), checks, self._rough, limit)

    def _scope(self, select: exp.Select, ctes: Mapping[str, Source], outer: Scope | None) -> Scope:
        """The sources of a SELECT, which are rewritten in place, and so are subqueries in its conditions."""
        ctes = self._ctes(select, ctes)
        scope = Scope(outer=outer)
        first = select.args.get("from_")
        if first is None:
            raise Refused("a SELECT needs a FROM")
        self._source(first.this, ctes, scope)
        for join in select.args.get("joins") or ():
            alias = self._source(join.this, ctes, scope, hidden=join.kind in ("SEMI", "ANTI"))
            _joined_by_equality(join, alias, scope)
        _expand_stars(select, scope)
        scope.aliases = {e.alias: e.unalias() for e in select.expressions if isinstance(e, exp.Alias)}
        for expression in _own(select):
            for query in _queries(expression):
                self._filter(query, ctes, scope)
        return scope

    def _ctes(self, query: exp.Query, ctes: Mapping[str, Source]) -> Mapping[str, Source]:
        known = dict(ctes)
        with_ = query.args.get("with_")
        for cte in with_.expressions if with_ is not None else ():
            known[cte.alias.casefold()] = self._relation(cte.this, known)
        return known

    def _source(self, node: exp.Expr, ctes: Mapping[str, Source], scope: Scope, hidden: bool = False) -> str:
        """Adds what a FROM or a JOIN names to the scope; the alias it goes by."""
        self._sources += 1
        if self._sources > MAX_SOURCES:
            raise Refused(f"a query may read at most {MAX_SOURCES} relations")
        alias = node.alias_or_name
        if not alias:
            raise Refused("a subquery in FROM needs an alias")
        if isinstance(node, exp.Subquery):
            found = self._relation(node.this, ctes)
        elif isinstance(node, exp.Table):
            plain = not node.db and not node.catalog
            of_cte = ctes.get(node.name.casefold()) if plain else None
            found = of_cte if of_cte is not None else self._relation_of(node, alias)
        else:
            raise Refused(f"{type(node).__name__.upper()} may not be read from")
        scope.add(alias, Source(found.fields, ()) if hidden else found)
        return alias

    def _relation_of(self, node: exp.Table, alias: str) -> Source:
        called = ".".join(part.name for part in node.parts)
        table = self._tables.get(called.casefold())
        if table is None:
            raise Refused(f"there is no relation {called} to ask; there are {', '.join(self._told) or 'none'}")
        self.read[table.unique_id] = table
        projection = _parsed(table.projection(self._salt))
        named = exp.TableAlias(this=exp.to_identifier(alias, quoted=True))
        node.replace(exp.Subquery(this=projection, alias=named))
        rows = frozenset({("", ROW)})
        fields = {c.name: Field(rows if c.shown in _RAW else frozenset(), c) for c in table.columns}
        return Source(fields, (ROW,))

    def _relation(self, query: exp.Expr, ctes: Mapping[str, Source]) -> Source:
        """A query in FROM or WITH, rewritten in place to number its rows."""
        if isinstance(query, exp.Union):
            return self._union(query, self._ctes(query, ctes))
        if not isinstance(query, exp.Select):
            raise Refused("only SELECT and UNION ALL may be read from")
        scope = self._scope(query, ctes, None)
        self._check(query, scope, nested=True)
        if query.args.get("distinct") is not None:
            _group_instead_of_distinct(query)
        grouped = query.args.get("group") is not None
        aggregated = grouped or is_aggregated([*query.expressions, *_conditions(query)])
        numbers = {number: f"{ROW}{place}" for place, number in enumerate(scope.numbers())}
        fields: dict[str, Field] = {}
        for projection in query.expressions:
            name = projection.alias_or_name
            if not name:
                raise Refused("every column of a subquery needs a name")
            plain = projection.unalias()
            column = scope.find(plain).column if isinstance(plain, exp.Column) else None
            rows = frozenset(("", numbers[row]) for row in scope.rows_of(plain) if row in numbers)
            if any(name.casefold() == known.casefold() for known in fields):
                raise Refused(f"two columns of a subquery are called {name}")
            fields[name] = Field(rows, column)
        for (source, number), name in numbers.items():
            passed: exp.Expr = exp.column(number, table=source, quoted=True)
            query.append("expressions", exp.alias_(exp.Min(this=passed) if aggregated else passed, name, quoted=True))
        return Source(fields, tuple(numbers.values()), single=aggregated and not grouped)

    def _union(self, query: exp.Union, ctes: Mapping[str, Source]) -> Source:
        left, right = self._relation(query.left, ctes), self._relation(query.right, ctes)
        if len(left.fields) != len(right.fields):
            raise Refused("both sides of a UNION ALL need the same number of columns")
        width, more = (
            len(left.fields),
            {number: f"{ROW}{len(left.numbers) + i}" for i, number in enumerate(right.numbers)},
        )
        for select in _leaves(query.left):
            for name in more.values():
                select.append("expressions", exp.alias_(_no_row(), name, quoted=True))
        for select in _leaves(query.right):
            pads = [exp.alias_(_no_row(), name, quoted=True) for name in left.numbers]
            select.set("expressions", [*select.expressions[:width], *pads, *select.expressions[width:]])
        fields = {}
        for (name, one), other in zip(left.fields.items(), right.fields.values(), strict=True):
            rows = one.rows | {("", more[number]) for _, number in other.rows}
            fields[name] = Field(rows, one.column if one.column == other.column else None)
        return Source(fields, (*left.numbers, *more.values()))

    def _filter(self, query: exp.Expr, ctes: Mapping[str, Source], outer: Scope) -> None:
        """A subquery in EXISTS or IN: it only decides which rows count."""
        parent = query.parent
        if isinstance(query, exp.Subquery) and isinstance(parent, exp.In) and parent.args.get("query") is query:
            query = query.this
        elif not isinstance(parent, exp.Exists):
            raise Refused("a subquery may stand in FROM, WITH, EXISTS and IN only: join it instead")
        if not isinstance(query, exp.Select):
            raise Refused("only a SELECT may stand in EXISTS and IN")
        if isinstance(parent, exp.Exists):
            query.set("expressions", [exp.Literal.number(1)])
        self._check(query, self._scope(query, ctes, outer), nested=True)
        if len(query.expressions) != 1:
            raise Refused("a SELECT in IN needs exactly one column")

    def _check(self, select: exp.Select, scope: Scope, *, nested: bool) -> None:
        """Every column is there, and no literal is too fine."""
        for expression in _own(select):
            for column in columns(expression):
                scope.find(column)
        projections = [projection.unalias() for projection in select.expressions]
        others = [*_conditions(select), *_groups(select), *_orders(select)]
        self._rough |= is_rough(projections, scope, self._known, nested=nested)
        self._rough |= is_rough(others, scope, self._known, nested=False)


def _own(select: exp.Select) -> list[exp.Expr]:
    """The expressions of a SELECT."""
    return [*select.expressions, *_conditions(select), *_groups(select), *_orders(select)]


def _conditions(select: exp.Select) -> list[exp.Expr]:
    found = [clause.this for name in ("where", "having", "qualify") if (clause := select.args.get(name)) is not None]
    return found + [on for join in select.args.get("joins") or () if (on := join.args.get("on")) is not None]


def _groups(select: exp.Select) -> list[exp.Expr]:
    group = select.args.get("group")
    return list(group.expressions) if group is not None else []


def _orders(select: exp.Select) -> list[exp.Expr]:
    order = select.args.get("order")
    return list(order.expressions) if order is not None else []


def _queries(expression: exp.Expr) -> Iterator[exp.Expr]:
    """The outermost subqueries of an expression."""
    if isinstance(expression, exp.Query):
        yield expression
        return
    for child in list(expression.iter_expressions()):
        yield from _queries(child)


def _joined_by_equality(join: exp.Join, alias: str, scope: Scope) -> None:
    """A join that brings every row together with every other one would make one row look like many."""
    others = [source for name, source in scope.sources.items() if name != alias]
    if join.args.get("using") or scope.sources[alias].single or all(source.single for source in others):
        return
    on = join.args.get("on")
    for condition in on.flatten() if isinstance(on, exp.And) else [on]:
        if isinstance(condition, exp.EQ):
            sides = [{_alias(column, scope) for column in columns(side)} for side in (condition.left, condition.right)]
            if all(sides) and {alias} in sides and sides[0] != sides[1]:
                return
    raise Refused("a join needs an equality between columns of both sides, in ON or USING")


def _alias(column: exp.Column, scope: Scope) -> str:
    """The source that a column of a join's condition is of."""
    for alias, source in scope.sources.items():
        if column.table.casefold() == alias.casefold() or (not column.table and source.field(column.name)):
            return alias
    return ""


def _expand_stars(select: exp.Select, scope: Scope) -> None:
    expanded: list[exp.Expr] = []
    for projection in select.expressions:
        of = projection.table if isinstance(projection, exp.Column) and isinstance(projection.this, exp.Star) else None
        if of is None and not isinstance(projection, exp.Star):
            expanded.append(projection)
            continue
        seen: set[str] = set()
        for alias, source in scope.sources.items():
            for name in source.fields if of is None or of.casefold() == alias.casefold() else ():
                if name.casefold() not in seen:
                    seen.add(name.casefold())
                    expanded.append(exp.column(name, table=alias, quoted=True))
    if not expanded:
        raise Refused("there is nothing to select")
    select.set("expressions", expanded)


def _group_instead_of_distinct(select: exp.Select) -> None:
    """DISTINCT as GROUP BY, so that the rows of each value can be numbered and counted."""
    if select.args.get("group") is not None or is_aggregated(select.expressions):
        raise Refused("use either DISTINCT or GROUP BY")
    select.set("distinct", None)
    ordinals = [exp.Literal.number(place) for place in range(1, len(select.expressions) + 1)]
    select.set("group", exp.Group(expressions=ordinals))


def _limit(select: exp.Select) -> int | None:
    limit = select.args.get("limit")
    if limit is None:
        return None
    if not isinstance(limit.expression, exp.Literal) or not limit.expression.name.isdigit():
        raise Refused("LIMIT needs a number")
    return int(limit.expression.name)


def _leaves(query: exp.Expr) -> Iterator[exp.Select]:
    if isinstance(query, exp.Union):
        yield from _leaves(query.left)
        yield from _leaves(query.right)
    elif isinstance(query, exp.Select):
        yield query


def _no_row() -> exp.Expr:
    return exp.cast(exp.Null(), "BIGINT")


def _different(source: str, number: str) -> exp.Expr:
    counted = exp.Distinct(expressions=[exp.column(number, table=source, quoted=True)])
    return exp.Count(this=counted)


def _parsed(sql: str) -> exp.Expr:
    """SQL of our own as a tree."""
    return exp.maybe_parse(sql, dialect="duckdb")


def outermost_selects(query: exp.Query) -> list[list[exp.Select]]:
    """The SELECTs that a query consists of: a list for each row or group of rows of the result. Those of one list make
    one row together, as in `SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b)`."""
    with_ = query.args.get("with_")

    def with_ctes(select: exp.Select) -> exp.Select:
        if with_ is not None and select is not query:
            if select.args.get("with_") is not None:
                raise Refused("WITH may stand at the beginning only")
            select.set("with_", with_.copy())
        return select

    found = []
    for leaf in _leaves(query):
        if leaf.args.get("from_") is not None:
            found.append([with_ctes(leaf)])
            continue
        parts: list[exp.Select] = []
        for projection in leaf.expressions:
            inner = projection.unalias()
            if not isinstance(inner, exp.Subquery) or not isinstance(inner.this, exp.Select):
                raise Refused("a SELECT without FROM may only hold subqueries with one aggregate each")
            select = inner.this
            if len(select.expressions) != 1 or not is_aggregated(select.expressions) or select.args.get("group"):
                raise Refused("a subquery in place of a column needs exactly one aggregate")
            named = projection.alias or f"column {len(parts) + 1}"
            select.set("expressions", [exp.alias_(select.expressions[0].unalias(), named, quoted=True)])
            parts.append(with_ctes(select))
        found.append(parts)
    if sum(map(len, found)) > MAX_SELECTS:
        raise Refused(f"a query may consist of at most {MAX_SELECTS} SELECTs")
    return found
