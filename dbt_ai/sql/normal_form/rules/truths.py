"""AND and OR without terms that decide nothing."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from dbt_ai.sql.normal_form.known import Known
from dbt_ai.sql.normal_form.trees import combined
from dbt_ai.sql.values import Relation


def truths(tree: exp.Expr, relations: Sequence[Relation]) -> exp.Expr:
    """Write `p AND TRUE` as `p`, `p AND FALSE` as `FALSE`, `p OR p AND q` as `p`, and `p AND q OR p AND r` as
    `p AND (q OR r)`, all of which hold where a term is NULL. A condition of TRUE alone is none.

    >>> from dbt_ai.sql.normal_form.examples import applied
    >>> applied(truths, "SELECT a FROM t WHERE TRUE AND (a = 1 OR a = 1 AND b = 2)")
    'SELECT s0.a AS a FROM t AS s0 WHERE s0.a = 1'
    >>> applied(truths, "SELECT a FROM t WHERE (a = 1 AND b = 2) OR (a = 1 AND b = 3)")
    'SELECT s0.a AS a FROM t AS s0 WHERE (s0.a = 1) AND ((s0.b = 2) OR (s0.b = 3))'
    """
    known = Known(tree, relations)
    for node in reversed(list(tree.find_all(exp.And, exp.Or))):
        if node.parent is not None and not isinstance(node.parent, type(node)):
            found = _simpler(node, known)
            if found is not None:
                node.replace(found)
    for select in tree.find_all(exp.Select):
        where = select.args.get("where")
        if where is not None and isinstance(where.this, exp.Boolean) and where.this.this:
            select.set("where", None)
    return tree


def _simpler(node: exp.Expr, known: Known) -> exp.Expr | None:
    kind, other = (exp.And, exp.Or) if isinstance(node, exp.And) else (exp.Or, exp.And)
    terms = list(dict.fromkeys(node.flatten()))
    decides = isinstance(node, exp.Or)  # the constant that decides it alone
    if any(isinstance(term, exp.Boolean) and bool(term.this) is decides for term in terms):
        return exp.Boolean(this=decides)
    kept = [term for term in terms if not isinstance(term, exp.Boolean)]
    kept = [term for term in kept if not _is_absorbed(term, kept, other)]
    if not kept:
        return exp.Boolean(this=not decides)
    if len(kept) == 1 and not known.is_boolean(kept[0]):
        return None  # AND made a truth value of it
    common = _common(kept, other)
    if common:
        rest = [combined(other, [part for part in _parts(term, other) if part not in common]) for term in kept]
        inner = [part for part in rest if part is not None]
        if len(inner) == len(kept):
            return combined(other, [*common, combined(kind, inner) or kept[0]])
    return combined(kind, kept)


def _is_absorbed(term: exp.Expr, terms: Sequence[exp.Expr], other: type[exp.Connector]) -> bool:
    """Whether another term is a part of this one, so that this one adds nothing."""
    parts = _parts(term, other)
    return len(parts) > 1 and any(one is not term and set(_parts(one, other)) < set(parts) for one in terms)


def _common(terms: Sequence[exp.Expr], other: type[exp.Connector]) -> list[exp.Expr]:
    if len(terms) < 2:
        return []
    first, *rest = (_parts(term, other) for term in terms)
    return [part for part in first if all(part in parts for parts in rest)]


def _parts(term: exp.Expr, kind: type[exp.Connector]) -> list[exp.Expr]:
    return list(term.flatten()) if isinstance(term, kind) else [term]
