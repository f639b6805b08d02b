"""A SELECT that only computes from one derived table, and that table, as one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.lifting.row_keys import aggregates
from dbt_ai.sql.normal_form.trees import (
    has_aggregates,
    is_plain,
    is_shared,
    is_stable,
    joins,
    order_by_values,
    projection,
    replace_columns,
    selects,
    sources,
)
from dbt_ai.sql.values import Relation

_TAIL = ("order", "limit", "offset")


def composed(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Write `SELECT x + 1 FROM (SELECT COUNT(*) AS x ...)` as `SELECT COUNT(*) + 1 ...`.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(composed, "SELECT q.x + 1 AS y FROM (SELECT b, COUNT(*) AS x FROM t GROUP BY b) AS q")
    'SELECT COUNT(*) + 1 AS y FROM t AS s0 GROUP BY s0.b'
    """
    for select in selects(tree):
        found = _together(select)
        if found is not None:
            if select is tree:
                tree = found
            else:
                select.replace(found)
    return tree


def _together(select: exp.Select) -> exp.Select | None:
    if not is_plain(select) or select.args.get("from_") is None or joins(select) or has_aggregates(select):
        return None
    if select.args.get("where") or select.args.get("group") or select.args.get("having"):
        return None
    source = sources(select)[0]
    inner = source.this if isinstance(source, exp.Subquery) and not is_shared(source) else None
    if not isinstance(inner, exp.Select) or not is_plain(inner):
        return None
    cuts = any(inner.args.get(part) for part in _TAIL)
    if cuts and (select.args.get("distinct") or any(select.args.get(part) for part in _TAIL)):
        return None
    values = [part.unalias() for part in select.expressions]
    if not all(is_stable(value) for value in values):
        return None
    if inner.args.get("distinct") is not None and not _keeps_all(select, inner, source.alias_or_name):
        return None
    read = {column.name for column in select.find_all(exp.Column) if column.table == source.alias_or_name}
    if any(projection(inner, name) is None for name in read):
        return None
    order_by_values(select)
    order_by_values(inner)
    whole = inner.copy()
    outer = select.copy()
    for part in (*outer.expressions, outer.args.get("order")):
        if part is not None:
            replace_columns(part, source.alias_or_name, lambda name: projection(inner, name) or inner)
    whole.set("expressions", [_named(part, inner, source.alias_or_name) for part in outer.expressions])
    if inner.args.get("group") is None and aggregates(inner) and not aggregates(whole):
        return None  # its one row would become a row for each
    for part in ("distinct", *_TAIL):
        if outer.args.get(part) is not None:
            whole.set(part, outer.args[part].copy())
    return whole


def _named(part: exp.Expr, inner: exp.Select, name: str) -> exp.Expr:
    value = part.unalias()
    if isinstance(value, exp.Column) and value.table == name:
        value = (projection(inner, value.name) or value).copy()
    return exp.alias_(value.copy(), part.alias_or_name)


def _keeps_all(select: exp.Select, inner: exp.Select, name: str) -> bool:
    """Whether every output of a DISTINCT is passed on, so that rows which differ still do."""
    passed = {part.unalias().name for part in select.expressions if isinstance(part.unalias(), exp.Column)}
    outputs = {part.alias_or_name for part in inner.expressions}
    plain = all(isinstance(part.unalias(), exp.Column) and part.unalias().table == name for part in select.expressions)
    return plain and passed == outputs and len(outputs) == len(inner.expressions)
