"""A query as the rules take it: names resolved, CTEs put where they are read, no parentheses, no two sources with one
name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import count

from sqlglot import exp

from dbt_ai.sql.query import QueryError, parse_query
from dbt_ai.sql.values import Relation

_MOST_NODES = 6000
_OPEN = (exp.Limit, exp.Fetch, exp.Window, exp.Qualify, exp.First, exp.Last, exp.AnyValue, exp.ArrayAgg,
         exp.GroupConcat, exp.ArgMax, exp.ArgMin, exp.Mode)  # fmt: skip
_OPAQUE = (exp.Pivot, exp.TableSample, exp.Lateral, exp.Lambda, exp.Values, exp.DDL, exp.DML, exp.Into, exp.Placeholder,
           exp.Parameter, exp.Unnest, exp.Explode, exp.Columns, exp.Rand, exp.Randn, exp.Uuid)  # fmt: skip


class NotResolved(Exception):
    """The query has something in it that the rules know nothing of."""


def resolved(sql: str, relations: Sequence[Relation]) -> exp.Expr:
    """The tree of a query. Raises NotResolved."""
    try:
        query = parse_query(sql, "duckdb", relations)
    except QueryError as error:
        raise NotResolved(str(error)) from error
    if query.guessed or "*" in query.columns:
        raise NotResolved("Not all names can be resolved.")
    tree: exp.Expr = query.expression.copy()
    if next((node for node in tree.find_all(*_OPAQUE) if not isinstance(node, exp.Query)), None) is not None:
        raise NotResolved("There is something in it that no rule knows.")
    tree = _inlined(without_parentheses(tree))
    _name_apart(tree, {}, count())
    return tree


def without_parentheses(tree: exp.Expr) -> exp.Expr:
    """The tree without parentheses around expressions; those around queries stay."""
    for node in list(tree.find_all(exp.Paren)):
        if node is tree:
            return without_parentheses(node.this)
        node.replace(node.this)
    return tree


def _inlined(tree: exp.Expr) -> exp.Expr:
    """`tree`, changed in place, with its CTEs as derived tables. One that is read several times and gives other rows
    each time, for all that SQL says, is marked as shared."""
    for node in reversed(list(tree.find_all(exp.Query))):
        with_ = node.args.get("with_")
        if with_ is None:
            continue
        if with_.args.get("recursive") and any(_reads(cte.this, cte.alias) for cte in with_.expressions):
            raise NotResolved("It has a recursive CTE.")
        uses = Counter(table.name for table in node.find_all(exp.Table) if not table.db)
        node.set("with_", None)
        bodies: dict[str, exp.Expr] = {}
        for cte in with_.expressions:
            body = cte.this
            if cte.args["alias"].columns or cte.alias in bodies or not isinstance(body, exp.Query):
                raise NotResolved("It has a CTE of a special form.")
            _put(body, bodies)
            bodies[cte.alias] = body
            if uses[cte.alias] > 1 and body.find(*_OPEN) is not None:
                body.meta["shared"] = True
        _put(node, bodies)
    if sum(1 for _ in tree.walk()) > _MOST_NODES:
        raise NotResolved("It is too large with its CTEs written out.")
    return tree


def _put(query: exp.Expr, bodies: Mapping[str, exp.Expr]) -> None:
    for table in list(query.find_all(exp.Table)):
        body = bodies.get(table.name) if not table.db and isinstance(table.this, exp.Identifier) else None
        if body is None:
            continue
        if any(value and part not in ("this", "alias") for part, value in table.args.items()):
            raise NotResolved("A CTE is read in a special way.")
        alias = exp.TableAlias(this=exp.to_identifier(table.alias_or_name))
        copy = exp.Subquery(this=body.copy(), alias=alias)
        if body.meta_get("shared"):
            copy.meta["shared"] = True
        table.replace(copy)


def _reads(query: exp.Expr, name: str) -> bool:
    return any(table.name == name and not table.db for table in query.find_all(exp.Table))


def _name_apart(node: exp.Expr, names: Mapping[str, str], numbers: count[int]) -> None:
    """Give every source of every SELECT in `node` a name of its own; `names` are those of the queries around it."""
    if isinstance(node, exp.Select):
        from_ = node.args.get("from_")
        found = [from_.this] if from_ is not None else []
        found += [join.this for join in node.args.get("joins") or []]
        own: dict[str, str] = {}
        for source in found:
            name = source.alias_or_name
            if not name or name in own or not isinstance(source, (exp.Table, exp.Subquery)):
                raise NotResolved("A source has no name.")
            alias = source.args.get("alias")
            if isinstance(alias, exp.TableAlias) and alias.columns:
                raise NotResolved("A source has columns of other names.")
            if any(value and part not in ("this", "alias", "db", "catalog") for part, value in source.args.items()):
                raise NotResolved("A source is read in a special way.")
            if isinstance(source, exp.Subquery):
                _name_apart(source.this, {}, numbers)
            own[name] = f"s{next(numbers)}"
            source.set("alias", exp.TableAlias(this=exp.to_identifier(own[name])))
        names = {**names, **own}
        sources = {id(source) for source in found}
        for part in _children(node):
            for child in [part] if not isinstance(part, (exp.From, exp.Join)) else _children(part):
                if id(child) not in sources:
                    _name_columns(child, names, numbers)
        return
    for child in _children(node):
        _name_columns(child, names, numbers)


def _name_columns(node: exp.Expr, names: Mapping[str, str], numbers: count[int]) -> None:
    if isinstance(node, exp.Query):
        _name_apart(node, names, numbers)
        return
    if isinstance(node, exp.Column) and node.args.get("table") is not None:
        if node.args.get("db") or node.table not in names:
            raise NotResolved(f"A column of {node.table} is of no source.")
        node.set("table", exp.to_identifier(names[node.table]))
    for child in _children(node):
        _name_columns(child, names, numbers)


def _children(node: exp.Expr) -> list[exp.Expr]:
    return list(node.iter_expressions())
