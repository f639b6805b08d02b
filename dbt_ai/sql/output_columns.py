"""The names of a query's columns, from its text alone: cheap, and no more than names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial

from sqlglot import exp

Columns = tuple[str, ...]
Read = Callable[[str], "Columns | None"]
Known = Mapping[str, Callable[[], "Columns | None"]]
"""CTEs by name. Their columns are looked for where a `*` asks for them: what they read may be far away."""


def output_columns(query: exp.Expr, read: Read) -> Columns | None:
    """The output columns of `query` in order, None where they cannot all be told. `read` gives the columns of a
    relation by the name that stands in FROM, or None.

    >>> import sqlglot
    >>> tree = sqlglot.parse_one("with a as (select x, 1 as y from t) select *, a.x as z from a")
    >>> output_columns(tree, lambda name: None)
    ('x', 'y', 'z')
    """
    return _columns(query, {}, read)


def _columns(query: exp.Expr, around: Known, read: Read) -> Columns | None:
    known = dict(around)
    with_ = query.args.get("with_")
    for cte in with_.expressions if with_ is not None else ():
        known[cte.alias.casefold()] = cache(partial(_of_cte, cte, dict(known), read))
    if isinstance(query, (exp.Subquery, exp.Paren)):
        return _columns(query.this, known, read)
    if isinstance(query, exp.SetOperation):
        by_name = query.args.get("by_name")
        return None if by_name else _columns(query.this, known, read)
    if not isinstance(query, exp.Select) or query.args.get("kind"):
        return None
    found_here: list[str] = []
    for one in query.expressions:
        star = one if isinstance(one, exp.Star) else one.this if isinstance(one, exp.Column) else None
        if isinstance(star, exp.Star):
            columns = _starred(query, one.table if isinstance(one, exp.Column) else "", star, known, read)
            if columns is None:
                return None
            found_here += columns
        elif isinstance(one, (exp.Alias, exp.Column)):
            found_here.append(one.alias_or_name)
        else:
            return None  # a name that the warehouse makes up
    return tuple(found_here)


def _of_cte(cte: exp.CTE, around: Known, read: Read) -> Columns | None:
    named = cte.args["alias"].columns if cte.args.get("alias") else []
    return tuple(one.name for one in named) if named else _columns(cte.this, around, read)


def _starred(select: exp.Select, table: str, star: exp.Star, known: Known, read: Read) -> Columns | None:
    if star.args.get("replace") or star.args.get("rename"):
        return None
    joins = select.args.get("joins") or []
    from_ = select.args.get("from_")
    sources = [from_.this] if from_ is not None else []
    sources += [join.this for join in joins]
    if select.args.get("laterals") or any(join.args.get("using") or join.args.get("method") for join in joins):
        return None
    found: list[str] = []
    chosen = [one for one in sources if not table or one.alias_or_name.casefold() == table.casefold()]
    for source in chosen:
        columns = None if source.args.get("pivots") else _source(source, known, read)
        if columns is None:
            return None
        found += columns
    left_out = {one.name.casefold() for one in star.args.get("except_") or ()}
    return tuple(name for name in found if name.casefold() not in left_out) if chosen else None


def _source(source: exp.Expr, known: Known, read: Read) -> Columns | None:
    if isinstance(source, exp.Subquery):
        return _columns(source.this, known, read)
    if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
        name = source.name.casefold()
        return known[name]() if name in known and not source.db else read(source.name)
    return None
